"""Who may do what: one line for each operation of the URLconf, with a body that would have its effect.

A route or a method of the API without a line fails `test_authorisation_matrix.py`, and so does a line without a route.
Texts in braces are objects of `world.py`. All staff are tried as strangers to the account.
"""

from accounts.roles import Role
from forexpro.tests.authorisation.access import (
    EVERYBODY,
    NOBODY,
    OWNER,
    SIGNED_IN,
    STAFF,
    Operation,
    asks,
    back_office_model,
    changes,
    changes_quietly,
    desks,
    reads,
)

# Who sees which lists; see docs/back-office.md.
AUDITORS = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.BACK_OFFICE, Role.ADMIN)
PEOPLE_DESKS = desks(Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN)
CONDITION_DESKS = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.DEALER, Role.BACK_OFFICE, Role.ADMIN)
SYMBOL_DESKS = CONDITION_DESKS | desks(Role.SUPPORT)
MONEY_DESKS = desks(Role.READ_ONLY, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN)
SCHEDULE_DESKS = desks(Role.READ_ONLY, Role.BACK_OFFICE, Role.ADMIN)
CORRECTORS = desks(Role.SUPPORT, Role.ADMIN)
SUSPENDERS = desks(Role.COMPLIANCE, Role.ADMIN)
DEALERS = desks(Role.DEALER, Role.ADMIN)
PAYERS = desks(Role.FINANCE, Role.ADMIN)
ADMINS = desks(Role.ADMIN)
SUPER_ADMINS = desks()
RESETTERS = desks(Role.ADMIN, Role.SUPPORT)

ORDER = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}
PASSWORD = "plum-Tree-93-lane"
PRESSED = {"_form_submitted": "True"}

PEOPLE: dict[str, Operation] = {
    "GET ": reads(SIGNED_IN),
    "GET register": reads(EVERYBODY),
    "POST register": asks(EVERYBODY),
    "GET check-mail": reads(EVERYBODY),
    "GET verify": reads(EVERYBODY),
    "POST verify": asks(EVERYBODY),
    "GET verify/<str:token>": reads(EVERYBODY),
    "POST verify/<str:token>": asks(EVERYBODY),
    "GET sign-in": reads(EVERYBODY),
    "POST sign-in": asks(EVERYBODY),
    "POST sign-out": changes_quietly(SIGNED_IN),
    "GET password/reset": reads(EVERYBODY),
    "POST password/reset": asks(EVERYBODY),
    "GET password/reset/<str:uid>/<str:token>": reads(EVERYBODY),
    "POST password/reset/<str:uid>/<str:token>": asks(EVERYBODY),
    "GET password/change": reads(SIGNED_IN),
    "POST password/change": changes(SIGNED_IN, old_password=PASSWORD, new_password="quiet-River-58-stone"),
    "GET sign-in/code": reads(EVERYBODY),
    "POST sign-in/code": asks(EVERYBODY),
    "GET confirm": reads(SIGNED_IN),
    "POST confirm": asks(SIGNED_IN),
    "GET security": reads(SIGNED_IN),
    "POST security/sessions/end": changes(SIGNED_IN),
    "POST security/sessions/<int:signed_in_id>/end": changes_quietly(OWNER),
    "POST security/programs/<uuid:family_id>/end": changes(OWNER),
    "GET security/two-step": changes(SIGNED_IN),  # makes the secret that it shows
    "POST security/two-step": changes(SIGNED_IN, code="000000"),
    "GET security/two-step/off": reads(SIGNED_IN),
    "POST security/two-step/off": asks(SIGNED_IN),
    "GET security/backup-codes": reads(SIGNED_IN),
    "POST security/backup-codes": asks(SIGNED_IN),
    "GET security/email": reads(SIGNED_IN),
    "POST security/email": changes(SIGNED_IN, email="another@example.org"),
    "POST security/email/resend": asks(SIGNED_IN),
    "POST security/email/cancel": asks(SIGNED_IN),
    "GET security/email/<str:token>": reads(EVERYBODY),
    "POST security/email/<str:token>": asks(EVERYBODY),
    "GET profile": reads(SIGNED_IN),
    "POST profile": changes(SIGNED_IN, full_name="Another Name", time_zone="UTC", language=""),
    "GET security/api-keys": reads(SIGNED_IN),
    "GET security/api-keys/new": reads(SIGNED_IN),
    "POST security/api-keys/new": changes(SIGNED_IN, name="Another", scopes=["read"], lifetime="30"),
    "GET security/api-keys/<int:api_key_id>/revoke": reads(OWNER),
    "POST security/api-keys/<int:api_key_id>/revoke": changes(OWNER),
    "GET mail": reads(NOBODY),  # only the demo shows it
    "POST appearance": asks(EVERYBODY, theme="light"),
    "GET design": reads(STAFF),
    "GET texts.json": reads(EVERYBODY),
}

