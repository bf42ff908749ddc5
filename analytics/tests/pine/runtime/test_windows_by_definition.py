"""Functions over windows against their definitions, carried out slowly over the whole history of a place."""

from collections import Counter
from collections.abc import Callable
from math import ceil, floor, inf, sqrt
from statistics import fmean, median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, closes, context_of, each_bar, same

Values = list[float]
numbers = st.integers(-400, 400).map(lambda whole: whole / 8)
sources = st.lists(st.one_of(numbers, numbers, numbers, st.just(NA)), min_size=1, max_size=40)
lengths = st.one_of(
    st.integers(1, 6).map(lambda length: [length] * 40), st.lists(st.integers(1, 6), min_size=40, max_size=40)
)
masks = st.one_of(st.just([True] * 40), st.lists(st.booleans(), min_size=40, max_size=40))


def present(values: Values) -> Values:
    return [value for value in values if value == value]


def window(values: Values, length: int) -> Values | None:
    """The last values that are not na, if there are enough."""
    found = present(values)
    return found[-length:] if len(found) >= length else None


def full(values: Values, length: int) -> Values | None:
    """The last values, if there are enough and none is na."""
    found = values[-length:]
    return found if len(found) == length and len(present(found)) == length else None


def sma(values: Values, length: int) -> float:
    found = window(values, length)
    return fmean(found) if found else NA


def wma(values: Values, length: int) -> float:
    filled: Values = []
    for value in values:
        filled += [value] if value == value else filled[-1:]
    if values[-1] != values[-1] or len(present(values)) < length:
        return NA
    found = filled[-length:]
    return sum(value * weight for weight, value in enumerate(found, 1)) / sum(range(1, length + 1))


def variance(values: Values, length: int) -> float:
    found = window(values, length)
    return sum((value - fmean(found)) ** 2 for value in found) / length if found else NA


def middle(values: Values, length: int) -> float:
    found = window(values, length)
    return median(found) if found else NA


def mode(values: Values, length: int) -> float:
    found = window(values, length)
    if not found:
        return NA
    counts = Counter(found)
    return min(value for value in counts if counts[value] == max(counts.values()))


def percent_rank(values: Values, length: int) -> float:
    if len(values) <= length or values[-1] != values[-1]:
        return NA
    return 100 * sum(value <= values[-1] for value in values[-1 - length : -1]) / length


def cog(values: Values, length: int) -> float:
    found = window(values, length)
    if not found:
        return NA
    weighted = -sum(value * place for place, value in enumerate(reversed(found), 1))
    if sum(found) == 0:
        return NA if weighted == 0 else inf if weighted > 0 else -inf
    return weighted / sum(found)


def rising(values: Values, length: int) -> bool:
    before = present(values[:-1])
    return values[-1] == values[-1] and len(before) >= length and values[-1] > max(before[-length:])


def falling(values: Values, length: int) -> bool:
    before = present(values[:-1])
    return values[-1] == values[-1] and len(before) >= length and values[-1] < min(before[-length:])


def change(values: Values, length: int) -> float:
    return values[-1] - values[-1 - length] if len(values) > length else NA


def roc(values: Values, length: int) -> float:
    if len(values) <= length or values[-1 - length] != values[-1 - length] or values[-1] != values[-1]:
        return NA
    before, difference = values[-1 - length], values[-1] - values[-1 - length]
    if before == 0:
        return NA if difference == 0 else inf if difference > 0 else -inf
    return 100 * difference / before


def alma(values: Values, length: int) -> float:
    found = values[-length:]
    if len(found) < length:
        return NA
    top, spread = 0.85 * (length - 1), length / 6
    weights = [2.718281828459045 ** (-((place - top) ** 2) / (2 * spread**2)) for place in range(length)]
    return sum(value * weight for value, weight in zip(found, weights, strict=True)) / sum(weights)


DEFINITIONS: dict[str, Callable[[Values, int], Any]] = {
    "ta.sma": sma,
    "math.sum": lambda values, length: sma(values, length) * length,
    "ta.wma": wma,
    "ta.variance": variance,
    "ta.stdev": lambda values, length: sqrt(variance(values, length)) if window(values, length) else NA,
    "ta.median": middle,
    "ta.mode": mode,
    "ta.percentrank": percent_rank,
    "ta.cog": cog,
    "ta.rising": rising,
    "ta.falling": falling,
    "ta.change": change,
    "ta.mom": change,
    "ta.roc": roc,
    "ta.alma": alma,
}
MORE_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ta.alma": (0.85, 6.0, False),
    "ta.variance": (True,),
    "ta.stdev": (True,),
}


