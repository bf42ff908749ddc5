"""How fast quotes pass the trigger index, alone and from the tick stream."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from forexpro.core.bench import Measurement, benchmark, stopwatch
from forexpro.core.realtime.connections import name, redis_client
from forexpro.core.scratch import scratch_services
from marketdata.models import Symbol
from marketdata.stream import publish_ticks
from marketdata.ticks import PRICE_SCALE, Tick
from trading.bench.crowd import open_account
from trading.engine.triggers import Trigger, TriggerIndex, TriggerKind, Watch, in_price_time_order
from trading.models import AccountGroup, Order, Position
from trading.runner.engine_runner import BATCH_TICKS, EngineRunner
from trading.runner.shards import Shard

SYMBOLS = [f"SYM{number:03}" for number in range(500)]
RESTING = 100_000
FEW_RESTING = 100
QUIET_QUOTES = 1_000_000
SCANNED_QUOTES = 20_000
FILLING_QUOTES = 200_000
CHANGED_LEVELS = 50_000
STREAM_TICKS = 200_000
ACCOUNTS = 200
POSITIONS_PER_ACCOUNT = 5
PRICE = PRICE_SCALE
# Prices stay this far around PRICE, levels keep at least this distance from them.
NOISE, FAR = 1_000, 1_000_000
REPRODUCIBLE = 1


@benchmark
def trigger_index() -> Iterator[Measurement]:
    """Quotes that trigger nothing, in memory: against the loop around them, and against looking at every level."""
    random = Random(REPRODUCIBLE)  # noqa: S311  # reproducible, not secret
    levels = [_level(number, random) for number in range(RESTING)]
    quotes = [_quote(random) for _ in range(QUIET_QUOTES)]
    index, small = TriggerIndex(), TriggerIndex()
    for trigger in levels:
        index.add(trigger)
    for trigger in levels[:FEW_RESTING]:
        small.add(trigger)

    with stopwatch() as empty_loop:
        for _symbol, _bid, _ask in quotes:
            pass
    rates = {}
    # A quote of a symbol without levels costs less than one that is held against some: for the few, only their symbols.
    few_quotes = [_quote(random, SYMBOLS[:FEW_RESTING]) for _ in range(QUIET_QUOTES)]
    for count, indexed, asked in ((FEW_RESTING, small, few_quotes), (RESTING, index, quotes)):
        reached = indexed.reached
        with stopwatch() as watch:
            for symbol, bid, ask in asked:
                reached(symbol, bid, ask)
        rates[count] = QUIET_QUOTES / watch.seconds
    for count, rate in rates.items():
        yield Measurement(
            f"quiet quotes, {count:,} resting orders over {min(count, len(SYMBOLS))} symbols",
            rate,
            "a second",
            QUIET_QUOTES / empty_loop.seconds,
            "a loop that does nothing",
        )

    by_symbol: dict[str, list[Trigger]] = {symbol: [] for symbol in SYMBOLS}
    for trigger in levels:
        by_symbol[trigger.symbol].append(trigger)
    with stopwatch() as scan:
        for symbol, bid, ask in quotes[:SCANNED_QUOTES]:
            found = [trigger for trigger in by_symbol[symbol] if trigger.depth(bid, ask) >= 0]
            assert not found
    yield Measurement(
        f"quiet quotes, {RESTING:,} resting orders",
        rates[RESTING],
        "a second",
        SCANNED_QUOTES / scan.seconds,
        "looking at each of the symbol's levels",
    )

    with stopwatch() as change:
        for trigger in levels[:CHANGED_LEVELS]:
            index.remove(trigger)
            index.add(trigger)
    with stopwatch() as plain:
        held = set(levels)
        for trigger in levels[:CHANGED_LEVELS]:
            held.remove(trigger)
            held.add(trigger)
    yield Measurement(
        "levels removed and added again",
        CHANGED_LEVELS / change.seconds,
        "a second",
        CHANGED_LEVELS / plain.seconds,
        "the same in an unsorted set",
    )


@benchmark
def trigger_fills() -> Iterator[Measurement]:
    """Quotes that wander and jump through resting levels: what the index reports is what looking at all finds."""
    random = Random(REPRODUCIBLE)  # noqa: S311  # reproducible, not secret
    levels = [_level(number, random) for number in range(RESTING)]
    quotes = list(_wandering(random, FILLING_QUOTES))
    index = TriggerIndex()
    for trigger in levels:
        index.add(trigger)

    by_index: list[Trigger] = []
    with stopwatch() as indexed:
        for symbol, bid, ask in quotes:
            for trigger in index.reached(symbol, bid, ask):
                index.remove(trigger)
                by_index.append(trigger)
    by_symbol: dict[str, list[Trigger]] = {symbol: [] for symbol in SYMBOLS}
    for trigger in levels:
        by_symbol[trigger.symbol].append(trigger)
    by_looking: list[Trigger] = []
    with stopwatch() as looking:
        for symbol, bid, ask in quotes:
            resting = by_symbol[symbol]
            reached = in_price_time_order(resting, bid, ask)
            if reached:
                gone = set(reached)
                by_symbol[symbol] = [trigger for trigger in resting if trigger not in gone]
                by_looking += reached
    if by_index != by_looking:
        raise RuntimeError("the index reported other levels than looking at all of them finds, or in another order")
    yield Measurement(
        f"quotes of which some reach levels, {RESTING:,} resting, {len(by_index):,} reached, as when looking at all",
        FILLING_QUOTES / indexed.seconds,
        "a second",
        FILLING_QUOTES / looking.seconds,
        "looking at each of the symbol's levels",
    )


@benchmark
def engine_stream() -> Iterator[Measurement]:
    """Quiet quotes from the Redis stream through the engine, without and with open positions to watch."""
    with scratch_services():
        account_ids = _rest_orders()
        random = Random(REPRODUCIBLE)  # noqa: S311  # reproducible, not secret
        now_ms = int(time.time() * 1000)
        ticks = [Tick(*_quote(random), now_ms, now_ms, "bench") for _ in range(STREAM_TICKS)]
        asyncio.run(_publish([Tick(symbol, PRICE, PRICE, now_ms, now_ms, "bench") for symbol in SYMBOLS]))
        floor = _floor(ticks)
        yield Measurement(
            f"quiet quotes from the stream, {RESTING:,} resting orders over {len(SYMBOLS)} symbols",
            _engine_rate(ticks),
            "a second",
            floor,
            "reading the stream and doing nothing",
        )
        _open_positions(account_ids)
        yield Measurement(
            f"the same with the margins of {ACCOUNTS} accounts of {POSITIONS_PER_ACCOUNT} positions",
            _engine_rate(ticks),
            "a second",
            floor,
            "reading the stream and doing nothing",
        )


def _quote(random: Random, symbols: Sequence[str] = SYMBOLS) -> tuple[str, int, int]:
    bid = PRICE + random.randrange(NOISE)
    return random.choice(symbols), bid, bid + random.randrange(NOISE)


def _wandering(random: Random, count: int) -> Iterator[tuple[str, int, int]]:
    """Yield quotes that wander from the middle, now and then with a jump through several levels."""
    bids = dict.fromkeys(SYMBOLS, PRICE)
    for _ in range(count):
        symbol = random.choice(SYMBOLS)
        step = 2 * FAR if random.random() < 0.002 else FAR // 20
        bids[symbol] += random.randrange(-step, step + 1)
        yield symbol, bids[symbol], bids[symbol] + random.randrange(NOISE)


def _level(number: int, random: Random) -> Trigger:
    watch = random.choice(list(Watch))
    away = random.randrange(FAR, 10 * FAR)
    level = PRICE + (-away if watch.falls else away)
    return Trigger(number, TriggerKind.ORDER, number % ACCOUNTS, SYMBOLS[number % len(SYMBOLS)], watch, level)


def _rest_orders() -> list[int]:
    """Fill the empty database with symbols, accounts and resting orders far from the market."""
    Symbol.objects.bulk_create(
        Symbol(
            code=symbol,
            name=symbol,
            asset_class=Symbol.AssetClass.INDEX,
            base_currency=symbol,
            quote_currency="USD",
            margin_currency="USD",
            digits=8,
            contract_size=1,
            volume_min=1,
            volume_max=100,
            volume_step=1,
            margin_mode=Symbol.MarginMode.CFD_LEVERAGE,
            typical_spread_points=0,
        )
        for symbol in SYMBOLS
    )
    owner = User.objects.create_user("bench@localhost", None, full_name="Bench")
    group = AccountGroup.objects.create(name="Bench")
    account_ids = [open_account(owner, group, Decimal(10_000)).pk for _ in range(ACCOUNTS)]
    now = datetime.now(UTC)
    Order.objects.bulk_create(
        (
            Order(
                id=number + 1,
                account_id=account_ids[number % ACCOUNTS],
                symbol=SYMBOLS[number % len(SYMBOLS)],
                side="buy" if number % 4 < 2 else "sell",
                type="limit" if number % 2 else "stop",
                volume=1,
                price=Decimal("1.1") if number % 4 in (0, 3) else Decimal("0.9"),
                placed_at=now,
                status="working",
            )
            for number in range(RESTING)
        ),
        batch_size=5000,
    )
    return account_ids


def _open_positions(account_ids: list[int]) -> None:
    now = datetime.now(UTC)
    for number in range(ACCOUNTS * POSITIONS_PER_ACCOUNT):
        common = {
            "id": RESTING + 1 + number,
            "account_id": account_ids[number % ACCOUNTS],
            "symbol": SYMBOLS[number % len(SYMBOLS)],
            "side": "buy",
            "volume": 1,
        }
        Order.objects.create(
            **common, type="market", price=1, placed_at=now, status="filled", finished_at=now, fill_price=1
        )
        Position.objects.create(**common, initial_volume=1, open_price=1, opened_at=now, margin_conversion=1)


async def _publish(ticks: list[Tick]) -> None:
    await publish_ticks(ticks)


def _floor(ticks: list[Tick]) -> float:
    """Return how many entries a second come out of the stream, unread."""
    asyncio.run(_publish(ticks))
    position: Any = "0-0"
    count = 0
    with stopwatch() as watch:
        while entries := _entries_after(position):
            position, count = entries[-1][0], count + len(entries)
    return count / watch.seconds


def _entries_after(position: Any) -> list[Any]:
    answer: Any = redis_client().xread({name("ticks"): position}, count=BATCH_TICKS)
    return answer[0][1] if answer else []


def _engine_rate(ticks: list[Tick]) -> float:
    """Return how many ticks a second an engine works through that is up to date and then gets all of them at once."""
    engine = EngineRunner(Shard(), outage_seconds=24 * 3600)
    engine.start()
    while engine.step(block_ms=1):
        pass
    asyncio.run(_publish(ticks))
    worked = 0
    with stopwatch() as watch:
        while count := engine.step(block_ms=1):
            worked += count
    engine.stop()
    return worked / watch.seconds
