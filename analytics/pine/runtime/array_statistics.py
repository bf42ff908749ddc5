"""`array.*` over numbers: sums, deviations, ranks. Elements that are na are left out."""

from collections import Counter
from collections.abc import Callable, Iterable
from math import ceil, floor, sqrt
from typing import Any

from analytics.pine.runtime.arrays import Array, checked, named
from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.mathematics import absolute
from analytics.pine.runtime.numbers import TOLERANCE
from analytics.pine.runtime.values import NA, is_na


def numbers(array: Iterable[Any]) -> list[float]:
    """Return the elements that are not na."""
    return [element for element in array if element is not None and element == element]


def total(array: Array) -> float:
    """Return the sum."""
    found = numbers(named(array))
    return sum(found) if found else NA


def average(array: Array) -> float:
    """Return the mean."""
    found = numbers(named(array))
    return sum(found) / len(found) if found else NA


def largest(array: Array, nth: float = 0) -> float:
    """Return the largest element, or the nth after it; elements that are na repeat the last rank."""
    return _ranked(array, nth, reverse=True)


def smallest(array: Array, nth: float = 0) -> float:
    """Return the smallest element, or the nth after it; elements that are na repeat the last rank."""
    return _ranked(array, nth, reverse=False)


def _ranked(array: Array, nth: float, *, reverse: bool) -> float:
    found = numbers(named(array))
    rank = 0 if is_na(nth) else int(nth)
    if rank == 0 and found:
        return max(found) if reverse else min(found)
    found.sort(reverse=reverse)
    return found[min(rank, len(found) - 1)] if found and 0 <= rank < len(array) else NA


def spread(array: Array) -> float:
    """Return the distance of the largest element from the smallest."""
    return largest(array) - smallest(array)


def median(array: Array) -> float:
    """Return the middle element, of an even number the mean of both middle ones."""
    found = sorted(numbers(named(array)))
    middle = len(found) // 2
    if not found:
        return NA
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def mode(array: Array) -> float:
    """Return the most frequent element, the smallest of several."""
    counts = Counter(sorted(numbers(named(array))))
    return max(counts, key=counts.__getitem__) if counts else NA


def variance(array: Array, biased: bool = True) -> float:
    """Return the mean square of the distance from the mean, unbiased over one less than there are elements."""
    found = numbers(named(array))
    count = len(found) if biased else len(found) - 1
    if not found:
        return NA
    mean = sum(found) / len(found)
    squares: float = sum((element - mean) ** 2 for element in found)
    return squares / count if count else NA


def deviation(array: Array, biased: bool = True) -> float:
    """Return the standard deviation."""
    return sqrt(variance(array, biased))


def covariance(array: Array, other: Array, biased: bool = True) -> float:
    """Return the covariance of two arrays, without the pairs in which one is na."""
    pairs = [
        (one, two) for one, two in zip(named(array), named(other), strict=False) if not is_na(one) and not is_na(two)
    ]
    count = len(pairs) if biased else len(pairs) - 1
    if count <= 0:
        return NA
    mean1 = sum(one for one, _ in pairs) / len(pairs)
    mean2 = sum(two for _, two in pairs) / len(pairs)
    products: float = sum((one - mean1) * (two - mean2) for one, two in pairs)
    return products / count


def standardized(array: Array) -> Array:
    """Return the elements as distances from their mean in standard deviations; equal ones are all 1."""
    elements = list(named(array))
    mean, scale = average(elements), deviation(elements)
    return [NA if is_na(element) else 1.0 if scale == 0 else (element - mean) / scale for element in elements]


def absolutes(array: Array) -> Array:
    """Return the sizes of the elements."""
    return [absolute(element) for element in named(array)]


def percent_rank(array: Array, index: float) -> float:
    """Return how many per cent of the other elements are below or equal to the one at an index."""
    elements = named(array)
    if not elements:
        return NA
    value = elements[0 if is_na(index) else checked(elements, index)]
    if is_na(value) or len(elements) < 2:
        return NA
    below: int = sum(element <= value + TOLERANCE for element in elements) - 1
    return 100 * below / (len(elements) - 1)


def percentile_nearest_rank(array: Array, percentage: float) -> float:
    """Return the element at the nearest rank of a percentage; elements that are na have the last ranks."""
    count = len(named(array))
    found = sorted(numbers(array))
    rank = max(ceil((0 if is_na(percentage) else percentage) * count / 100), 1)
    return found[rank - 1] if rank <= len(found) else NA


def percentile_linear_interpolation(array: Array, percentage: float) -> float:
    """Return the value at a percentage between the nearest ranks; elements that are na have the last ranks."""
    count = len(named(array))
    found = sorted(numbers(array))
    if is_na(percentage) or not found:
        return NA
    place = min(max(count * percentage / 100 - 0.5, 0), count - 1)
    lower = floor(place)
    upper = min(lower + 1, count - 1)
    if upper >= len(found):
        return NA
    return found[lower] + (place - lower) * (found[upper] - found[lower])


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": absolutes,
    "avg": average,
    "covariance": covariance,
    "max": largest,
    "median": median,
    "min": smallest,
    "mode": mode,
    "percentile_linear_interpolation": percentile_linear_interpolation,
    "percentile_nearest_rank": percentile_nearest_rank,
    "percentrank": percent_rank,
    "range": spread,
    "standardize": standardized,
    "stdev": deviation,
    "sum": total,
    "variance": variance,
}
BINDINGS: dict[str, Binding] = {f"array.{name}": Pure(function) for name, function in _FUNCTIONS.items()}
