"""Highest and lowest values, and the windows by bar that they and the line of regression look through."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.repeated import Repeated
from analytics.pine.runtime.technical import windows as windows_module
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, closes, context_of, each_bar, run, same

numbers = st.integers(-20, 20).map(float)
sources = st.lists(st.one_of(numbers, numbers, numbers, st.just(NA)), min_size=1, max_size=40)


def windows(values: list[float], length: int, index: int) -> list[tuple[float, int]]:
    """The values of a window behind the last that is na, with how far back they are, oldest first."""
    found: list[tuple[float, int]] = []
    for at in range(max(index + 1 - length, 0), index + 1):
        found = [*found, (values[at], at - index)] if values[at] == values[at] else []
    return found


@given(values=sources, widths=st.lists(st.integers(1, 6), min_size=40, max_size=40), constant=st.booleans())
def test_extremes_of_each_window(values: list[float], widths: list[int], constant: bool) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    high, high_bars, low, low_bars = (
        calls["ta.highest"],
        calls["ta.highestbars"],
        calls["ta.lowest"],
        calls["ta.lowestbars"],
    )
    spread = calls["ta.range"]
    for index in each_bar(context):
        length = widths[0 if constant else index]
        source = values[index]
        found = windows(values, length, index)
        got = [function(source, length) for function in (high, high_bars, low, low_bars, spread)]
        if index < length - 1 or not found:
            bars = NA if index < length - 1 else 0
            assert same(got, [NA, bars, NA, bars, NA])
            continue
        top, top_at = max(found, key=lambda pair: (pair[0], -pair[1]))
        bottom, bottom_at = min(found, key=lambda pair: (pair[0], pair[1]))
        assert same(got, [top, top_at, bottom, bottom_at, top - bottom])


def test_infinite_values_are_the_extremes_they_are() -> None:
    values = [1.0, inf, -inf, 2.0, 3.0, 4.0]
    context = context_of(closes(values))
    highest = Calls(context)["ta.highest"]
    got = run(context, lambda: highest(values[context.bar_index], 3))
    assert same(got, [NA, NA, inf, inf, 3.0, 4.0])


def test_a_length_that_grows_back_sees_the_whole_window_at_once() -> None:
    lows = [100.0 + bar for bar in range(20)]
    lows[5] = 10.0
    context = context_of(closes(lows))
    lowest = Calls(context)["ta.lowest"]
    widths = [3 if bar in (10, 11) else 10 for bar in range(20)]
    values = run(context, lambda: lowest(lows[context.bar_index], widths[context.bar_index]))
    assert values[9:13] == [10.0, 108.0, 109.0, 10.0]


LOWS = [100.0 - bar for bar in range(12)] + [200.0 + bar for bar in range(24)]


def test_a_call_with_gaps_finds_what_was_written_a_ring_before() -> None:
    context = context_of(closes(LOWS))
    lowest = Calls(context)["ta.lowest"]
    ring = [NA] * 5
    for bar in each_bar(context):
        if 12 <= bar < 24:
            continue
        ring[bar % 5] = LOWS[bar]
        wanted = min(ring[(bar - back) % 5] for back in range(4)) if bar >= 3 else NA
        assert same(lowest(LOWS[bar], 4), wanted), bar


def test_a_place_in_a_ring_that_was_never_written_is_zero() -> None:
    context = context_of(closes([50.0] * 12))
    lowest = Calls(context)["ta.lowest"]
    found = [lowest(50.0, 6) for bar in each_bar(context) if bar % 4 == 0]
    assert same(found, [NA, NA, 0.0])


def test_with_changing_length_a_gap_repeats_the_value_before() -> None:
    values = [5.0, 9.0, 1.0, 1.0, 1.0, 3.0, 4.0]
    context = context_of(closes(values))
    highest = Calls(context)["ta.highest"]
    widths = {0: 1, 1: 2, 5: 3, 6: 5}
    found = {bar: highest(values[bar], widths[bar]) for bar in each_bar(context) if bar in widths}
    assert found == {0: 5.0, 1: 9.0, 5: 9.0, 6: 9.0}


def test_in_a_loop_the_last_call_of_a_bar_counts() -> None:
    values = [3.0, 1.0, 2.0, 5.0, 4.0]
    context = context_of(closes(values))
    looped, plain = Repeated(context, Calls(context)["ta.highest"]), Calls(context)["ta.highest"]
    for bar in each_bar(context):
        looped(1000.0, 3)
        assert same(looped(values[bar], 3), plain(values[bar], 3))


def test_linreg_is_the_line_of_least_squares() -> None:
    values = [1.0, 2.0, 4.0, 3.0, 7.0]
    context = context_of(closes(values))
    calls = Calls(context)
    end, before = calls["ta.linreg"], calls["ta.linreg"]
    found = run(context, lambda: (end(context.close, 3, 0), before(context.close, 3, 1)))
    # Through (1, 4), (2, 3), (3, 7) the line is 1.5 x + 5 / 3.
    assert same(found[4], (6.166666666666667, 4.666666666666667))
    assert same(found[1], (NA, NA))


@given(values=st.lists(numbers, min_size=2, max_size=30), length=st.integers(2, 6), offset=st.integers(0, 3))
def test_linreg_leaves_residuals_that_sum_to_zero(values: list[float], length: int, offset: int) -> None:
    context = context_of(closes(values))
    line = Calls(context)["ta.linreg"]
    for index in each_bar(context):
        result = line(values[index], length, offset)
        found = values[index + 1 - length : index + 1]
        if index < length - 1:
            assert result != result
            continue
        centre = (length - 1) / 2
        slope = sum((at - centre) * value for at, value in enumerate(found)) / sum(
            (at - centre) ** 2 for at in range(length)
        )
        assert same(result, sum(found) / length + slope * (length - 1 - offset - centre), within=1e-8)


def test_an_na_blanks_linreg_for_as_long_as_it_is_in_the_window() -> None:
    values = [1.0, 2.0, NA, 4.0, 5.0, 6.0, 7.0]
    context = context_of(closes(values))
    line = Calls(context)["ta.linreg"]
    found = run(context, lambda: line(values[context.bar_index], 3, 0))
    assert same(found, [NA, NA, NA, NA, NA, 6.0, 7.0])


def test_linreg_with_gaps_begins_over_zeros() -> None:
    context = context_of(closes([4.0] * 8))
    line = Calls(context)["ta.linreg"]
    found = [line(4.0, 3, 0) for bar in each_bar(context) if bar >= 5]
    assert same(found, [10 / 3, 14 / 3, 4.0])


def test_pivots_of_equal_tops_count_the_last() -> None:
    values = [1.0, 5.0, 5.0, 2.0, 1.0, 1.0]
    context = context_of(closes(values))
    pivot = Calls(context)["ta.pivothigh"]
    assert same(run(context, lambda: pivot(context.close, 1, 2)), [NA, NA, NA, NA, 5.0, NA])


def test_infinite_values_leave_a_sum_again() -> None:
    values = [1.0, inf, 2.0, 3.0, 4.0]
    context = context_of(closes(values))
    total = Calls(context)["math.sum"]
    assert run(context, lambda: total(context.close, 2))[3:] == [5.0, 7.0]


def test_long_windows_are_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_module, "KEPT", 10)
    values = [float(bar * 37 % 101) for bar in range(200)]
    context = context_of(closes(values))
    calls = Calls(context)
    highest, total, line = calls["ta.highest"], calls["math.sum"], calls["ta.linreg"]
    for bar in each_bar(context):
        got = [highest(values[bar], 30), total(values[bar], 30), line(values[bar], 30, 0)]
        if bar >= 29:
            found = values[bar - 29 : bar + 1]
            assert same(got[:2], [max(found), sum(found)])
            assert got[2] == got[2]
