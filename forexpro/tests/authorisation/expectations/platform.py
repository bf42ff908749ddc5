"""What belongs to no app of its own, prices, and the sockets."""

from forexpro.tests.authorisation.access import EVERYBODY, OWNER, SIGNED_IN, STAFF, Operation, asks, reads

TABLE: dict[str, Operation] = {
    "GET ": reads(SIGNED_IN),
    "POST appearance": asks(EVERYBODY, theme="light"),
    "GET design": reads(STAFF),
    "GET texts.json": reads(EVERYBODY),
    "GET api/schema/": reads(EVERYBODY),
    "GET api/docs/": reads(EVERYBODY),
    "GET api/health": reads(EVERYBODY),
    "GET market/symbols": reads(EVERYBODY),
    "GET market/quotes": reads(EVERYBODY),
    "GET market/candles": reads(EVERYBODY),
    "GET widgets/prices": reads(EVERYBODY),
}

# By the route of their router; the address may carry more.
SOCKETS: dict[str, Operation] = {
    "ws/account/<str:account_id>": reads(OWNER),
    "ws/prices": reads(EVERYBODY),
    "ws/prices?account={account_id}": reads(OWNER),
    "ws/price-stream": reads(EVERYBODY),
    "stream": reads(EVERYBODY),
}
