"""Averages and indicators that go on from bar to bar, against recurrences written out and worked numbers."""

from itertools import pairwise
from math import inf, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.repeated import Repeated
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, closes, context_of, each_bar, run, same, walk

Values = list[float]
numbers = st.integers(-400, 400).map(lambda whole: whole / 8)
sources = st.lists(st.one_of(numbers, numbers, numbers, st.just(NA)), min_size=1, max_size=40)
masks = st.one_of(st.just([True] * 40), st.lists(st.booleans(), min_size=40, max_size=40))


def smoothed(values: Values, length: int, weight: float) -> Values:
    """The mean of the first `length` values, and from then on a share of each new one; na changes nothing."""
    out: Values = []
    first: Values = []
    held = NA
    for value in values:
        if value != value:
            out.append(NA)
            continue
        first.append(value)
        if len(first) == length:
            held = sum(first) / length
        elif len(first) > length:
            held = weight * value + (1 - weight) * held
        out.append(held)
    return out


def ema(values: Values, length: int) -> Values:
    return smoothed(values, length, 2 / (length + 1))


def rma(values: Values, length: int) -> Values:
    return smoothed(values, length, 1 / length)


def rolling(values: Values, length: int) -> Values:
    return [sum(values[i + 1 - length : i + 1]) if i + 1 >= length else NA for i in range(len(values))]


def quotient(one: float, two: float) -> float:
    if two:
        return one / two
    return NA if one == 0 or one != one else inf if one > 0 else -inf


@given(values=sources, length=st.integers(1, 6), mask=masks)
def test_ema_and_rma(values: Values, length: int, mask: list[bool]) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    one, two = calls["ta.ema"], calls["ta.rma"]
    called = [index for index in range(len(values)) if mask[index]]
    seen = [values[index] for index in called]
    wanted = dict(zip(called, zip(ema(seen, length), rma(seen, length), strict=True), strict=True))
    for index in each_bar(context):
        if mask[index]:
            assert same((one(values[index], length), two(values[index], length)), wanted[index])


def test_ema_takes_the_weight_of_the_length_of_the_bar() -> None:
    context = context_of(closes([4.0, 8.0, 16.0]))
    average = Calls(context)["ta.ema"]
    widths = [1, 3, 7]
    assert run(context, lambda: average(context.close, widths[context.bar_index])) == [4.0, 6.0, 8.5]


def test_averages_agree_to_the_last_bit_with_recorded_ones() -> None:
    context = context_of(closes([100.0 + (bar % 7) / 3.0 for bar in range(14)]))
    calls = Calls(context)
    names = ["ta.ema", "ta.ema", "ta.rma", "ta.rma", "ta.wma", "ta.wma", "ta.hma", "ta.ema"]
    lengths = [3, 5, 3, 5, 3, 5, 4, 1]
    places = [calls[name] for name in names]
    gapped = [calls["ta.ema"], calls["ta.rma"], calls["ta.wma"]]

    def bar() -> Values:
        source = NA if context.bar_index % 3 == 0 else context.close
        plain = [place(context.close, length) for place, length in zip(places, lengths, strict=True)]
        return plain + [place(source, 4) for place in gapped]

    found = run(context, bar)
    assert found[10] == [
        100.8125, 100.79423868312757, 100.80724483056444, 100.79716266666667, 100.77777777777779, 100.71111111111112,
        100.92222222222223, 101.0, 100.696, 100.734375, 100.56666666666666,
    ]  # fmt: skip
    assert found[11] == [
        101.07291666666666, 100.97393689986282, 100.98260766482075, 100.9043968, 101.11111111111113, 100.88888888888889,
        101.33333333333333, 101.33333333333333, 100.95093333333332, 100.88411458333333, 100.93333333333332,
    ]  # fmt: skip


@given(values=st.lists(numbers, min_size=1, max_size=30), volumes=st.lists(st.integers(0, 9), min_size=30, max_size=30))
def test_vwma_and_mfi_weigh_with_volume(values: Values, volumes: list[int]) -> None:
    bars = [bar._replace(volume=float(volume)) for bar, volume in zip(closes(values), volumes, strict=False)]
    context = context_of(bars)
    calls = Calls(context)
    average, flow = calls["ta.vwma"], calls["ta.mfi"]
    money = [bar.close * bar.volume for bar in bars]
    rises = [0 if i and values[i] <= values[i - 1] else money[i] for i in range(len(values))]
    falls = [0 if i and values[i] >= values[i - 1] else money[i] for i in range(len(values))]
    for i in each_bar(context):
        got, index = average(context.close, 3), flow(context.close, 3)
        if i < 2:
            assert same((got, index), (NA, NA))
            continue
        last = range(i - 2, i + 1)
        assert same(got, quotient(sum(money[j] for j in last), sum(bars[j].volume for j in last)), within=1e-6)
        up, down = sum(rises[j] for j in last), sum(falls[j] for j in last)
        if abs(down) < 1e-9:
            assert index == 100.0
        elif abs(up + down) > 1e-6:
            assert same(index, 100 * up / (up + down), within=1e-6)