@pytest.mark.parametrize("name", DEFINITIONS)
@given(values=sources, widths=lengths, mask=masks)
def test_function_of_source_and_length(name: str, values: Values, widths: list[int], mask: list[bool]) -> None:
    context = context_of(closes(values))
    function = Calls(context)[name]
    seen: Values = []
    for index in each_bar(context):
        if mask[index]:
            seen.append(values[index])
            result = function(values[index], widths[index], *MORE_ARGUMENTS.get(name, ()))
            wanted = DEFINITIONS[name](seen, widths[index])
            # Small differences of large squares keep less than they began with.
            within = 1e-6 if name in ("ta.variance", "ta.stdev") else 1e-9
            assert same(result, wanted, within=within), (result, wanted)


@given(values=sources, length=st.integers(1, 6))
def test_unbiased_deviation_divides_by_one_less(values: Values, length: int) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    deviation, spread = calls["ta.stdev"], calls["ta.variance"]
    for index in each_bar(context):
        wanted = NA
        if length > 1 and window(values[: index + 1], length):
            wanted = variance(values[: index + 1], length) * length / (length - 1)
        assert same(spread(values[index], length, False), wanted, within=1e-6)
        assert same(deviation(values[index], length, False), sqrt(wanted) if wanted == wanted else NA, within=1e-5)


@given(values=sources, length=st.integers(2, 6))
def test_dev_is_the_mean_distance_from_the_mean(values: Values, length: int) -> None:
    context = context_of(closes(values))
    function = Calls(context)["ta.dev"]
    for index in each_bar(context):
        found = full(values[: index + 1], length)
        result = function(values[index], length)
        if found:
            assert same(result, fmean(abs(value - fmean(found)) for value in found))
        elif len(present(values[: index + 1])) < length:
            assert result != result


@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30), length=st.integers(1, 6))
def test_correlation_is_pearsons(pairs: list[tuple[float, float]], length: int) -> None:
    context = context_of(closes([one for one, _ in pairs]))
    function = Calls(context)["ta.correlation"]
    for index in each_bar(context):
        result = function(*pairs[index], length)
        found = pairs[max(index + 1 - length, 0) : index + 1]
        if len(found) < length:
            assert result != result
            continue
        mean1, mean2 = fmean(one for one, _ in found), fmean(two for _, two in found)
        covariance = fmean((one - mean1) * (two - mean2) for one, two in found)
        spread1 = fmean((one - mean1) ** 2 for one, _ in found)
        spread2 = fmean((two - mean2) ** 2 for _, two in found)
        if abs(covariance) > 1e-6:
            assert same(result, covariance / sqrt(spread1 * spread2), within=1e-6)
        elif abs(covariance) < 1e-13:
            assert same(result, 0.0, within=1e-6) or spread1 == 0 or spread2 == 0


def ranks(values: Values, length: int, index: int) -> Values:
    """The window of a percentile in the order of its ranks: early na first, late ones last."""
    start = max(index + 1 - length, 0)
    found = [(place, values[place]) for place in range(start, index + 1)]
    early = [value for place, value in found if value != value and place < length]
    late = [value for place, value in found if value != value and place >= length]
    return early + sorted(value for _, value in found if value == value) + late


@given(values=sources, length=st.integers(1, 6), percentage=st.sampled_from([0, 10, 25, 50, 62.5, 75, 100]))
def test_percentiles(values: Values, length: int, percentage: float) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    nearest, between = calls["ta.percentile_nearest_rank"], calls["ta.percentile_linear_interpolation"]
    for index in each_bar(context):
        one, two = nearest(values[index], length, percentage), between(values[index], length, percentage)
        if index + 1 < length:
            assert same([one, two], [NA, NA])
            continue
        ordered = ranks(values, length, index)
        assert same(one, ordered[max(ceil(percentage * length / 100), 1) - 1])
        place = min(max(length * percentage / 100 + 0.5, 1), length)
        low = ordered[floor(place) - 1]
        wanted = low if place in (1, length) else low + (place % 1) * (ordered[floor(place)] - low)
        assert same(two, wanted)


