"""The running platform against the plain fold, on ticks made here."""

import random
import time

import pytest

from marketdata.models import Symbol
from marketdata.ticks import Tick
from trading.replay.comparison import compare_replay, place_orders
from trading.replay.fold import FoldedAccount, fold_ticks
from trading.selectors.state import load_accounts
from trading.tests.factories import make_account, make_order, make_symbols
from trading.tests.factories import tick as make_tick

SYMBOLS = {"EURUSD": (110_000, 1000), "GBPUSD": (130_000, 1000), "USDJPY": (150_000, 100_000)}


def walk(count, seed, *, received_ms=None):
    """Return a random walk of each symbol, with a jump now and then."""
    randomness = random.Random(seed)
    levels = {symbol: level for symbol, (level, _) in SYMBOLS.items()}
    ticks = []
    for number in range(count):
        symbol = randomness.choice(list(SYMBOLS))
        jump = 30 if randomness.random() < 0.02 else 1
        levels[symbol] += randomness.randint(-6, 6) * jump
        point = SYMBOLS[symbol][1]
        bid, ask = levels[symbol] * point, (levels[symbol] + randomness.randint(1, 12)) * point
        now_ms = received_ms or int(time.time() * 1000)
        ticks.append(Tick(symbol, bid, ask, 1_400_000_000_000 + number, now_ms, "test"))
    return ticks


@pytest.mark.django_db(transaction=True)
def test_the_platform_does_what_the_fold_says_although_its_engine_is_killed(redis):
    make_symbols()

    async def batches():
        ticks = walk(2000, seed=5)
        for start in range(0, len(ticks), 200):
            yield [tick._replace(received_ms=int(time.time() * 1000)) for tick in ticks[start : start + 200]]

    outcome = compare_replay(
        batches, symbols=list(SYMBOLS), orders=80, positions=30, seed=3, kills=1, progress=lambda sentence: None
    )
    assert outcome.differences == []
    assert outcome.states_differ == []
    assert outcome.equal
    assert outcome.ticks == 2000
    reasons = {deal.reason for deal in outcome.platform}
    assert {"order", "stop_loss", "take_profit"} <= reasons
    assert len(outcome.platform) > 10


@pytest.mark.django_db
def test_leaving_out_ticks_that_change_nothing_changes_nothing(redis):
    make_symbols()
    newest = {}
    for symbol, (level, point) in SYMBOLS.items():
        scale = 3 if symbol == "USDJPY" else 5
        newest[symbol] = make_tick(symbol, str(level / 10**scale), str((level + 10) / 10**scale))
        assert newest[symbol].bid == level * point
    account_ids = place_orders(newest, orders=60, positions=40, random=random.Random(1))
    ticks = walk(400, seed=9, received_ms=int(time.time() * 1000) + 1000)

    def fold(leave_out):
        accounts = [FoldedAccount(loaded.state, loaded.conditions) for loaded in load_accounts(account_ids)]
        return fold_ticks(accounts, ticks, newest, leave_out=leave_out), [account.state for account in accounts]

    deals, states = fold(leave_out=True)
    assert (deals, states) == fold(leave_out=False)
    assert {deal.entry for deal in deals} == {"in", "out"}


@pytest.mark.django_db
def test_a_tick_that_costs_futures_their_margin_is_not_left_out(market):
    Symbol.objects.filter(code="EURUSD").update(
        margin_mode="futures", contract_size=1, tick_size="0.0001", tick_value="10", initial_margin=1000
    )
    account = make_account(deposit="1200")
    make_order(account, volume="1.00")
    (loaded,) = load_accounts([account.pk])
    folded = FoldedAccount(loaded.state, loaded.conditions)
    folded.measure({"EURUSD": make_tick("EURUSD", "1.10000", "1.10010")})
    assert folded.is_quiet(make_tick("EURUSD", "1.09990", "1.10000"))
    assert not folded.is_quiet(make_tick("EURUSD", "1.09750", "1.09760"))  # 25 ticks, 250 of the 1,200
