"""Which roles have which desk, as the table of docs/back-office.md has it."""

from accounts.roles import Role
from forexpro.tests.authorisation.access import desks

# --- Who sees
PEOPLE = desks(Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN)
VERIFICATION = desks(Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.BACK_OFFICE, Role.ADMIN)
CONDITIONS = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.DEALER, Role.BACK_OFFICE, Role.ADMIN)
SYMBOLS = CONDITIONS | desks(Role.SUPPORT)
LEDGER = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN)
LIMITS = LEDGER | desks(Role.SUPPORT)
PROOFS = desks(Role.COMPLIANCE, Role.FINANCE, Role.ADMIN)
AUDIT_LOG = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.BACK_OFFICE, Role.ADMIN)
VISITS = AUDIT_LOG
SCHEDULES = desks(Role.READ_ONLY, Role.BACK_OFFICE, Role.ADMIN)

# --- Who acts
OF_THE_SAVED_FILTER = frozenset({Role.FINANCE.value})
CORRECTORS = desks(Role.SUPPORT, Role.ADMIN)
VISITORS = desks(Role.SUPPORT, Role.COMPLIANCE, Role.ADMIN)
ANNOTATORS = desks(Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.ADMIN)
LIMITERS = desks(Role.COMPLIANCE, Role.ADMIN)
SUSPENDERS = desks(Role.COMPLIANCE, Role.ADMIN)
REVIEWERS = desks(Role.COMPLIANCE, Role.ADMIN)
DEALERS = desks(Role.DEALER, Role.ADMIN)
PAYERS = desks(Role.FINANCE, Role.ADMIN)
ADMINS = desks(Role.ADMIN)
SUPER_ADMINS = desks()