@given(values=st.lists(numbers, min_size=1, max_size=40), length=st.integers(1, 6))
def test_oscillators_of_moves(values: Values, length: int) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    rsi, cmo, tsi = calls["ta.rsi"], calls["ta.cmo"], calls["ta.tsi"]
    moves = [after - before for before, after in pairwise(values)]
    up, down = [max(move, 0.0) for move in moves], [max(-move, 0.0) for move in moves]
    up_mean, down_mean = rma(up, length), rma(down, length)
    up_sum, down_sum = rolling(up, length), rolling(down, length)
    strength = [value for value in ema(moves, length) if value == value]
    size = [value for value in ema([abs(move) for move in moves], length) if value == value]
    twice = list(zip(ema(strength, 2), ema(size, 2), strict=True))
    for i in each_bar(context):
        got = [rsi(context.close, length), cmo(context.close, length), tsi(context.close, 2, length)]
        if i == 0:
            assert same(got, [NA] * 3)
            continue
        rise, fall = up_mean[i - 1], down_mean[i - 1]
        # A side within the tolerance of 0 is 0, and without falls the index is at its top.
        index = 100.0 if fall <= 1e-10 else 0.0 if rise <= 1e-10 else 100 - 100 / (1 + rise / fall)
        assert same(got[0], index, within=1e-6)
        total = up_sum[i - 1] + down_sum[i - 1]
        if total == 0 or total > 1e-6 or total != total:
            assert same(got[1], quotient(100 * (up_sum[i - 1] - down_sum[i - 1]), total), within=1e-6)
        at = i - length
        if at < 0:
            assert got[2] != got[2]
        elif not 0 < abs(twice[at][1]) < 1e-6:
            assert same(got[2], quotient(*twice[at]), within=1e-6)


@given(values=st.lists(numbers, min_size=1, max_size=40))
def test_macd_and_bands(values: Values) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    macd, bb, bbw, cci = calls["ta.macd"], calls["ta.bb"], calls["ta.bbw"], calls["ta.cci"]
    line = [one - two for one, two in zip(ema(values, 3), ema(values, 5), strict=True)]
    signal = ema(line, 2)
    for i in each_bar(context):
        assert same(macd(context.close, 3, 5, 2), (line[i], signal[i], line[i] - signal[i]))
        bands, width, channel = bb(context.close, 4, 2), bbw(context.close, 4, 2), cci(context.close, 4)
        found = values[i - 3 : i + 1]
        if i < 3:
            assert same((*bands, width, channel), (NA,) * 5)
            continue
        mean = sum(found) / 4
        deviation = sqrt(sum((value - mean) ** 2 for value in found) / 4)
        assert same(bands, (mean, mean + 2 * deviation, mean - 2 * deviation), within=1e-5)
        if abs(mean) > 0.1 and deviation > 0.1:
            assert same(width, 400 * deviation / mean, within=1e-5)
            distance = sum(abs(value - mean) for value in found) / 4
            assert same(channel, (values[i] - mean) / (0.015 * distance), within=1e-6)


def reference_ranges(bars: list[Bar]) -> Values:
    return [max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(bars)]


def test_true_range_atr_and_channels() -> None:
    bars = walk(80)
    context = context_of(bars)
    calls = Calls(context)
    names = ["ta.tr", "ta.tr()", "ta.tr()", "ta.atr", "ta.kc", "ta.kcw", "ta.kc"]
    variable, plain, handled, average, channel, width, mere = (calls[name] for name in names)
    ranges = [NA, *reference_ranges(bars)]
    from_first = [bars[0].high - bars[0].low, *ranges[1:]]
    middle, span = ema([bar.close for bar in bars], 5), ema(ranges, 5)
    simple = ema([bar.high - bar.low for bar in bars], 5)
    smooth = rma(from_first, 7)
    for i in each_bar(context):
        assert same((variable(), plain(False), handled(True)), (ranges[i], ranges[i], from_first[i]))
        assert same(average(7), smooth[i])
        wanted = (middle[i], middle[i] + 2 * span[i], middle[i] - 2 * span[i])
        assert same(channel(context.close, 5, 2, True), wanted)
        assert same(width(context.close, 5, 2, True), (wanted[1] - wanted[2]) / middle[i], within=1e-8)
        assert same(mere(context.close, 5, 2, False)[1], middle[i] + 2 * simple[i])


