"""Whatever the network does to PostgreSQL or Redis: an order has its effect once or says at once what to do.

The requests themselves give up after as long as the product promises to take.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from conftest import forget_redis_names
from forexpro.core.events.verify import events_verify
from forexpro.core.realtime.connections import redis_client
from forexpro.tests.network.conftest import QUOTE_MAX_AGE_SECONDS, Market, Trader
from forexpro.tests.network.link import Link
from trading.models import Deal, IdempotencyRecord, Order
from trading.selectors.journal import newest_seqs
from trading.services.replay import account_first_difference

pytestmark = pytest.mark.django_db(transaction=True)

SILENCE_SECONDS = 5
LATENCY_SECONDS = 0.5
CONVERGE_SECONDS = 30
# What a client is told while the network fails, and may act upon.
NO_DATABASE = {"database_unavailable", "request_in_progress"}
NO_QUOTE = {"quote_unavailable", "quote_stale"}


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + CONVERGE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def orders_go_through(trader: Trader) -> None:
    """Wait until orders are filled again, as a client does who repeats."""
    until(lambda: trader.market_order().is_placed, "orders are not filled again")


def settle(trader: Trader, market: Market) -> None:
    """Repeat what was left without an effect, then hold the database against what the trader was told and shown."""
    for attempt in trader.attempts:
        if attempt.answers[-1].status_code in {409, 503}:
            until(lambda attempt=attempt: trader.repeat(attempt).answers[-1].status_code in {201, 422}, attempt.key)
    account_id = trader.account.pk
    placed = [attempt.answers[-1].json()["order_id"] for attempt in trader.attempts if attempt.is_placed]
    assert Counter(placed) == Counter(str(id) for id in Order.objects.values_list("pk", flat=True))
    keys = Counter(IdempotencyRecord.objects.values_list("key", flat=True))
    assert keys == Counter(attempt.key for attempt in trader.attempts)
    assert account_first_difference(account_id) is None
    assert events_verify().faults == []
    assert_fills_are_fresh(trader, market)
    head = newest_seqs([account_id])[account_id]
    until(lambda: bool(trader.seqs) and trader.seqs[-1] == head, "the socket does not tell the newest event")
    assert trader.seqs == list(range(1, head + 1))
    until(lambda: Decimal(trader.newest_bid) in list(market.published_at)[-40:], "prices do not arrive again")


def assert_fills_are_fresh(trader: Trader, market: Market) -> None:
    first_sent = {
        attempt.answers[-1].json()["order_id"]: attempt.first_sent for attempt in trader.attempts if attempt.is_placed
    }
    fills = Deal.objects.values_list("order_id", "price")
    assert fills
    for order_id, price in fills:
        age = first_sent[str(order_id)] - market.published_at[price]
        assert age <= QUOTE_MAX_AGE_SECONDS, f"order {order_id} was filled at a quote {age:.1f} s old"


def refusals(trader: Trader, seconds: float) -> set[str]:
    """Place orders for so long; return the codes of those that were refused, each of which says why."""
    codes = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for attempt in (trader.market_order(), trader.limit_order()):
            if not attempt.is_placed:
                codes.add(attempt.code)
                assert attempt.answers[-1].json()["error"]["message"].endswith(".")
    return codes


def through_silence(trader: Trader, link: Link) -> set[str]:
    link.silent = True
    codes = refusals(trader, SILENCE_SECONDS)
    link.silent = False
    return codes


def through_latency(trader: Trader, link: Link) -> set[str]:
    link.latency = LATENCY_SECONDS
    codes = refusals(trader, 2 * LATENCY_SECONDS)
    link.latency = 0
    return codes


def test_orders_and_sockets_survive_what_happens_to_postgresql(trader: Trader, postgres: Link, market: Market) -> None:
    orders_go_through(trader)
    for _ in range(5):
        postgres.cut()
        assert refusals(trader, 0.1) <= NO_DATABASE
    orders_go_through(trader)
    assert through_silence(trader, postgres) & NO_DATABASE
    orders_go_through(trader)
    assert through_latency(trader, postgres) <= NO_DATABASE
    orders_go_through(trader)
    settle(trader, market)


def test_orders_and_sockets_survive_what_happens_to_redis(trader: Trader, redis_link: Link, market: Market) -> None:
    orders_go_through(trader)
    for _ in range(5):
        redis_link.cut()
        assert refusals(trader, 0.1) <= NO_QUOTE
    assert through_silence(trader, redis_link) <= NO_QUOTE
    orders_go_through(trader)
    assert through_latency(trader, redis_link) <= NO_QUOTE
    orders_go_through(trader)
    market.closed.set()
    until(lambda: not trader.market_order().is_placed, "orders are filled although the market is closed")
    assert trader.attempts[-1].code == "quote_stale"
    forget_redis_names()
    redis_client().script_flush()
    redis_link.cut()
    assert {trader.market_order().code, trader.limit_order().code} == {"quote_unavailable"}
    market.closed.clear()
    orders_go_through(trader)
    settle(trader, market)


@pytest.mark.long
def test_orders_and_sockets_survive_a_network_that_fails_again_and_again(
    trader: Trader, postgres: Link, redis_link: Link, market: Market
) -> None:
    chance = random.Random(3)
    for _ in range(40):
        link = chance.choice([postgres, redis_link])
        match chance.choice(["cut", "silence", "latency", "forgotten"]):
            case "cut":
                link.cut()
                codes = refusals(trader, 0.5)
            case "silence":
                codes = through_silence(trader, link)
            case "latency":
                codes = through_latency(trader, link)
            case "forgotten":
                forget_redis_names()
                redis_link.cut()
                codes = refusals(trader, 0.5)
        assert codes <= NO_DATABASE | NO_QUOTE
        orders_go_through(trader)
    settle(trader, market)
