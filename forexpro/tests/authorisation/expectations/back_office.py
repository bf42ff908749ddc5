"""The back office, by desks: docs/back-office.md says in words what these lines try."""

from accounts.roles import Role
from forexpro.tests.authorisation.access import (
    NOBODY,
    STAFF,
    Operation,
    asks,
    back_office_model,
    button,
    changes,
    changes_quietly,
    reads,
)
from forexpro.tests.authorisation.expectations import desks
from kyc.checklist import checklist
from kyc.models import Document

REASON = {"reason": "Looked into"}
READ_ON_PASSPORT = {f"check_{name}": "on" for name in checklist(Document.Kind.PASSPORT)} | {"expires_on": "2090-01-01"}
REJECTION_REASON = {"title": "Too small", "text": "Send a larger picture.", "position": "7"}
PAYMENT_METHOD = {"name": "Wire", "kind": "bank_transfer", "position": "7"}
NO_TERMS = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0"}

HOUSE: dict[str, Operation] = {
    "GET admin/": reads(STAFF),
    "GET admin/search/": reads(STAFF),
    "GET admin/status/": reads(STAFF),
    "GET admin/login/": reads(STAFF),
    "POST admin/logout/": changes_quietly(STAFF),
    "GET admin/password_change/": reads(STAFF),
    "GET admin/password_change/done/": reads(STAFF),
    "GET admin/autocomplete/": reads(NOBODY),  # without a field for which it is asked
    "GET admin/jsi18n/": reads(STAFF),
    "GET admin/r/<path:content_type_id>/<path:object_id>/": reads(NOBODY),
    "GET admin/<app_label>": reads(STAFF),
    "GET admin/<url>": reads(NOBODY),
    # --- Saved filters
    "POST admin/saved-filters/": changes(
        STAFF, page="trading.tradingaccount", title="Cent", query="group__id__exact=1"
    ),
    # That of a desk is removed by its desk; for others it does not exist.
    "POST admin/saved-filters/<int:filter_id>/remove/": changes(desks.OF_THE_SAVED_FILTER),
    # --- The audit log
    **back_office_model("admin/core/event", view=desks.AUDIT_LOG),
    "GET admin/core/event/export/": changes(desks.AUDIT_LOG),  # an export is an event
    "POST admin/core/event/export/": changes(desks.AUDIT_LOG),
    **back_office_model("admin/core/eventverification", view=desks.AUDIT_LOG),
    **back_office_model("admin/core/eventanchor", view=desks.AUDIT_LOG),
    **back_office_model("admin/crm/countedread", view=desks.AUDIT_LOG),
    # --- Schedules
    **back_office_model("admin/django_celery_beat/periodictask", view=desks.SCHEDULES, change=desks.ADMINS),
    "POST admin/django_celery_beat/periodictask/<path:object_id>/change/": changes(
        desks.ADMINS, enabled="on", seconds="45"
    ),
}

_KEYS = "admin/crm/servicekey"
SERVICE_KEYS: dict[str, Operation] = {
    **back_office_model(_KEYS, view=desks.SUPER_ADMINS, add=desks.SUPER_ADMINS),
    f"POST {_KEYS}/add/": changes(desks.SUPER_ADMINS, name="another", scopes=["read"]),
    **button(f"{_KEYS}/<path:object_id>/rotate", desks.SUPER_ADMINS, overlap_hours="24"),
    **button(f"{_KEYS}/<path:object_id>/revoke", desks.SUPER_ADMINS),
}

_ENDPOINTS = "admin/core/webhookendpoint"
_OF_ENDPOINT = f"{_ENDPOINTS}/<path:object_id>"
ENDPOINT = {
    "name": "Another",
    "url": "https://crm.example.com/hooks",
    "events": "user.created",
    "payload_version": "1",
}
WEBHOOKS: dict[str, Operation] = {
    **back_office_model(_ENDPOINTS, view=desks.ADMINS, add=desks.ADMINS, change=desks.ADMINS),
    f"POST {_ENDPOINTS}/add/": changes(desks.ADMINS, **ENDPOINT),
    f"POST {_OF_ENDPOINT}/change/": changes(desks.ADMINS, **ENDPOINT),
    f"GET {_ENDPOINTS}/<int:endpoint_id>/secret/": reads(desks.ADMINS),
    f"POST {_ENDPOINTS}/<int:endpoint_id>/secret/": changes(desks.ADMINS),
    **button(f"{_OF_ENDPOINT}/test", desks.ADMINS),
    **button(f"{_OF_ENDPOINT}/enable", desks.ADMINS, of="disabled_endpoint_id"),
    **button(f"{_OF_ENDPOINT}/disable", desks.ADMINS),
    **button(f"{_OF_ENDPOINT}/rotate", desks.ADMINS, hours="1"),
    **button(f"{_OF_ENDPOINT}/replay", desks.ADMINS, status="delivered"),
    **button(
        f"{_OF_ENDPOINT}/send_missed",
        desks.ADMINS,
        since_0="2020-01-01",
        since_1="00:00:00",
        until_0="2090-01-01",
        until_1="00:00:00",
    ),
    **back_office_model("admin/core/webhookdelivery", view=desks.ADMINS),
    **button("admin/core/webhookdelivery/<path:object_id>/replay", desks.ADMINS),
}