TRADING: dict[str, Operation] = {
    "GET trade": reads(SIGNED_IN),
    "GET trade/demo": reads(SIGNED_IN),
    "POST trade/demo": changes(SIGNED_IN, position_mode="hedging", currency="USD", leverage="30"),
    "GET trade/<int:account_id>": reads(OWNER),
    "GET trade/<int:account_id>/book": reads(OWNER),
    "GET trade/<int:account_id>/history": reads(OWNER),
    "GET trade/<int:account_id>/journal": reads(OWNER),
    "GET trade/<int:account_id>/events/<int:seq>": reads(OWNER),
    "GET trade/<int:account_id>/events/<int:seq>/document": reads(OWNER),
    "POST trade/<int:account_id>/orders": changes(OWNER, **ORDER),
    "GET trade/<int:account_id>/orders/<int:order_id>": reads(OWNER),
    "POST trade/<int:account_id>/orders/<int:order_id>": changes(OWNER, price="1.04"),
    "GET trade/<int:account_id>/orders/<int:order_id>/cancel": reads(OWNER),
    "POST trade/<int:account_id>/orders/<int:order_id>/cancel": changes(OWNER),
    "GET trade/<int:account_id>/positions/close": reads(OWNER),
    "POST trade/<int:account_id>/positions/close": changes(OWNER),
    "GET trade/<int:account_id>/positions/<int:position_id>": reads(OWNER),
    "POST trade/<int:account_id>/positions/<int:position_id>": changes(OWNER, take_profit="1.20"),
    "GET trade/<int:account_id>/positions/<int:position_id>/close": reads(OWNER),
    "POST trade/<int:account_id>/positions/<int:position_id>/close": changes(OWNER),
    "GET trade/<int:account_id>/positions/<int:position_id>/close-by": reads(OWNER),
    "POST trade/<int:account_id>/positions/<int:position_id>/close-by": changes(
        OWNER, opposite_position_id="{opposite_position_id}"
    ),
}

API: dict[str, Operation] = {
    "GET api/schema/": reads(EVERYBODY),
    "GET api/docs/": reads(EVERYBODY),
    "GET api/health": reads(EVERYBODY),
    "POST api/v1/auth/token": changes(EVERYBODY, email="{owner_email}", password=PASSWORD),
    "POST api/v1/auth/token/refresh": changes(EVERYBODY, refresh="{refresh_token}"),
    "POST api/v1/auth/token/revoke": changes(EVERYBODY, refresh="{refresh_token}"),
    "GET api/v1/accounts": reads(SIGNED_IN),
    "GET api/v1/accounts/<id:account_id>": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/changes": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/deals": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/events/<id:seq>/explanation": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/events/<id:seq>/explanation/document": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/ledger": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/orders": reads(OWNER),
    "POST api/v1/accounts/<id:account_id>/orders": changes(OWNER, **ORDER),
    "POST api/v1/accounts/<id:account_id>/orders/preview": asks(OWNER, **ORDER),
    "PATCH api/v1/accounts/<id:account_id>/orders/<id:order_id>": changes(OWNER, price="1.04"),
    "DELETE api/v1/accounts/<id:account_id>/orders/<id:order_id>": changes(OWNER),
    "GET api/v1/accounts/<id:account_id>/positions": reads(OWNER),
    "POST api/v1/accounts/<id:account_id>/positions/close-all": changes(OWNER),
    "PATCH api/v1/accounts/<id:account_id>/positions/<id:position_id>": changes(OWNER, take_profit="1.20"),
    "POST api/v1/accounts/<id:account_id>/positions/<id:position_id>/close": changes(OWNER),
    "POST api/v1/accounts/<id:account_id>/positions/<id:position_id>/close-by": changes(
        OWNER, opposite_position_id="{opposite_position_id}"
    ),
    "GET market/symbols": reads(EVERYBODY),
    "GET market/quotes": reads(EVERYBODY),
    "GET market/candles": reads(EVERYBODY),
}

