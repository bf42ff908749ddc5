"""Indicators of volume and pivot levels, by worked numbers."""

import pytest

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import START, Calls, context_of, each_bar, run, same

BARS = [
    Bar(START, 10.0, 12.0, 8.0, 11.0, 100.0),
    Bar(START + 1_800_000, 11.0, 14.0, 10.0, 13.0, 200.0),
    Bar(START + 3_600_000, 13.0, 13.0, 9.0, 10.0, 50.0),
    Bar(START + 5_400_000, 10.0, 10.0, 10.0, 10.0, 80.0),
]


def values(name: str) -> list[float]:
    context = context_of(BARS)
    return run(context, Calls(context)[name])


def test_running_variables() -> None:
    assert same(values("ta.accdist"), [50.0, 150.0, 125.0, 125.0])
    assert same(values("ta.obv"), [NA, 200.0, 150.0, 150.0])
    assert same(values("ta.pvt"), [NA, 400 / 11, 400 / 11 - 150 / 13, 400 / 11 - 150 / 13])
    assert same(values("ta.nvi"), [1.0, 1.0, 10 / 13, 10 / 13])
    assert same(values("ta.pvi"), [1.0, 13 / 11, 13 / 11, 13 / 11])
    assert same(values("ta.wad"), [NA, 3.0, 0.0, 0.0])


def test_variables_of_the_bar() -> None:
    assert same(values("ta.iii"), [2 / 400, 2 / 800, -2 / 200, NA])
    assert same(values("ta.wvad"), [25.0, 100.0, -37.5, NA])
    assert same(values("ta.tr"), [NA, 4.0, 4.0, 0.0])


@pytest.mark.parametrize("name", ["ta.accdist", "ta.obv", "ta.pvt", "ta.nvi", "ta.pvi", "ta.wad", "ta.vwap"])
def test_a_running_variable_is_the_same_if_it_is_read_only_at_times(name: str) -> None:
    context = context_of(BARS)
    read = Calls(context)[name]
    found = [read() for index in each_bar(context) if index % 2]
    assert same(found, values(name)[1::2])


def test_vwap_since_an_anchor() -> None:
    context = context_of(BARS)
    plain, bands = Calls(context)["ta.vwap()"], Calls(context)["ta.vwap()"]
    rows = run(
        context,
        lambda: (
            plain(context.close, context.bar_index == 1),
            bands(context.close, context.bar_index == 1, 2.0),
        ),
    )
    assert same([row[0] for row in rows], [NA, 13.0, 12.4, 4_000 / 330 - 100 / 330])
    variance = (200 * 169 + 50 * 100) / 250 - 12.4**2
    assert same(rows[2][1], (12.4, 12.4 + 2 * variance**0.5, 12.4 - 2 * variance**0.5))


def test_vwap_begins_anew_with_the_trading_day() -> None:
    evening = 1_704_146_400_000  # 17:00 in New York
    bars = [bar._replace(time=evening + (i - 2) * 1_800_000) for i, bar in enumerate(BARS)]
    context = context_of(bars)
    function, variable = Calls(context)["ta.vwap()"], Calls(context)["ta.vwap"]
    rows = run(context, lambda: (function(context.close), variable()))
    assert same([row[0] for row in rows], [NA, NA, 10.0, 10.0])
    assert same([row[1] for row in rows], [NA, NA, 32 / 3, (32 / 3 * 50 + 800) / 130])


LEVELS = {
    "Traditional": [11, 12, 9, 14, 8, 15, 6, 16, 4, 17, 2],
    "Fibonacci": [11, 11 + 0.382 * 3, 11 - 0.382 * 3, 11 + 0.618 * 3, 11 - 0.618 * 3, 14, 8, NA, NA, NA, NA],
    "Classic": [11, 12, 9, 14, 8, 17, 5, 20, 2, NA, NA],
    "Woodie": [12, 14, 11, 15, 9, 17, 8, 20, 5, NA, NA],
    "DM": [10.75, 11.5, 8.5, NA, NA, NA, NA, NA, NA, NA, NA],
    "Camarilla": [11, 10.275, 9.725, 10.55, 9.45, 10.825, 9.175, 11.65, 8.35, 13.0, 7.0],
}


@pytest.mark.parametrize("kind", LEVELS)
def test_pivot_levels_of_the_period_that_has_ended(kind: str) -> None:
    # The first period has open 11, high 13, low 10 and close 10; the next opens at 12.5.
    bars = [
        Bar(START, 11.0, 13.0, 10.0, 12.0, 1.0),
        Bar(START + 1, 12.0, 12.5, 10.5, 10.0, 1.0),
        Bar(START + 2, 12.5, 13.0, 12.0, 12.0, 1.0),
        Bar(START + 3, 12.0, 20.0, 1.0, 12.0, 1.0),
    ]
    context = context_of(bars)
    levels = Calls(context)["ta.pivot_point_levels"]
    rows = run(context, lambda: levels(kind, context.bar_index == 2, False))
    assert same(rows[1], [NA] * 11)
    assert same(rows[2], LEVELS[kind], within=1e-6)
    assert same(rows[3], rows[2])


def test_developing_pivot_levels_follow_the_period_under_way() -> None:
    context = context_of(BARS)
    levels = Calls(context)["ta.pivot_point_levels"]
    rows = run(context, lambda: levels("Classic", False, True)[0])
    assert same(rows, [31 / 3, (14 + 8 + 13) / 3, (14 + 8 + 10) / 3, (14 + 8 + 10) / 3])
    with pytest.raises(PineRuntimeError, match="developing"):
        levels("Woodie", False, True)
    with pytest.raises(PineRuntimeError, match="Traditional"):
        levels("Nobody", False, False)
