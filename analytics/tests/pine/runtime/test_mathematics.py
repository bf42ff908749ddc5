"""`math.*`, missing values and casts."""

from fractions import Fraction
from math import inf, nan, pi
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, closes, context_of, run, same

CONTEXT = context_of(closes([1.0, NA, 3.0]))
CALLS = Calls(CONTEXT)

WORKED: list[tuple[str, tuple[Any, ...], Any]] = [
    ("math.abs", (-2.5,), 2.5),
    ("math.abs", (NA,), NA),
    ("math.acos", (1.0,), 0.0),
    ("math.acos", (2.0,), NA),
    ("math.asin", (1.0,), pi / 2),
    ("math.atan", (1.0,), pi / 4),
    ("math.avg", (1, 2, 6), 3.0),
    ("math.avg", (1, NA), NA),
    ("math.ceil", (1.2,), 2),
    ("math.ceil", (-1.2,), -1),
    ("math.ceil", (inf,), inf),
    ("math.cos", (0.0,), 1.0),
    ("math.exp", (1.0,), 2.718281828459045),
    ("math.exp", (1000.0,), inf),
    ("math.floor", (-1.2,), -2),
    ("math.floor", (NA,), NA),
    ("math.log", (1.0,), 0.0),
    ("math.log", (0.0,), -inf),
    ("math.log", (-1.0,), NA),
    ("math.log10", (1000.0,), 3.0),
    ("math.max", (1, 3, 2), 3),
    ("math.max", (1, NA), NA),
    ("math.max", (NA, 1), NA),
    ("math.max", (inf, -inf), inf),
    ("math.min", (1, 3, 2), 1),
    ("math.min", (NA, 1), NA),
    ("math.pow", (2, 10), 1024.0),
    ("math.pow", (-8, 0.5), NA),
    ("math.pow", (0, -1), inf),
    ("math.pow", (10.0, 400), inf),
    ("math.pow", (-10.0, 401), -inf),
    ("math.pow", (NA, 2), NA),
    ("math.sign", (-3.0,), -1),
    ("math.sign", (0.0,), 0),
    ("math.sign", (NA,), NA),
    ("math.sin", (pi / 2,), 1.0),
    ("math.sin", (inf,), NA),
    ("math.sqrt", (9.0,), 3.0),
    ("math.sqrt", (-1.0,), NA),
    ("math.tan", (pi / 4,), 1.0),
    ("math.todegrees", (pi,), 180.0),
    ("math.toradians", (180.0,), pi),
    ("na", (NA,), True),
    ("na", (None,), True),
    ("na", (inf,), True),
    ("na", (0,), False),
    ("na", ("",), False),
    ("nz", (NA, 7), 7),
    ("nz", (3.0, 7), 3.0),
    ("nz", (None, "none"), "none"),
    ("int", (-2.9,), -2),
    ("int", (NA,), NA),
    ("float", (None,), NA),
    ("float", (3,), 3),
    ("bool", (0.0,), False),
    ("bool", (-0.5,), True),
    ("bool", (NA,), False),
    ("string", (NA,), None),
    ("string", ("a",), "a"),
    ("color", (None,), None),
    ("line", (None,), None),
    ("label", (None,), None),
    ("box", (None,), None),
    ("table", (None,), None),
    ("linefill", (None,), None),
    ("polyline", (None,), None),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), WORKED)
def test_function_of_its_arguments(name: str, arguments: tuple[Any, ...], wanted: Any) -> None:
    assert same(CALLS[name](*arguments), wanted)


ROUNDED = [
    (2.5, None, 3),
    (-2.5, None, -3),
    (2.4999999999999996, None, 2),
    (452523.49999999994, 0, 452523.0),
    (2.675, 2, 2.68),
    (-2.675, 2, -2.68),
    (118152.265, 2, 118152.27),
    (50412.1515, 3, 50412.152),
    (100019.7405, 3, 100019.740),
    (105826.5055, 3, 105826.505),
    (122779.8495, 3, 122779.849),
    (40000.0005, 3, 40000.001),
    (99999.9995, 3, 100000.0),
    (1e30, 2, 1e30),
    (0.0, 3, 0.0),
    (1234.5, -2, 1235.0),
    (452523.49999999994, None, 452523),
    (13.887175, 5, 13.88718),
    (63.986275, 5, 63.98627),
    (-0.00007, 2, 0.0),
    (inf, 2, inf),
    (nan, None, NA),
]


