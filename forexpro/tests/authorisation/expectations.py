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

LOOKERS = desks(Role.BACK_OFFICE, Role.ADMIN)
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
    "GET admin/login/": reads(STAFF),
    "POST admin/logout/": changes_quietly(STAFF),
    "GET admin/password_change/": reads(STAFF),
    "GET admin/password_change/done/": reads(STAFF),
    "GET admin/autocomplete/": reads(NOBODY),  # without a field for which it is asked
    "GET admin/jsi18n/": reads(STAFF),
    "GET admin/r/<path:content_type_id>/<path:object_id>/": reads(NOBODY),
    "GET admin/<app_label>": reads(LOOKERS),
    "GET admin/<url>": reads(NOBODY),
    # --- The audit log
    **back_office_model("admin/core/event", view=LOOKERS),
    "GET admin/core/event/export/": changes(LOOKERS),  # an export is an event
    "POST admin/core/event/export/": changes(LOOKERS),
    **back_office_model("admin/core/eventverification", view=LOOKERS),
    **back_office_model("admin/core/eventanchor", view=LOOKERS),
    # --- People
    **back_office_model("admin/accounts/user", view=LOOKERS, add=SUPER_ADMINS, change=ADMINS),
    "POST admin/accounts/user/add/": changes(
        SUPER_ADMINS, email="new@example.org", full_name="New Colleague", role=Role.SUPPORT.value
    ),
    "POST admin/accounts/user/<path:object_id>/change/": changes(ADMINS, full_name="Another", time_zone="UTC"),
    "GET admin/accounts/user/<path:object_id>/suspend/": reads(ADMINS),
    "POST admin/accounts/user/<path:object_id>/suspend/": changes(ADMINS, **PRESSED, reason="Check"),
    "GET admin/accounts/user/<path:object_id>/activate/": reads(ADMINS),
    "POST admin/accounts/user/<path:object_id>/activate/": changes(
        ADMINS, {"object_id": "suspended_id"}, **PRESSED, reason="Checked"
    ),
    "GET admin/accounts/user/<path:object_id>/force_logout/": reads(ADMINS),
    "POST admin/accounts/user/<path:object_id>/force_logout/": changes(ADMINS, **PRESSED, reason="Lost phone"),
    "GET admin/accounts/user/<path:object_id>/resend_verification/": reads(ADMINS),
    "POST admin/accounts/user/<path:object_id>/resend_verification/": asks(ADMINS, **PRESSED),
    "GET admin/accounts/user/<path:object_id>/send_password_reset/": reads(ADMINS),
    "POST admin/accounts/user/<path:object_id>/send_password_reset/": changes(ADMINS, **PRESSED),
    "GET admin/accounts/user/<path:object_id>/reset_totp/": reads(RESETTERS),
    "POST admin/accounts/user/<path:object_id>/reset_totp/": asks(RESETTERS, **PRESSED, reason="Lost phone"),
    "GET admin/accounts/user/<path:object_id>/change_role/": reads(SUPER_ADMINS),
    "POST admin/accounts/user/<path:object_id>/change_role/": changes(SUPER_ADMINS, **PRESSED, role=Role.SUPPORT.value),
    # --- Markets
    **back_office_model("admin/marketdata/symbol", view=LOOKERS, add=ADMINS, change=ADMINS, delete=SUPER_ADMINS),
    # --- Trading
    # A group that has accounts stays.
    **back_office_model("admin/trading/accountgroup", view=LOOKERS, add=ADMINS, change=ADMINS),
    "GET admin/trading/accountgroup/<path:object_id>/apply_retail_limits/": reads(ADMINS),
    "POST admin/trading/accountgroup/<path:object_id>/apply_retail_limits/": changes(ADMINS, **PRESSED),
    **back_office_model("admin/trading/tradingaccount", view=LOOKERS),
    "GET admin/trading/tradingaccount/<int:account_id>/events/<int:seq>/": reads(LOOKERS),
    "GET admin/trading/tradingaccount/<int:account_id>/events/<int:seq>/document/": reads(LOOKERS),
    "GET admin/trading/tradingaccount/<path:object_id>/move_money/": reads(ADMINS),
    "POST admin/trading/tradingaccount/<path:object_id>/move_money/": changes(
        ADMINS, **PRESSED, kind="deposit", amount="100", reason="Wire 17", submission="one"
    ),
    "GET admin/trading/tradingaccount/<path:object_id>/enable_trading/": reads(ADMINS),
    "POST admin/trading/tradingaccount/<path:object_id>/enable_trading/": changes(
        ADMINS, {"object_id": "disabled_account_id"}, **PRESSED
    ),
    "GET admin/trading/tradingaccount/<path:object_id>/disable_trading/": reads(ADMINS),
    "POST admin/trading/tradingaccount/<path:object_id>/disable_trading/": changes(ADMINS, **PRESSED),
    "GET admin/trading/tradingaccount/<path:object_id>/set_leverage/": reads(ADMINS),
    "POST admin/trading/tradingaccount/<path:object_id>/set_leverage/": changes(ADMINS, **PRESSED, leverage="50"),
    **back_office_model("admin/trading/order", view=LOOKERS),
    **back_office_model("admin/trading/position", view=LOOKERS),
    "GET admin/trading/position/<path:object_id>/close/": reads(ADMINS),
    "POST admin/trading/position/<path:object_id>/close/": changes(ADMINS, **PRESSED),
    **back_office_model("admin/trading/deal", view=LOOKERS),
    **back_office_model("admin/trading/ledgertransaction", view=LOOKERS),
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
