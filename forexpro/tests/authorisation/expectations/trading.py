"""The terminal and the API of trading: an account is its owner's alone."""

from forexpro.tests.authorisation.access import OWNER, SIGNED_IN, Operation, asks, changes, changes_without_key, reads

ORDER = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}

TABLE: dict[str, Operation] = {
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
    "GET api/v1/account-options": reads(SIGNED_IN),
    "GET api/v1/accounts": reads(SIGNED_IN),
    "POST api/v1/accounts": changes_without_key(SIGNED_IN, kind="demo"),
    "GET api/v1/accounts/<id:account_id>": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/changes": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/deals": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/events/<id:seq>/explanation": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/events/<id:seq>/explanation/document": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/journal": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/ledger": reads(OWNER),
    "GET api/v1/accounts/<id:account_id>/orders": reads(OWNER),
    "POST api/v1/accounts/<id:account_id>/orders": changes(OWNER, **ORDER),
    "POST api/v1/accounts/<id:account_id>/orders/preview": asks(OWNER, **ORDER),
    "GET api/v1/accounts/<id:account_id>/orders/<id:order_id>": reads(OWNER),
    "PATCH api/v1/accounts/<id:account_id>/orders/<id:order_id>": changes(OWNER, price="1.04"),
    "DELETE api/v1/accounts/<id:account_id>/orders/<id:order_id>": changes(OWNER),
    "GET api/v1/accounts/<id:account_id>/positions": reads(OWNER),
    "POST api/v1/accounts/<id:account_id>/positions/close-all": changes(OWNER),
    "GET api/v1/accounts/<id:account_id>/positions/<id:position_id>": reads(OWNER),
    "PATCH api/v1/accounts/<id:account_id>/positions/<id:position_id>": changes(OWNER, take_profit="1.20"),
    "POST api/v1/accounts/<id:account_id>/positions/<id:position_id>/close": changes(OWNER),
    "POST api/v1/accounts/<id:account_id>/positions/<id:position_id>/close-by": changes(
        OWNER, opposite_position_id="{opposite_position_id}"
    ),
    "GET api/v1/accounts/<id:account_id>/symbols": reads(OWNER),
}
