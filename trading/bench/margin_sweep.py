"""How long it takes to value half a million positions, and whether no account is overlooked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import numpy as np

from forexpro.core.bench import Measurement, benchmark, stopwatch
from marketdata.ticks import PRICE_SCALE, Tick
from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.engine.market import Instrument
from trading.engine.pricing import SpreadPolicy
from trading.engine.state import AccountState, Policy, Position, Side
from trading.runner.margin_watch import MarginWatch
from trading.selectors.conditions import Conditions
from trading.selectors.market import group_market

ACCOUNTS = 100_000
POSITIONS_PER_ACCOUNT = 5
PAIRS = 100
SWEEPS = 20
# The rates that quote currencies are converted at, and the currencies that pairs are quoted in.
RATES = {"USD": Decimal(1), "EUR": Decimal("1.1"), "JPY": Decimal("0.0066")}
SPREAD = 1_000
REPRODUCIBLE = 1


@benchmark
def margin_sweep() -> Iterator[Measurement]:
    """All margins of 100,000 accounts at once: against bare sums, and against exact arithmetic for every account."""
    random = Random(REPRODUCIBLE)  # noqa: S311  # reproducible, not secret
    conditions = _conditions()
    opened = _ticks(dict.fromkeys(conditions.instruments, Decimal(1)))
    states = [_account(number, random, conditions) for number in range(1, ACCOUNTS + 1)]
    watch = MarginWatch()
    for state in states:
        watch.set_account(state, conditions, opened)
    prices = {symbol: Decimal(str(random.uniform(0.97, 1.03))) for symbol in conditions.instruments}
    now = _ticks(prices)

    flagged = watch.sweep(now)
    with stopwatch() as sweep:
        for _ in range(SWEEPS):
            watch.sweep(now)
    units, cost = np.ones((2, ACCOUNTS * POSITIONS_PER_ACCOUNT))
    with stopwatch() as sums:
        for _ in range(SWEEPS):
            (units * 1.1 - cost).reshape(ACCOUNTS, POSITIONS_PER_ACCOUNT).sum(axis=1)
    yield Measurement(
        f"margins of {ACCOUNTS:,} accounts of {POSITIONS_PER_ACCOUNT} positions swept",
        1000 * sweep.processor_seconds / SWEEPS,
        "ms of a processor",
        1000 * sums.processor_seconds / SWEEPS,
        "one product and one sum over as many positions",
    )

    market = group_market(conditions, now, datetime.now(UTC))
    with stopwatch() as confirm:
        confirmed = {number for number in flagged if decide(states[number - 1], CheckMargin(), market)}
    with stopwatch() as exact:
        wanted = {state.id for state in states if decide(state, CheckMargin(), market)}
    assert confirmed == wanted, "the sweep overlooks an account"
    yield Measurement(
        f"the same with exact arithmetic for the {len(flagged):,} accounts looked at, {len(wanted):,} of them due",
        1000 * (sweep.processor_seconds / SWEEPS + confirm.processor_seconds),
        "ms of a processor",
        1000 * exact.processor_seconds,
        "exact arithmetic for every account",
    )


def _conditions() -> Conditions:
    symbols = [f"{number:03}{currency}" for number, currency in zip(range(PAIRS), 34 * list(RATES), strict=False)]
    instruments = {symbol: _pair(symbol) for symbol in [*symbols, "EURUSD", "JPYUSD"]}
    return Conditions(1, None, "Bench", None, instruments, dict.fromkeys(instruments, SpreadPolicy()), Policy())


def _pair(symbol: str) -> Instrument:
    return Instrument(
        symbol=symbol,
        base_currency=symbol[:3],
        quote_currency=symbol[3:],
        margin_currency=symbol[:3],
        digits=5,
        contract_size=Decimal(100_000),
        volume_min=Decimal("0.01"),
        volume_max=Decimal(100),
        volume_step=Decimal("0.01"),
    )


def _ticks(prices: dict[str, Decimal]) -> dict[str, Tick]:
    prices = prices | {"EURUSD": RATES["EUR"], "JPYUSD": RATES["JPY"]}
    units = {symbol: int(price * PRICE_SCALE) for symbol, price in prices.items()}
    return {symbol: Tick(symbol, bid, bid + SPREAD, 0, 0, "bench", "1-1") for symbol, bid in units.items()}


def _account(number: int, random: Random, conditions: Conditions) -> AccountState:
    symbols = random.sample(sorted(conditions.instruments)[:PAIRS], POSITIONS_PER_ACCOUNT)
    positions = {
        id: Position(
            id=id,
            symbol=symbol,
            side=random.choice(list(Side)),
            volume=Decimal(random.randint(1, 100)) / 100,
            open_price=Decimal(1),
            opened_at=datetime.now(UTC),
            margin_conversion=RATES[symbol[3:]],
        )
        for id, symbol in enumerate(symbols, number * POSITIONS_PER_ACCOUNT)
    }
    balance = Decimal(random.randint(5_000, 50_000))
    return AccountState(id=number, currency="USD", balance=balance, positions=positions)