@pytest.mark.parametrize(("number", "precision", "wanted"), ROUNDED)
def test_round_takes_ties_away_from_zero(number: float, precision: int | None, wanted: float) -> None:
    assert same(CALLS["math.round"](number, precision), wanted, within=0)


@pytest.mark.parametrize(
    ("precision", "wanted"), [(10**15, 1234.5), (400, 1234.5), (-400, 1235.0), (-(10**15), 1235.0)]
)
def test_round_to_places_beyond_all_numbers(precision: int, wanted: float) -> None:
    assert CALLS["math.round"](1234.5, precision) == wanted


def test_round_gives_whole_numbers_without_a_precision() -> None:
    assert isinstance(CALLS["math.round"](2.7), int)
    assert isinstance(CALLS["math.round"](2.7, 0), float)


@given(number=st.floats(-1e6, 1e6), decimals=st.integers(1, 8))
def test_round_is_within_half_a_step(number: float, decimals: int) -> None:
    result = CALLS["math.round"](number, decimals)
    assert abs(Fraction(result) - Fraction(number)) <= Fraction(1, 2 * 10**decimals) + Fraction(2, 10**9)


TICKS = [
    (1.075, 1.08), (1.085, 1.09), (5243.065, 5243.07), (94130.015, 94130.02), (19999.585, 19999.59),
    (16384.245, 16384.24), (94130.155, 94130.15), (94130.045, 94130.04), (94130.465, 94130.46), (100.015, 100.02),
    (10000.035, 10000.04), (-1.075, -1.08), (-16384.245, -16384.24), (1.56789918, 1.57), (0.0, 0.0), (NA, NA),
]  # fmt: skip


@pytest.mark.parametrize(("number", "wanted"), TICKS)
def test_round_to_mintick_decides_ties_on_the_exact_product(number: float, wanted: float) -> None:
    context = context_of([], symbol=Symbol("X", mintick=0.01, pricescale=100))
    assert same(Calls(context)["math.round_to_mintick"](number), wanted, within=0)


def test_round_to_mintick_of_larger_ticks() -> None:
    context = context_of([], symbol=Symbol("QM", mintick=0.025, minmove=25, pricescale=1000))
    function = Calls(context)["math.round_to_mintick"]
    assert [function(value) for value in (70.0124, 70.0126, 70.0125, -70.0125)] == [70.0, 70.025, 70.025, -70.025]


def test_fixnan_repeats_the_last_value() -> None:
    function = CALLS["fixnan"]
    assert same(run(CONTEXT, lambda: function(CONTEXT.close)), [1.0, 1.0, 3.0])


def test_na_of_a_bool_stays_na_in_version_5() -> None:
    assert Calls(context_of([], version=5))["bool"](NA) is None


def test_a_sum_that_shrinks_on_a_missing_value_drops_what_has_left() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, NA, 11.0, 12.0, 13.0]
    context = context_of(closes(values))
    total = Calls(context)["math.sum"]
    found = run(context, lambda: total(values[context.bar_index], 5 if context.bar_index < 10 else 3))
    assert same(found, [NA] * 4 + [15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 27.0, 30.0, 33.0, 36.0])


def test_random_numbers_with_a_seed_are_the_same_in_every_run() -> None:
    one, two, other = (CALLS["math.random"] for _ in range(3))
    first = [one(5, 6, 42) for _ in range(20)]
    assert first == [two(5, 6, 42) for _ in range(20)]
    assert all(5 <= value < 6 for value in first)
    assert first != [other(5, 6, NA) for _ in range(20)]