def test_tr_measures_from_the_bar_before_even_if_it_was_not_called_there() -> None:
    steps = [0.0, 10.0, 30.0, 60.0, 100.0, 150.0, 210.0, 280.0]
    bars = [bar._replace(high=bar.close, low=bar.close) for bar in closes(steps)]
    context = context_of(bars)
    calls = Calls(context)
    gated, average = calls["ta.tr()"], calls["ta.atr"]
    found = [(gated(True), average(3)) for bar in each_bar(context) if bar % 2 == 0]
    assert same(found, [(0.0, NA), (20.0, NA), (40.0, 20.0), (60.0, 33.333333333333336)])


def test_dmi_is_wilders() -> None:
    bars = walk(120)
    context = context_of(bars)
    movement = Calls(context)["ta.dmi"]
    up = [after.high - before.high for before, after in pairwise(bars)]
    down = [before.low - after.low for before, after in pairwise(bars)]
    clear = 1e-10
    plus = rma([one if one - two > clear and one > clear else 0.0 for one, two in zip(up, down, strict=True)], 5)
    minus = rma([two if two - one > clear and two > clear else 0.0 for one, two in zip(up, down, strict=True)], 5)
    span = rma(reference_ranges(bars), 5)
    rows = [(100 * a / c, 100 * b / c) for a, b, c in zip(plus, minus, span, strict=True)]
    index = rma([abs(a - b) / ((a + b) or 1) for a, b in rows], 4)
    for i in each_bar(context):
        got = movement(5, 4)
        assert same(got, (NA, NA, NA) if i == 0 else (*rows[i - 1], 100 * index[i - 1]))


@given(bars=st.integers(1, 60).map(lambda seed: walk(60, seed)))
def test_stoch_and_wpr_look_at_the_range(bars: list[Bar]) -> None:
    context = context_of(bars)
    calls = Calls(context)
    stoch, wpr = calls["ta.stoch"], calls["ta.wpr"]
    for i in each_bar(context):
        got = (stoch(context.close, context.high, context.low, 5), wpr(5))
        found = bars[i - 4 : i + 1]
        if i < 4:
            assert same(got, (NA, NA))
            continue
        top, bottom = max(bar.high for bar in found), min(bar.low for bar in found)
        close = bars[i].close
        wanted = (quotient(100 * (close - bottom), top - bottom), quotient(100 * (close - top), top - bottom))
        assert same(got, wanted)


def test_supertrend_tightens_until_the_close_breaks_it() -> None:
    bars = walk(200, seed=5)
    context = context_of(bars)
    calls = Calls(context)
    trend, average = calls["ta.supertrend"], calls["ta.atr"]
    upper = lower = line = NA
    direction = 1
    turns = 0
    for i in each_bar(context):
        got = trend(2, 5)
        reach = 2 * average(5)
        if i < 4:
            assert same(got, (0.0, 1) if i == 0 else (NA, 1))
            continue
        bar, before = bars[i], bars[i - 1]
        high, low = (bar.high + bar.low) / 2 + reach, (bar.high + bar.low) / 2 - reach
        if upper == upper:
            high = high if high < upper or before.close > upper else upper
            low = low if low > lower or before.close < lower else lower
            was = direction
            direction = (-1 if bar.close > high else 1) if line == upper else (1 if bar.close < low else -1)
            turns += was != direction
        upper, lower = high, low
        line = upper if direction == 1 else lower
        assert same(got, (line, direction))
    assert turns > 3


def test_sar_follows_wilders_worked_steps() -> None:
    highs = [100.0, 110.0, 120.0, 130.0, 125.0]
    lows = [90.0, 100.0, 105.0, 112.0, 95.0]
    bars = [Bar(i, low, high, low, high, 1.0) for i, (high, low) in enumerate(zip(highs, lows, strict=True))]
    context = context_of(bars)
    sar = Calls(context)["ta.sar"]
    # Long from the low of the first bar; 90 + 0.02 (110 - 90), but not above the two lows before, 90 and 100;
    # 90 + 0.04 (120 - 90) = 91.2; 91.2 + 0.06 (130 - 91.2) = 93.528, and the low of 95 stays above it.
    assert same(run(context, lambda: sar(0.02, 0.02, 0.2)), [NA, 90.0, 90.0, 91.2, 93.528])


def test_sar_turns_at_its_extreme() -> None:
    highs, lows = [100.0, 110.0, 120.0, 115.0], [90.0, 100.0, 105.0, 80.0]
    bars = [Bar(i, low, high, low, high, 1.0) for i, (high, low) in enumerate(zip(highs, lows, strict=True))]
    context = context_of(bars)
    sar = Calls(context)["ta.sar"]
    assert run(context, lambda: sar(0.02, 0.02, 0.2))[3] == 120.0


