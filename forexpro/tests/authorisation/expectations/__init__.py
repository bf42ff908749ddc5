"""Who may do what: one line for each operation of the URLconf, with a body that would have its effect.

A route or a method of the API without a line fails `test_authorisation_matrix.py`, and so does a line without a route.
Texts in braces are objects of `world.py`. All staff are tried as strangers to the account.
"""

from forexpro.tests.authorisation.access import Operation
from forexpro.tests.authorisation.expectations import (
    accounts,
    back_office,
    crm,
    funding,
    platform,
    trading,
    verification,
)

# What is tried together, in one test each: of similar size.
AREAS: dict[str, dict[str, Operation]] = {
    "platform": platform.TABLE,
    "accounts": accounts.TABLE,
    "trading": trading.TABLE,
    "funding": funding.TABLE,
    "verification": verification.TABLE,
    "crm": crm.TABLE,
    "back office": back_office.HOUSE,
    "back office: service keys": back_office.SERVICE_KEYS,
    "back office: people": back_office.PEOPLE,
    "back office: webhooks": back_office.WEBHOOKS,
    "back office: verification": back_office.VERIFICATION,
    "back office: conditions": back_office.CONDITIONS,
    "back office: trading": back_office.TRADING,
    "back office: funding": back_office.FUNDING,
}
TABLE = {line: operation for area in AREAS.values() for line, operation in area.items()}
SOCKETS = platform.SOCKETS