_USER = "admin/accounts/user"
_OF_USER = f"{_USER}/<path:object_id>"
PEOPLE: dict[str, Operation] = {
    **back_office_model(_USER, view=desks.PEOPLE, add=desks.SUPER_ADMINS, change=desks.CORRECTORS),
    f"POST {_USER}/add/": changes(
        desks.SUPER_ADMINS, email="new@example.org", full_name="New Colleague", role=Role.SUPPORT.value
    ),
    f"POST {_OF_USER}/change/": changes(desks.CORRECTORS, full_name="Another", time_zone="UTC"),
    **button(f"{_OF_USER}/view_as_client", desks.VISITORS, **REASON),
    **button(f"{_OF_USER}/set_limits", desks.LIMITERS, access_level="close_only", withdrawals_allowed="on", **REASON),
    **button(f"{_OF_USER}/set_flags", desks.ANNOTATORS, flags="vip"),
    f"GET {_OF_USER}/move_client/": reads(desks.DEALERS),  # leads to the page that asks and moves
    f"POST {_OF_USER}/move_client/": asks(desks.DEALERS),
    **button(f"{_OF_USER}/write_note", desks.ANNOTATORS, text="Called about the deposit."),
    **button(f"{_OF_USER}/suspend", desks.SUSPENDERS, **REASON),
    **button(f"{_OF_USER}/activate", desks.SUSPENDERS, of="suspended_id", **REASON),
    **button(f"{_OF_USER}/force_logout", desks.SUSPENDERS, **REASON),
    **button(f"{_OF_USER}/resend_verification", desks.CORRECTORS, has_effect=False),  # a mail
    **button(f"{_OF_USER}/send_password_reset", desks.CORRECTORS),
    **button(f"{_OF_USER}/reset_totp", desks.CORRECTORS, of="two_step_id", **REASON),
    **button(f"{_OF_USER}/change_role", desks.SUPER_ADMINS, role=Role.SUPPORT.value),
    **back_office_model("admin/accounts/visit", view=desks.VISITS),
}

_CASES = "admin/kyc/verificationcase"
_REASONS = "admin/kyc/rejectionreason"
VERIFICATION: dict[str, Operation] = {
    **back_office_model(_CASES, view=desks.VERIFICATION),
    f"GET {_CASES}/next/": reads(desks.REVIEWERS),
    f"GET {_CASES}/pages/<int:page_id>/": changes(desks.REVIEWERS),  # a look at a document is an event
    f"POST {_CASES}/documents/<int:document_id>/approve/": changes(desks.REVIEWERS, **READ_ON_PASSPORT),
    f"POST {_CASES}/documents/<int:document_id>/reject/": changes(desks.REVIEWERS, note="A corner is cut off."),
    f"POST {_CASES}/<int:case_id>/end/": changes(desks.REVIEWERS),
    f"POST {_CASES}/<int:case_id>/resume/": changes(desks.REVIEWERS, {"case_id": "left_case_id"}),
    **back_office_model(
        _REASONS, view=desks.REVIEWERS, add=desks.REVIEWERS, change=desks.REVIEWERS, delete=desks.REVIEWERS
    ),
    f"POST {_REASONS}/add/": changes(desks.REVIEWERS, **REJECTION_REASON),
    f"POST {_REASONS}/<path:object_id>/change/": changes(desks.REVIEWERS, **REJECTION_REASON),
    f"POST {_REASONS}/<path:object_id>/delete/": changes(desks.REVIEWERS, post="yes"),
}

_GROUPS = "admin/trading/accountgroup"
CONDITIONS: dict[str, Operation] = {
    # What clients hold refers to it: a symbol stays, and is switched off.
    **back_office_model("admin/marketdata/symbol", view=desks.SYMBOLS, add=desks.ADMINS, change=desks.ADMINS),
    # A group that has accounts stays.
    **back_office_model(_GROUPS, view=desks.CONDITIONS, add=desks.ADMINS, change=desks.ADMINS),
    **button(f"{_GROUPS}/<path:object_id>/apply_retail_limits", desks.ADMINS),
    **back_office_model("admin/trading/conditionsversion", view=desks.CONDITIONS),
    # Plans are seen by those who see what they will change.
    **back_office_model("admin/core/plannedchange", view=desks.CONDITIONS),
    **button("admin/core/plannedchange/<path:object_id>/withdraw", desks.ADMINS),
}