@given(values=sources, widths=lengths)
def test_percentiles_follow_a_changing_length(values: Values, widths: list[int]) -> None:
    context = context_of(closes(values))
    function = Calls(context)["ta.percentile_nearest_rank"]
    for index in each_bar(context):
        result = function(values[index], widths[index], 100)
        found = values[max(index + 1 - widths[index], 0) : index + 1]
        if len(present(found)) == widths[index]:
            assert result == max(found)


@given(values=st.lists(numbers, min_size=1, max_size=25), length=st.integers(2, 6))
def test_rci_is_spearmans_correlation_with_time(values: Values, length: int) -> None:
    context = context_of(closes(values))
    function = Calls(context)["ta.rci"]
    for index in each_bar(context):
        result = function(values[index], length)
        if index < length:
            assert result != result
            continue
        found = values[index + 1 - length : index + 1]
        rank = [sum(other < value for other in found) + (found.count(value) - 1) / 2 for value in found]
        centre = (length - 1) / 2
        spread = sum((one - centre) ** 2 for one in rank)
        if spread == 0:
            assert result != result
        else:
            shared = sum((place - centre) * (one - centre) for place, one in enumerate(rank))
            times = sum((place - centre) ** 2 for place in range(length))
            assert same(result, 100 * shared / sqrt(spread * times))


@given(values=sources)
def test_functions_of_all_values(values: Values) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    cum, most, least = calls["ta.cum"], calls["ta.max"], calls["ta.min"]
    for index in each_bar(context):
        found = present(values[: index + 1])
        assert same(cum(values[index]), sum(found) if values[index] == values[index] else NA)
        assert same(most(values[index]), max(found, default=NA))
        assert same(least(values[index]), min(found, default=NA))


@given(conditions=st.lists(st.sampled_from([True, False, False, None]), min_size=1, max_size=30))
def test_memories_of_conditions(conditions: list[bool | None]) -> None:
    context = context_of(closes([float(place) for place in range(len(conditions))]))
    calls = Calls(context)
    since, value0, value2 = calls["ta.barssince"], calls["ta.valuewhen"], calls["ta.valuewhen"]
    for index in each_bar(context):
        true = [place for place in range(index + 1) if conditions[place]]
        condition = conditions[index]
        assert same(since(condition), index - true[-1] if true else NA)
        assert same(value0(condition, context.close, 0), float(true[-1]) if true else NA)
        assert same(value2(condition, context.close, 2), float(true[-3]) if len(true) > 2 else NA)


@given(values=st.lists(numbers, min_size=1, max_size=30), left=st.integers(0, 4), right=st.integers(0, 4))
def test_pivots_tower_over_their_neighbours(values: Values, left: int, right: int) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    high, low = calls["ta.pivothigh"], calls["ta.pivotlow"]
    for index in each_bar(context):
        one, two = high(values[index], left, right), low(values[index], left, right)
        if index < left + right:
            assert same([one, two], [NA, NA])
            continue
        at = index - right
        before, after = values[at - left : at], values[at + 1 : index + 1]
        top = all(value <= values[at] for value in before) and all(value < values[at] for value in after)
        bottom = all(value >= values[at] for value in before) and all(value > values[at] for value in after)
        assert same(one, values[at] if top else NA)
        assert same(two, values[at] if bottom else NA)


@given(values=sources, length=st.integers(1, 6))
def test_swma_and_hma(values: Values, length: int) -> None:
    context = context_of(closes(values))
    calls = Calls(context)
    symmetric, hull = calls["ta.swma"], calls["ta.hma"]
    inner: Values = []
    for index in each_bar(context):
        found = values[: index + 1]
        result = symmetric(values[index])
        wanted = sum(value * weight for value, weight in zip(found[-4:], (1, 2, 2, 1), strict=False)) / 6
        assert same(result, wanted if len(found) >= 4 else NA)
        part = 2 * wma(found, max(length // 2, 1)) - wma(found, length)
        result = hull(values[index], length)
        if part == part:
            inner.append(part)
            assert same(result, wma(inner, max(floor(sqrt(length)), 1)))
        else:
            assert result != result