def test_sar_that_skips_bars_is_na_for_good() -> None:
    context = context_of(walk(40))
    sar = Calls(context)["ta.sar"]
    assert all(value != value for bar in each_bar(context) if bar % 10 for value in [sar(0.02, 0.02, 0.2)])


def test_flat_and_nearly_flat_sources() -> None:
    base, below, above = 100.0, 1e-12, 1e-8
    context = context_of([bar._replace(volume=1.0) for bar in closes([base] * 18)])
    calls = Calls(context)
    names = ["ta.rising", "ta.falling", "ta.rising", "ta.falling", "ta.percentrank", "ta.percentrank"]
    rise, fall, rise_more, fall_more, rank, rank_more = (calls[name] for name in names)
    cmo, mfi = calls["ta.cmo"], calls["ta.mfi"]
    highest, bars_back, over = calls["ta.highest"], calls["ta.highestbars"], calls["ta.crossover"]

    def bar() -> list[Any]:
        i = context.bar_index
        even, even_more = base + (i % 2) * below, base + (i % 2) * above
        third, third_more = base + (i % 3 == 1) * below, base + (i % 3 == 1) * above
        return [
            rise(even, 1), fall(even, 1), rise_more(even_more, 1), fall_more(even_more, 1), rank(third, 5),
            rank_more(third_more, 5), cmo(even, 4), mfi(even, 4), highest(third, 3) > base, bars_back(third, 3),
            over(third, base),
        ]  # fmt: skip

    found = run(context, bar)
    assert same(found[12], [False, False, False, True, 100.0, 60.0, NA, 100.0, True, -2, False])
    assert same(found[13], [False, False, True, False, 100.0, 100.0, NA, 100.0, True, 0, True])
    assert same(found[14], [False, False, False, True, 100.0, 60.0, NA, 100.0, True, -1, False])


def test_deviations_agree_to_the_last_bit_with_recorded_ones() -> None:
    context = context_of(closes([100.0 + bar % 4 for bar in range(9)]))
    calls = Calls(context)
    names = ["ta.variance", "ta.variance", "ta.stdev", "ta.stdev", "ta.variance"]
    places = [calls[name] for name in names]
    distance, correlation, flat, short = calls["ta.dev"], *(calls["ta.correlation"] for _ in range(3))

    def bar() -> Values:
        source, big = context.close, 100_000_000.0 + (context.bar_index % 2) * 0.001
        v, vu, s, su, vc = (place(big if at == 4 else source, 4, at not in (1, 3)) for at, place in enumerate(places))
        k = correlation(source, float(context.bar_index), 4)
        rest = [flat(source, 100.0, 4), short(source, float(context.bar_index), 1)]
        fine = [(vu * 3 - 5) * 1e16, (s * s - 1.25) * 1e16, (su * su * 3 - 5) * 1e16]
        return [v, *fine, distance(source, 4), vc, k, *rest]

    assert same(run(context, bar)[8], [1.25, -18189.894, 2.22, -18181.012, 1.0, 2.0, -0.2, 0.0, 0.0], within=2e-3)


def test_a_flat_window_sums_exactly() -> None:
    values = [bar * 7.3 + 0.1 for bar in range(10)] + [100.0] * 10 + [0.0] * 10
    context = context_of(closes(values))
    calls = Calls(context)
    fast, slow, total = calls["ta.sma"], calls["ta.sma"], calls["math.sum"]

    def bar() -> tuple[float, float, float]:
        average = fast(context.close, 3)
        return average, slow(average, 3), total(context.close, 3)

    for at, (one, two, three) in enumerate(run(context, bar)):
        if at in range(16, 20) or at >= 24:
            assert (one, three) == (two, 3 * values[at])


@pytest.mark.parametrize("length", [0, -1, NA, 0.5, None])
def test_a_length_must_be_a_whole_number_of_at_least_one(length: float) -> None:
    context = context_of(walk(3))
    context.begin(0)
    calls = Calls(context)
    for name in ("ta.sma", "ta.ema", "ta.rma", "ta.wma", "ta.highest", "ta.stdev", "ta.cci", "ta.vwma", "math.sum"):
        with pytest.raises(PineRuntimeError, match="length"):
            calls[name](1.0, length)


def test_a_call_in_a_loop_goes_on_from_the_bar_before() -> None:
    context = context_of(closes([1.0, 2.0, 4.0, 8.0, 16.0]))
    looped = Repeated(context, Calls(context)["ta.cum"])
    found = []
    for _ in each_bar(context):
        for factor in (1, 2, 3):
            value = looped(context.close * factor)
        found.append(value)
    assert found == [3.0, 9.0, 21.0, 45.0, 93.0]