_ACCOUNTS = "admin/trading/tradingaccount"
_OF_ACCOUNT = f"{_ACCOUNTS}/<path:object_id>"
_OF_CLIENT = f"{_ACCOUNTS}/of-client/<int:owner_id>"
_EVENT = f"{_ACCOUNTS}/<int:account_id>/events/<int:seq>"
TRADING: dict[str, Operation] = {
    **back_office_model(_ACCOUNTS, view=STAFF),
    f"GET {_EVENT}/": reads(STAFF),
    f"GET {_EVENT}/document/": reads(STAFF),
    **button(
        f"{_OF_ACCOUNT}/move_money", desks.PAYERS, kind="deposit", amount="100", reason="Wire 17", submission="one"
    ),
    **button(f"{_OF_ACCOUNT}/enable_trading", desks.DEALERS, of="disabled_account_id"),
    **button(f"{_OF_ACCOUNT}/disable_trading", desks.DEALERS),
    **button(f"{_OF_ACCOUNT}/set_leverage", desks.DEALERS, leverage="50"),
    **button(f"{_OF_ACCOUNT}/change_group", desks.DEALERS, group="{other_group_id}"),
    f"GET {_OF_ACCOUNT}/move_owner/": reads(desks.DEALERS),
    f"POST {_OF_ACCOUNT}/move_owner/": asks(desks.DEALERS),
    f"GET {_OF_CLIENT}/group/": reads(desks.DEALERS, owner_id="user_id"),
    f"POST {_OF_CLIENT}/group/": changes(
        desks.DEALERS, {"owner_id": "user_id"}, group="{other_group_id}", seen="{group_seen}", **REASON
    ),
    **back_office_model("admin/trading/order", view=STAFF),
    **button("admin/trading/order/<path:object_id>/cancel", desks.DEALERS, of="order_id", **REASON),
    **back_office_model("admin/trading/position", view=STAFF),
    **button("admin/trading/position/<path:object_id>/close", desks.DEALERS, **REASON),
    **back_office_model("admin/trading/deal", view=STAFF),
    **back_office_model("admin/trading/ledgertransaction", view=desks.LEDGER),
}

_DEPOSIT = "admin/trading/deposit/<path:object_id>"
_WITHDRAWAL = "admin/trading/withdrawal/<path:object_id>"
_METHODS = "admin/trading/paymentmethod"
_LIMITS = "admin/trading/fundinglimit"
FUNDING: dict[str, Operation] = {
    **back_office_model("admin/trading/deposit", view=STAFF),
    "GET admin/trading/deposit/<int:deposit_id>/proofs/<int:proof_id>/": changes(desks.PROOFS),  # a look is an event
    **button(f"{_DEPOSIT}/start_review", desks.PAYERS),
    **button(f"{_DEPOSIT}/approve", desks.PAYERS),
    **button(f"{_DEPOSIT}/decline", desks.PAYERS, **REASON),
    **button(f"{_DEPOSIT}/mark_failed", desks.PAYERS, **REASON),
    **back_office_model("admin/trading/booking", view=desks.LEDGER),
    **button("admin/trading/booking/<path:object_id>/approve", desks.PAYERS),
    **button("admin/trading/booking/<path:object_id>/decline", desks.PAYERS, answer="Not ours"),
    **back_office_model("admin/trading/withdrawal", view=STAFF),
    "GET admin/trading/withdrawal/<int:withdrawal_id>/payout-details/": changes(desks.PAYERS),  # and so is this one
    **button(f"{_WITHDRAWAL}/start_review", desks.PAYERS),
    **button(f"{_WITHDRAWAL}/approve", desks.PAYERS),
    **button(f"{_WITHDRAWAL}/decline", desks.PAYERS, **REASON),
    **button(f"{_WITHDRAWAL}/mark_paid", desks.PAYERS, of="approved_withdrawal_id"),
    **button(f"{_WITHDRAWAL}/mark_failed", desks.PAYERS, of="approved_withdrawal_id", **REASON),
    **back_office_model("admin/trading/transfer", view=STAFF),
    # A method that was ever used stays, too.
    **back_office_model(_METHODS, view=STAFF, add=desks.ADMINS, change=desks.ADMINS),
    f"POST {_METHODS}/add/": changes(desks.ADMINS, **PAYMENT_METHOD, **NO_TERMS),
    f"POST {_METHODS}/<path:object_id>/change/": changes(desks.ADMINS, **PAYMENT_METHOD, **NO_TERMS),
    **back_office_model(_LIMITS, view=desks.LIMITS, change=desks.REVIEWERS),
    f"POST {_LIMITS}/<path:object_id>/change/": changes(desks.REVIEWERS, deposits_maximum="500"),
}
