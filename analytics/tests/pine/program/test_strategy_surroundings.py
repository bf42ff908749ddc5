"""What strategies take from their surroundings: rates of currencies and candles inside the chart's."""

import dataclasses

import pytest

from analytics.pine.program import compile, run, stream
from analytics.pine.runtime.bars import Bar
from analytics.tests.pine.program.markets import EURUSD, HALF_HOURS, half_hours
from analytics.tests.pine.program.scripts import START

CROSS = """//@version=6
strategy("s", currency = {0}, initial_capital = 100000, default_qty_value = 1000)
if bar_index == 300
    strategy.entry("L", strategy.long)
if bar_index == 350
    strategy.close("L")
"""


def profit(text, symbol=EURUSD, **more):
    result = run(compile(text), half_hours(), symbol=symbol, timeframe=HALF_HOURS, **more)
    return result.summary.all.net_profit, result.outputs.logs


def test_money_is_that_of_the_account():
    own, _ = profit(CROSS.format("currency.USD"))
    converted, logs = profit(CROSS.format("currency.EUR"))
    rates = [bar.close for bar in half_hours()]

    assert abs(own) > 0.1
    assert own / max(rates) == pytest.approx(converted, rel=max(rates) / min(rates) - 1)
    assert converted != own
    assert logs == []


def test_without_rates_both_currencies_count_the_same_and_the_log_says_so():
    own, _ = profit(CROSS.format("currency.USD"))
    converted, logs = profit(CROSS.format("currency.CHF"), dataclasses.replace(EURUSD, basecurrency=""))

    assert converted == own
    assert [line.level for line in logs] == ["warning"]
    assert "USDCHF" in logs[0].message


def test_the_magnifier_looks_inside_bars():
    """The bar is nearer to its low, so the assumed path finds the loss first; inside it, the profit came first."""
    wide = Bar(START + 2 * 1_800_000, 10.0, 10.9, 9.5, 10.0, 1.0)
    bars = [Bar(START + place * 1_800_000, 10.0, 10.1, 9.9, 10.0, 1.0) for place in range(2)] + [wide]
    bars.append(Bar(START + 3 * 1_800_000, 10.0, 10.1, 9.9, 10.0, 1.0))
    closes = [10.0, 10.9, 10.2, 9.5, 9.8, 10.0]
    inside = [
        Bar(wide.time + place * 300_000, before, max(before, close), min(before, close), close, 1.0)
        for place, (before, close) in enumerate(zip([10.0, *closes], closes, strict=False))
    ]
    text = """//@version=6
strategy("s", use_bar_magnifier = true)
if bar_index == 1
    strategy.entry("L", strategy.long, 1)
    strategy.exit("X", "L", limit = 10.5, stop = 9.6)
"""

    def shorter(name, timeframe):
        return (EURUSD, inside) if timeframe.period == "5" else None

    def left_at(**more):
        result = run(compile(text), bars, symbol=EURUSD, timeframe=HALF_HOURS, **more)
        return [row.price for row in result.trades if row.type.startswith("Exit")]

    assert left_at() == [9.6]
    assert left_at(market=lambda name, timeframe: None) == [9.6]
    assert left_at(market=shorter) == [10.5]


OCCURRENCES = """//@version=6
strategy("s", calc_on_order_fills = {0})
if bar_index == 2
    strategy.entry("L", strategy.long, 1)
third = bar_index % 3 == 0
var kept = 0
kept += third ? 1 : 0
plot(kept)
plot(ta.valuewhen(third, bar_index, 0))
plot(ta.valuewhen(third, bar_index, 1))
plot(ta.valuewhen(third, bar_index, 2))
"""


@pytest.mark.parametrize(("declared", "expected"), [("false", [3, 6, 3, 0]), ("true", [3, 6, 3, 3])])
def test_an_occurrence_is_counted_anew_when_a_bar_is_computed_again_for_a_fill(declared, expected):
    """The entry fills on a bar where the condition holds: its value is there twice, while `var` goes back."""
    program = compile(OCCURRENCES.format(declared))
    bars = half_hours(8)
    ran = run(program, bars, symbol=EURUSD, timeframe=HALF_HOURS)
    live = stream(program, bars[:2], symbol=EURUSD, timeframe=HALF_HOURS)
    for bar in bars[2:]:
        live.update(bar._replace(close=bar.open), confirmed=False)
        live.update(bar, confirmed=True)

    for result in (ran, live.result()):
        assert [plot.values[-1] for plot in result.outputs.plots.values()] == expected
