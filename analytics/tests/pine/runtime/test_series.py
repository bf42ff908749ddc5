"""The history of a value."""

import pytest

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.series import LONGEST, Series
from analytics.pine.runtime.values import NA, is_na


def test_looks_back_and_finds_na_before_the_beginning() -> None:
    series = Series()
    for value in (1.0, 2.0, 3.0):
        series.record(value)
    assert (series[0], series[1], series[2]) == (3.0, 2.0, 1.0)
    assert is_na(series[3])
    assert series[1.9] == 2.0
    assert is_na(series[NA])


def test_what_is_missing_depends_on_the_kind_of_value() -> None:
    assert Series(missing=False)[1] is False
    assert Series(missing=None)[0] is None


def test_replace_changes_the_current_bar() -> None:
    series = Series()
    series.record(1.0)
    series.record(2.0)
    series.replace(5.0)
    assert (series[0], series[1]) == (5.0, 1.0)


def test_does_not_look_ahead() -> None:
    with pytest.raises(PineRuntimeError, match="to come"):
        Series()[-1]


def test_keeps_as_much_as_a_script_may_look_back() -> None:
    series = Series()
    for value in range(3 * LONGEST):
        series.record(value)
    assert series[LONGEST - 1] == 2 * LONGEST
    assert len(series.values) <= 2 * LONGEST
