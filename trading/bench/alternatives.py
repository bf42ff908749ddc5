"""Two other ways to place the same order, to compare with: the bare statements, and the ORM row by row."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection, transaction
from psycopg.rows import dict_row

from accounts.credentials import PERSON_OF_KEY
from forexpro.core.events.chain import GENESIS, ChainedEvent, Head, NewEvent, Origin, extend
from forexpro.core.events.record import ADVANCE_STREAM, inserting
from forexpro.core.models import Event, EventStream
from marketdata.models import Symbol
from trading.engine.codec import to_payload
from trading.engine.commands import PlaceOrder
from trading.engine.decide import decide
from trading.engine.events import OrderFilled
from trading.engine.state import AccountState, OrderType, Side
from trading.engine.state import Position as OpenPosition
from trading.locks import CLAIM_AND_LOCK
from trading.models import Deal, IdempotencyRecord, Order, Position, TradingAccount
from trading.selectors.accounts import OWNED_ACCOUNT
from trading.selectors.conditions import account_conditions
from trading.selectors.journal import account_stream
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LOAD_ACCOUNT
from trading.services.recording import INSERT_ANSWERED, INSERT_DEAL, INSERT_ORDER, INSERT_POSITION

ORIGIN = Origin(actor="system:bench")
EVENTS = ("order.placed", "order.filled", "position.opened")
# As long as that of a fill.
PAYLOAD = {"evidence": "x" * 600}
PRICE, VOLUME = Decimal("1.10010"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Orderer:
    """Whose orders are placed: an account, its owner, and what is stored of the owner's API key."""

    account_id: int
    owner_id: int
    key_digest: str


class RawOrders:
    """What placing an order asks of PostgreSQL, in as many round trips, with nothing decided and nothing hashed."""

    def __init__(self, orderers: Sequence[Orderer]):
        self._orderers = orderers
        self._connections = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []

    def place(self, number: int) -> None:
        """Write one order of an account, as the service does."""
        account_id = self._orderers[number % len(self._orderers)].account_id
        raw = self._connection()
        key, now = uuid4().hex, datetime.now(UTC)
        with raw.cursor() as cursor:
            with raw.pipeline():
                cursor.execute("BEGIN")
                cursor.execute(CLAIM_AND_LOCK, (account_id, uuid4().int >> 65))
                loading = {"genesis": GENESIS, "places_order": True, "key": key, "account": account_id}
                loaded = raw.cursor(row_factory=dict_row).execute(LOAD_ACCOUNT, loading)
            row: Any = loaded.fetchone()
            seq, order_id = row["seq"], row["next_order_id"]
            with raw.pipeline():
                cursor.execute(
                    INSERT_ORDER,
                    (order_id, account_id, "EURUSD", "buy", "market", VOLUME, PRICE, None, None, None, "", now, False,
                     "filled", now, PRICE, "", "gtc", None, None, "", None, None, None),
                )  # fmt: skip
                cursor.execute(
                    INSERT_POSITION,
                    (order_id, account_id, "EURUSD", "buy", VOLUME, VOLUME, PRICE, now, PRICE, None, None, 0, 0, 0, "",
                     None, None, "", None, None, None, None, None),
                )  # fmt: skip
                cursor.execute(
                    INSERT_DEAL,
                    (account_id, seq + 2, order_id, order_id, "EURUSD", "buy", "in", VOLUME, PRICE, 0, 0, 0, "order",
                     now, now),
                )  # fmt: skip
                stream = account_stream(account_id)
                events = [
                    ChainedEvent(
                        stream, seq + added, type, ORIGIN.actor, PAYLOAD, "", None, now, prev_hash=GENESIS, hash=GENESIS
                    )
                    for added, type in enumerate(EVENTS, 1)
                ]
                for statement in inserting(events):
                    cursor.execute(*statement)
                cursor.execute(ADVANCE_STREAM, (stream, seq + len(EVENTS), GENESIS))
                cursor.execute(INSERT_ANSWERED, (account_id, key, GENESIS, seq + 1, seq + len(EVENTS), now))
            cursor.execute("COMMIT")

    def place_with_key(self, number: int) -> None:
        """Find out who shows an API key and that the account is theirs, then write one order, as HTTP does."""
        orderer = self._orderers[number % len(self._orderers)]
        with self._connection().cursor() as cursor:
            cursor.execute(PERSON_OF_KEY, (orderer.key_digest,)).fetchone()
            cursor.execute(OWNED_ACCOUNT, (orderer.account_id, orderer.owner_id)).fetchone()
        self.place(number)

    def close(self) -> None:
        """Close the connections of all threads."""
        for opened in self._opened:
            opened.close()

    def _connection(self) -> psycopg.Connection[Any]:
        opened: psycopg.Connection[Any] | None = getattr(self._connections, "raw", None)
        if opened is None:
            parameters = connection.get_connection_params()
            wanted = {
                name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters
            }
            opened = psycopg.connect(**wanted, autocommit=True, prepare_threshold=2)
            self._connections.raw = opened
            self._opened.append(opened)
        return opened


