"""Hold what the database says against what the clients were told, and against itself.

The clients' log is folded here anew, over the raw rows of the event log: nothing of the trading code is asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from forexpro.core.events.verify import events_verify
from forexpro.crashtest.clients import DEPOSIT, Request
from marketdata.stream import START, read_ticks
from marketdata.ticks import Tick, to_units
from trading.models import TradingAccount
from trading.services.replay import account_first_difference

Event = tuple[int, int, str, dict[str, Any]]


def faults(log: Sequence[Request], account_ids: Iterable[int]) -> Iterator[str]:
    """Yield what is lost, doubled or half done, each as a sentence; nothing where all is well."""
    for fault in events_verify().faults:
        yield f"the event log: {fault}"
    for account_id in TradingAccount.objects.order_by("id").values_list("id", flat=True):
        if difference := account_first_difference(account_id):
            yield f"account {account_id} is not what its events say: {difference}"
    yield from _request_faults(log)
    for account_id in account_ids:
        yield from _balance_faults(account_id)
    yield from _deal_faults()


def orders_placed(requests: Iterable[Request]) -> dict[str, int]:
    """Return how many orders each of the requests has placed, by key; those that have placed none are left out."""
    rows = _rows(
        """
        SELECT payload -> 'order' ->> 'comment', count(*) FROM core_event
        WHERE type = 'order.placed' AND payload -> 'order' ->> 'comment' = ANY(%s) GROUP BY 1
        """,
        [[request.key for request in requests]],
    )
    return dict(rows)


def missed_orders() -> list[str]:
    """Return the limit orders that still wait although the market has been at their price since they were placed."""
    ticks = _ticks_kept()
    missed = []
    for order_id, symbol, side, price, placed_at in _rows(
        "SELECT id, symbol, side, price, placed_at FROM trading_order WHERE status = 'working' AND type = 'limit'"
    ):
        limit, placed_ms = to_units(price), placed_at.timestamp() * 1000
        for tick in ticks:
            reached = tick.ask <= limit if side == "buy" else tick.bid >= limit
            if tick.symbol == symbol and reached and tick.received_ms > placed_ms:
                missed.append(f"order {order_id} to {side} at {price}, placed {placed_at}, was passed by at {tick}")
                break
    return missed


def _ticks_kept() -> list[Tick]:
    ticks: list[Tick] = []
    position = START
    while page := read_ticks(position):
        ticks += page
        position = page[-1].id
    return ticks


def _request_faults(log: Sequence[Request]) -> Iterator[str]:
    """Fold the log: every answered key has had one effect, which is the one that the client was told of."""
    recorded: dict[tuple[int, str], tuple[int, int]] = {}
    rows = _rows("SELECT account_id, key, first_seq, last_seq FROM trading_idempotencyrecord")
    for account_id, key, first_seq, last_seq in rows:
        if (account_id, key) in recorded:
            yield f"key {key} was answered twice"
        recorded[account_id, key] = first_seq, last_seq
    events = {(account_id, seq): (type, payload) for account_id, seq, type, payload in _events()}
    placed: dict[str, list[str]] = defaultdict(list)
    closed = Counter(str(payload["position_id"]) for type, payload in events.values() if type == "position.closed")
    for type, payload in events.values():
        if type == "order.placed":
            placed[payload["order"]["comment"]].append(str(payload["order"]["id"]))
    for request in log:
        span = recorded.pop((request.account_id, request.key), None)
        if request.status is None:
            yield f"key {request.key} was never answered"
            continue
        if span is None:
            yield f"key {request.key} was answered and has had no effect"
            continue
        if request.is_done:
            told = [(event["seq"], event["type"]) for event in request.answer["events"]]
            kept = [(seq, events[request.account_id, seq][0]) for seq in range(span[0], span[1] + 1)]
            if told != kept:
                yield f"key {request.key}: the client was told {told}, the log says {kept}"
        if request.path == "orders":
            expected = [request.answer["order_id"]] if request.is_done else []
            if placed.pop(request.key, []) != expected:
                yield f"key {request.key}: its order is lost, doubled, or another one than the client was told"
        elif request.is_done and closed[request.path.split("/")[1]] != 1:
            yield f"{request.path} was answered, and there are {closed[request.path.split('/')[1]]} closings"
    for _, key in recorded:
        yield f"key {key} has had an effect, and nobody asked for it"
    for comment in filter(None, placed):
        yield f"order {placed[comment]} was placed, and nobody asked for it"


def _balance_faults(account_id: int) -> Iterator[str]:
    """Add up an account's deals: with the deposit they are its balance."""
    ((balance, moved),) = _rows(
        """
        SELECT balance, (
            SELECT coalesce(sum(profit + swap + commission), 0) FROM trading_deal WHERE account_id = account.id
        ) FROM trading_tradingaccount account WHERE id = %s
        """,
        [account_id],
    )
    if balance != DEPOSIT + moved:
        yield f"account {account_id} has a balance of {balance}, deposit and deals make {DEPOSIT + moved}"
    ((postings,),) = _rows(
        """
        SELECT coalesce(sum(amount), 0) FROM trading_posting posting
        JOIN trading_ledgeraccount ledger ON ledger.id = posting.ledger_account_id
        WHERE ledger.trading_account_id = %s
        """,
        [account_id],
    )
    if balance != Decimal(postings):
        yield f"account {account_id} has a balance of {balance}, its postings make {postings}"


def _deal_faults() -> Iterator[str]:
    """Count executions: one opening deal for every filled order, none for another, and what is open adds up."""
    for order_id, status, deals in _rows(
        """
        SELECT id, status, (SELECT count(*) FROM trading_deal WHERE order_id = orders.id AND entry = 'in')
        FROM trading_order orders
        """
    ):
        if deals != (status == "filled"):
            yield f"order {order_id} is {status} and has {deals} opening deals"
    for position_id, volume, dealt in _rows(
        """
        SELECT id, volume, (
            SELECT sum(CASE entry WHEN 'in' THEN volume ELSE -volume END) FROM trading_deal
            WHERE position_id = positions.id
        ) FROM trading_position positions
        """
    ):
        if volume != dealt:
            yield f"position {position_id} has {volume} lots, its deals make {dealt}"
    ((unbalanced,),) = _rows("SELECT coalesce(sum(amount), 0) FROM trading_posting")
    if unbalanced:
        yield f"the postings of the ledger add up to {unbalanced} and not to zero"


def _events() -> Iterator[Event]:
    for stream, seq, type, payload in _rows(
        "SELECT stream, seq, type, payload::text FROM core_event WHERE starts_with(stream, 'account:')"
    ):
        yield int(stream.partition(":")[2]), seq, type, orjson.loads(payload)


def _rows(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
