"""The trigger index against looking at every level, and its order of events."""

import random

import pytest

from trading.engine.triggers import Trigger, TriggerIndex, TriggerKind, Watch, in_price_time_order

SYMBOLS = ["EURUSD", "USDJPY", "XAUUSD"]


def level(id, watch, price, *, symbol="EURUSD", kind=TriggerKind.ORDER, account_id=1):
    return Trigger(id, kind, account_id, symbol, watch, price)


@pytest.mark.parametrize(
    ("watch", "quiet", "reaching"),
    [
        (Watch.ASK_RISES, (101, 99), (90, 100)),
        (Watch.ASK_FALLS, (99, 101), (90, 100)),
        (Watch.BID_RISES, (99, 101), (100, 110)),
        (Watch.BID_FALLS, (101, 99), (100, 110)),
    ],
)
def test_each_watch_looks_at_its_side_from_its_direction(watch, quiet, reaching):
    index = TriggerIndex()
    trigger = level(1, watch, 100)
    index.add(trigger)
    assert index.reached("EURUSD", *quiet) == []
    assert index.reached("EURUSD", *reaching) == [trigger]
    assert index.reached("USDJPY", *reaching) == []


def test_levels_stay_until_they_are_removed():
    index = TriggerIndex()
    near, far = level(1, Watch.BID_FALLS, 100), level(2, Watch.BID_FALLS, 90)
    index.add(near)
    index.add(far)
    assert index.reached("EURUSD", 90, 91) == index.reached("EURUSD", 90, 91) == [near, far]
    index.remove(near)
    assert index.reached("EURUSD", 100, 101) == []
    assert index.reached("EURUSD", 90, 91) == [far]
    index.remove(far)
    assert len(index) == 0
    with pytest.raises(ValueError, match="not in list"):
        index.remove(far)


def test_a_gap_through_several_levels_reports_the_first_met_first_and_older_ids_before_younger():
    index = TriggerIndex()
    for trigger in (
        level(5, Watch.ASK_RISES, 104),
        level(4, Watch.ASK_RISES, 102),
        level(3, Watch.ASK_RISES, 102),
        level(2, Watch.BID_RISES, 103, kind=TriggerKind.TAKE_PROFIT),
        level(1, Watch.ASK_RISES, 106),
    ):
        index.add(trigger)
    assert [trigger.id for trigger in index.reached("EURUSD", 105, 105)] == [3, 4, 2, 5]


def random_levels(randomness, count, middle):
    return [
        level(
            id,
            randomness.choice(list(Watch)),
            middle + randomness.randint(-3000, 3000),
            symbol=randomness.choice(SYMBOLS),
            kind=randomness.choice(list(TriggerKind)),
            account_id=randomness.randint(1, 50),
        )
        for id in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_index_finds_what_looking_at_every_level_finds_in_the_same_order(seed):
    """Random walks with gaps; reached levels are removed, others cancelled and added in between."""
    randomness = random.Random(seed)
    prices = dict.fromkeys(SYMBOLS, 100_000)
    index, resting = TriggerIndex(), {}
    spare = iter(random_levels(randomness, 6000, 100_000))

    def add(count):
        for _ in range(count):
            trigger = next(spare)
            resting[trigger.id] = trigger
            index.add(trigger)

    add(3000)
    found = 0
    for _ in range(4000):
        symbol = randomness.choice(SYMBOLS)
        prices[symbol] += randomness.choice([-1, 1]) * (randomness.randint(0, 8) if randomness.random() < 0.99 else 400)
        bid, ask = prices[symbol], prices[symbol] + randomness.randint(0, 12)
        expected = in_price_time_order((t for t in resting.values() if t.symbol == symbol), bid, ask)
        assert index.reached(symbol, bid, ask) == expected
        for trigger in expected:
            index.remove(resting.pop(trigger.id))
        found += len(expected)
        if randomness.random() < 0.2 and resting:
            index.remove(resting.pop(randomness.choice(list(resting))))
            add(1)
    assert found > 1000
    assert len(index) == len(resting)