@transaction.atomic
def place_with_orm(account_id: int) -> None:
    """Place a market order as one would with model instances, every row by itself."""
    key = uuid4().hex
    account = TradingAccount.objects.select_for_update().get(pk=account_id)
    if IdempotencyRecord.objects.filter(account=account, key=key).exists():
        return
    Symbol.objects.get(pk="EURUSD")
    stream = EventStream.objects.select_for_update().get(pk=account_stream(account_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('trading_order_id')")
        order_id = cursor.fetchone()[0]
    now = datetime.now(UTC)
    conditions = account_conditions(account)
    state = AccountState(
        account.pk,
        account.currency,
        balance=account.balance,
        policy=conditions.policy,
        positions={row.pk: _open(row) for row in Position.objects.filter(account=account, closed_at=None)},
    )
    command = PlaceOrder(order_id, "EURUSD", Side.BUY, OrderType.MARKET, VOLUME)
    events = decide(state, command, group_market(conditions, newest_ticks(), now))
    (filled,) = (event for event in events if isinstance(event, OrderFilled))
    order = Order.objects.create(
        id=order_id,
        account=account,
        symbol="EURUSD",
        side="buy",
        type="market",
        volume=VOLUME,
        price=filled.price,
        placed_at=now,
        status="filled",
        finished_at=now,
        fill_price=filled.price,
    )
    Position.objects.create(
        id=order_id,
        account=account,
        symbol="EURUSD",
        side="buy",
        initial_volume=VOLUME,
        volume=VOLUME,
        open_price=filled.price,
        opened_at=now,
        margin_conversion=filled.price,
    )
    head = Head(stream.seq, stream.hash)
    new = [NewEvent(stream.name, event.type, to_payload(event)) for event in events]
    for chained in extend(head, new, origin=ORIGIN, occurred_at=now):
        Event.objects.create(
            stream=chained.stream,
            seq=chained.seq,
            type=chained.type,
            actor=chained.actor,
            payload=chained.payload,
            request_id="",
            occurred_at=now,
            prev_hash=chained.prev_hash,
            hash=chained.hash,
        )
        stream.seq, stream.hash = chained.seq, chained.hash
        stream.save()
    Deal.objects.create(
        account=account,
        event_seq=head.seq + 2,
        position_id=order_id,
        order_id=order.pk,
        symbol="EURUSD",
        side="buy",
        entry="in",
        volume=VOLUME,
        price=filled.price,
        reason="order",
        executed_at=now,
    )
    account.save()
    IdempotencyRecord.objects.create(
        account=account, key=key, request_hash=GENESIS, first_seq=head.seq + 1, last_seq=stream.seq, created_at=now
    )


def _open(row: Position) -> OpenPosition:
    return OpenPosition(
        row.pk, row.symbol, Side(row.side), row.volume, row.open_price, row.opened_at, row.margin_conversion
    )