BACK_OFFICE: dict[str, Operation] = {
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
    # --- The audit log
    **back_office_model("admin/core/event", view=AUDITORS),
    "GET admin/core/event/export/": changes(AUDITORS),  # an export is an event
    "POST admin/core/event/export/": changes(AUDITORS),
    **back_office_model("admin/core/eventverification", view=AUDITORS),
    **back_office_model("admin/core/eventanchor", view=AUDITORS),
    # --- People
    **back_office_model("admin/accounts/user", view=PEOPLE_DESKS, add=SUPER_ADMINS, change=CORRECTORS),
    "POST admin/accounts/user/add/": changes(
        SUPER_ADMINS, email="new@example.org", full_name="New Colleague", role=Role.SUPPORT.value
    ),
    "POST admin/accounts/user/<path:object_id>/change/": changes(CORRECTORS, full_name="Another", time_zone="UTC"),
    "GET admin/accounts/user/<path:object_id>/suspend/": reads(SUSPENDERS),
    "POST admin/accounts/user/<path:object_id>/suspend/": changes(SUSPENDERS, **PRESSED, reason="Check"),
    "GET admin/accounts/user/<path:object_id>/activate/": reads(SUSPENDERS),
    "POST admin/accounts/user/<path:object_id>/activate/": changes(
        SUSPENDERS, {"object_id": "suspended_id"}, **PRESSED, reason="Checked"
    ),
    "GET admin/accounts/user/<path:object_id>/force_logout/": reads(SUSPENDERS),
    "POST admin/accounts/user/<path:object_id>/force_logout/": changes(SUSPENDERS, **PRESSED, reason="Lost phone"),
    "GET admin/accounts/user/<path:object_id>/resend_verification/": reads(CORRECTORS),
    "POST admin/accounts/user/<path:object_id>/resend_verification/": asks(CORRECTORS, **PRESSED),
    "GET admin/accounts/user/<path:object_id>/send_password_reset/": reads(CORRECTORS),
    "POST admin/accounts/user/<path:object_id>/send_password_reset/": changes(CORRECTORS, **PRESSED),
    "GET admin/accounts/user/<path:object_id>/reset_totp/": reads(RESETTERS),
    "POST admin/accounts/user/<path:object_id>/reset_totp/": asks(RESETTERS, **PRESSED, reason="Lost phone"),
    "GET admin/accounts/user/<path:object_id>/change_role/": reads(SUPER_ADMINS),
    "POST admin/accounts/user/<path:object_id>/change_role/": changes(SUPER_ADMINS, **PRESSED, role=Role.SUPPORT.value),
    # --- Schedules
    **back_office_model("admin/django_celery_beat/periodictask", view=SCHEDULE_DESKS, change=ADMINS),
    "POST admin/django_celery_beat/periodictask/<path:object_id>/change/": changes(ADMINS, enabled="on", seconds="45"),
    # --- Markets
    **back_office_model("admin/marketdata/symbol", view=SYMBOL_DESKS, add=ADMINS, change=ADMINS, delete=SUPER_ADMINS),
    # --- Trading
    # A group that has accounts stays.
    **back_office_model("admin/trading/accountgroup", view=CONDITION_DESKS, add=ADMINS, change=ADMINS),
    "GET admin/trading/accountgroup/<path:object_id>/apply_retail_limits/": reads(ADMINS),
    "POST admin/trading/accountgroup/<path:object_id>/apply_retail_limits/": changes(ADMINS, **PRESSED),
    **back_office_model("admin/trading/tradingaccount", view=STAFF),
    "GET admin/trading/tradingaccount/<int:account_id>/events/<int:seq>/": reads(STAFF),
    "GET admin/trading/tradingaccount/<int:account_id>/events/<int:seq>/document/": reads(STAFF),
    "GET admin/trading/tradingaccount/<path:object_id>/move_money/": reads(PAYERS),
    "POST admin/trading/tradingaccount/<path:object_id>/move_money/": changes(
        PAYERS, **PRESSED, kind="deposit", amount="100", reason="Wire 17", submission="one"
    ),
    "GET admin/trading/tradingaccount/<path:object_id>/enable_trading/": reads(DEALERS),
    "POST admin/trading/tradingaccount/<path:object_id>/enable_trading/": changes(
        DEALERS, {"object_id": "disabled_account_id"}, **PRESSED
    ),
    "GET admin/trading/tradingaccount/<path:object_id>/disable_trading/": reads(DEALERS),
    "POST admin/trading/tradingaccount/<path:object_id>/disable_trading/": changes(DEALERS, **PRESSED),
    "GET admin/trading/tradingaccount/<path:object_id>/set_leverage/": reads(DEALERS),
    "POST admin/trading/tradingaccount/<path:object_id>/set_leverage/": changes(DEALERS, **PRESSED, leverage="50"),
    "GET admin/trading/tradingaccount/<path:object_id>/change_group/": reads(DEALERS),
    "POST admin/trading/tradingaccount/<path:object_id>/change_group/": changes(
        DEALERS, **PRESSED, group="{other_group_id}"
    ),
    "GET admin/trading/order/<path:object_id>/cancel/": reads(DEALERS),
    "POST admin/trading/order/<path:object_id>/cancel/": changes(
        DEALERS, {"object_id": "order_id"}, **PRESSED, reason="Off-market"
    ),
    **back_office_model("admin/trading/order", view=STAFF),
    **back_office_model("admin/trading/position", view=STAFF),
    "GET admin/trading/position/<path:object_id>/close/": reads(DEALERS),
    "POST admin/trading/position/<path:object_id>/close/": changes(DEALERS, **PRESSED, reason="Off-market"),
    **back_office_model("admin/trading/deal", view=STAFF),
    **back_office_model("admin/trading/conditionsversion", view=CONDITION_DESKS),
    **back_office_model("admin/trading/ledgertransaction", view=MONEY_DESKS),
}

# Sockets, by the route of their router; the address may carry more.
SOCKETS: dict[str, Operation] = {
    "ws/account/<str:account_id>": reads(OWNER),
    "ws/prices": reads(EVERYBODY),
    "ws/prices?account={account_id}": reads(OWNER),
    "ws/price-stream": reads(EVERYBODY),
    "stream": reads(EVERYBODY),
}

AREAS = {"people": PEOPLE, "trading": TRADING, "api": API, "back office": BACK_OFFICE}
TABLE = {line: operation for area in AREAS.values() for line, operation in area.items()}
