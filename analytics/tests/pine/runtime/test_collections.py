"""`array.*`, `map.*` and `matrix.*`."""

from math import isclose, sqrt
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.arrays import LARGEST
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.maps import LARGEST as LARGEST_MAP
from analytics.pine.runtime.matrix import Matrix
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, context_of, same

CALLS = Calls(context_of([]))
GAPS = [1.0, NA, 3.0, NA, 5.0]
DOUBLES = [10, 20, 20, 20, 30, 40]

OF_ARRAYS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("array.new", (2, 7), [7, 7]),
    ("array.new_float", (2, NA), [NA, NA]),
    ("array.new_int", (1, 0), [0]),
    ("array.new_bool", (2, False), [False, False]),
    ("array.new_string", (1, NA), [None]),
    ("array.new_color", (1, None), [None]),
    ("array.new_line", (1, None), [None]),
    ("array.new_label", (1, None), [None]),
    ("array.new_box", (1, None), [None]),
    ("array.new_table", (1, None), [None]),
    ("array.new_linefill", (1, None), [None]),
    ("array.new_polyline", (1, None), [None]),
    ("array.from", (1, 2, 3), [1, 2, 3]),
    ("array.size", ([1, 2],), 2),
    ("array.get", ([10, 20, 30], 1), 20),
    ("array.get", ([10, 20, 30], -1), 30),
    ("array.get", ([10.0], NA), NA),
    ("array.first", ([1, 2],), 1),
    ("array.last", ([1, 2],), 2),
    ("array.copy", ([1, 2],), [1, 2]),
    ("array.includes", ([1.0, 2.0], 2), True),
    ("array.includes", (["a"], "b"), False),
    ("array.indexof", ([1.0, 2.0 + 1e-12, 2.0], 2.0), 1),
    ("array.lastindexof", ([1, 2, 2, 3], 2), 2),
    ("array.lastindexof", ([1], 2), -1),
    ("array.join", ([1, 2.5, True], "-"), "1-2.5-true"),
    ("array.every", ([True, True],), True),
    ("array.every", ([],), False),
    ("array.some", ([False, True],), True),
    ("array.sum", (GAPS,), 9.0),
    ("array.sum", ([NA],), NA),
    ("array.avg", (GAPS,), 3.0),
    ("array.max", (GAPS, 0), 5.0),
    ("array.max", (GAPS, 1), 3.0),
    ("array.max", (GAPS, NA), 5.0),
    ("array.max", ([30.0, NA, 10.0, NA], 3), 10.0),
    ("array.min", ([30.0, NA, 10.0, NA], 3), 30.0),
    ("array.max", ([30.0, 10.0], 2), NA),
    ("array.percentrank", ([10.0, 20.0, 30.0], NA), 0.0),
    ("array.percentrank", ([], 0), NA),
    ("array.remove", ([10.0, 20.0], NA), NA),
    ("array.min", (GAPS, 0), 1.0),
    ("array.range", (GAPS,), 4.0),
    ("array.median", (GAPS,), 3.0),
    ("array.median", ([1, 2, 3, 4],), 2.5),
    ("array.mode", ([4.0, NA, 4.0, 7.0, NA],), 4.0),
    ("array.mode", ([2, 1],), 1),
    ("array.variance", (GAPS, True), 8 / 3),
    ("array.variance", (GAPS, False), 4.0),
    ("array.variance", ([NA, 6.0], True), 0.0),
    ("array.stdev", (GAPS, True), sqrt(8 / 3)),
    ("array.stdev", (GAPS, False), 2.0),
    ("array.stdev", ([], True), NA),
    ("array.covariance", ([1.0, NA, 3.0, 5.0], [2.0, 4.0, NA, 6.0], True), 4.0),
    ("array.covariance", ([1.0, NA, 3.0, 5.0], [2.0, 4.0, NA, 6.0], False), 8.0),
    ("array.standardize", ([1.0, 2.0, 3.0, NA],), [-1.224744871391589, 0.0, 1.224744871391589, NA]),
    ("array.standardize", ([5.0, 5.0],), [1.0, 1.0]),
    ("array.abs", ([-1, 2.5, NA],), [1, 2.5, NA]),
    ("array.percentrank", ([10, 20, 30, 40], 2), 200 / 3),
    ("array.percentile_nearest_rank", ([4, 1, 3, 2], 50), 2),
    ("array.percentile_nearest_rank", ([4, 1, NA, 2], 100), NA),
    ("array.percentile_linear_interpolation", ([100, 101, 102, 103], 37.5), 101.0),
    ("array.percentile_linear_interpolation", ([100, 101, 102, 103], 100), 103.0),
    ("array.sort_indices", ([30.0, 20.0, 10.0, NA], "ascending"), [2, 1, 0, 3]),
    ("array.sort_indices", ([30.0, 20.0, 10.0, NA], "descending"), [3, 0, 1, 2]),
    ("array.sort_indices", (["b", "a", None], "ascending"), [2, 1, 0]),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), OF_ARRAYS)
def test_function_of_an_array(name: str, arguments: tuple[Any, ...], wanted: Any) -> None:
    assert same(CALLS[name](*arguments), wanted)


SEARCHED = [(5, -1, 0, 0), (10, 0, 0, 0), (15, -1, 0, 1), (20, 2, 1, 3), (25, -1, 3, 4), (40, 5, 5, 5), (45, -1, 5, 6)]


@pytest.mark.parametrize(("value", "found", "leftmost", "rightmost"), SEARCHED)
def test_searches_of_ordered_arrays(value: int, found: int, leftmost: int, rightmost: int) -> None:
    assert CALLS["array.binary_search"](DOUBLES, value) == found
    assert CALLS["array.binary_search_leftmost"](DOUBLES, value) == leftmost
    assert CALLS["array.binary_search_rightmost"](DOUBLES, value) == rightmost


CHANGED: list[tuple[str, list[Any], tuple[Any, ...], list[Any], Any]] = [
    ("array.push", [1], (2,), [1, 2], None),
    ("array.unshift", [1], (2,), [2, 1], None),
    ("array.insert", [10, 20], (2, 7), [10, 20, 7], None),
    ("array.insert", [10, 20], (-1, 7), [10, 7, 20], None),
    ("array.set", [10, 20], (-1, 7), [10, 7], None),
    ("array.set", [10, 20], (NA, 7), [10, 20], None),
    ("array.pop", [1, 2], (), [1], 2),
    ("array.shift", [1, 2], (), [2], 1),
    ("array.remove", [1, 2, 3], (-2,), [1, 3], 2),
    ("array.clear", [1, 2], (), [], None),
    ("array.fill", [1, 2, 3], (0, 1, NA), [1, 0, 0], None),
    ("array.reverse", [1, 2, 3], (), [3, 2, 1], None),
    ("array.concat", [1], ([2, 3],), [1, 2, 3], [1, 2, 3]),
    ("array.sort", [30.0, 10.0, NA, 20.0], ("ascending",), [10.0, 20.0, 30.0, NA], None),
    ("array.sort", [30.0, 10.0, NA, 20.0], ("descending",), [NA, 30.0, 20.0, 10.0], None),
    ("array.sort", ["b", None, "a"], ("ascending",), [None, "a", "b"], None),
]


@pytest.mark.parametrize(("name", "array", "arguments", "after", "wanted"), CHANGED)
def test_function_that_changes_an_array(
    name: str, array: list[Any], arguments: tuple[Any, ...], after: list[Any], wanted: Any
) -> None:
    array = list(array)
    assert same(CALLS[name](array, *arguments), wanted)
    assert same(array, after)


REFUSED: list[tuple[str, tuple[Any, ...]]] = [
    ("array.get", ([1, 2], 2)), ("array.get", ([1, 2], -3)), ("array.get", (None, 0)), ("array.pop", ([],)),
    ("array.first", ([],)), ("array.insert", ([1], 3, 7)), ("array.slice", ([1, 2], 0, 3)),
    ("array.slice", ([1, 2], 2, 2)), ("array.slice", ([1, 2], 1, 0)), ("array.new", (LARGEST + 1, 0)),
    ("array.push", ([0] * LARGEST, 1)), ("array.fill", ([1], 0, 0, 2)), ("map.get", (NA, 1)),
    ("map.put", (dict.fromkeys(range(LARGEST_MAP), 0), -1, 0)), ("matrix.get", (None, 0, 0)),
    ("matrix.new", (1000, 1000, 0)), ("matrix.get", (Matrix([[1]], 1), 0, 1)), ("matrix.det", (Matrix([[1, 2]], 2),)),
    ("matrix.mult", (Matrix([[1, 2]], 2), Matrix([[1, 2]], 2))), ("matrix.reshape", (Matrix([[1, 2]], 2), 3, 1)),
    ("matrix.sum", (Matrix([[1, 2]], 2), Matrix([[1]], 1))), ("matrix.pow", (Matrix([[1]], 1), -1)),
    ("matrix.add_row", (Matrix([[1, 2]], 2), 0, [1])), ("matrix.submatrix", (Matrix([[1]], 1), 0, 2, 0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), REFUSED)
def test_refusal(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(PineRuntimeError):
        CALLS[name](*arguments)


def sliced(start: int, stop: int) -> tuple[list[Any], Any]:
    array = [10, 20, 30, 40]
    return array, CALLS["array.slice"](array, start, stop)


def test_a_slice_writes_through_to_its_array() -> None:
    changes: list[tuple[str, tuple[Any, ...], list[Any], list[Any]]] = [
        ("array.push", (99,), [10, 20, 30, 99, 40], [20, 30, 99]),
        ("array.unshift", (99,), [10, 99, 20, 30, 40], [99, 20, 30]),
        ("array.insert", (1, 99), [10, 20, 99, 30, 40], [20, 99, 30]),
        ("array.set", (-1, 99), [10, 20, 99, 40], [20, 99]),
        ("array.remove", (0,), [10, 30, 40], [30]),
        ("array.pop", (), [10, 20, 40], [20]),
        ("array.shift", (), [10, 30, 40], [30]),
        ("array.clear", (), [10, 40], []),
        ("array.fill", (5, 0, NA), [10, 5, 5, 40], [5, 5]),
        ("array.reverse", (), [10, 30, 20, 40], [30, 20]),
        ("array.sort", ("descending",), [10, 30, 20, 40], [30, 20]),
        ("array.concat", ([7, 8],), [10, 20, 30, 7, 8, 40], [20, 30, 7, 8]),
    ]
    for name, arguments, after, shown in changes:
        array, part = sliced(1, 3)
        CALLS[name](part, *arguments)
        assert (array, list(part)) == (after, shown), name


def test_a_slice_is_a_range_of_places_not_of_elements() -> None:
    array, part = sliced(2, 4)
    array.insert(0, 99)
    assert list(part) == [20, 30]
    del array[0], array[0]
    assert (list(part), CALLS["array.size"](part)) == ([40], 1)
    array.append(77)
    assert list(part) == [40, 77]


def test_a_slice_of_a_slice_grows_with_it() -> None:
    array, outer = sliced(0, 3)
    inner = CALLS["array.slice"](outer, 0, 2)
    CALLS["array.push"](inner, 99)
    assert (array, list(outer), list(inner)) == ([10, 20, 99, 30, 40], [10, 20, 99, 30], [10, 20, 99])
    assert CALLS["str.tostring"](inner) == "[10, 20, 99]"


def test_maps() -> None:
    pairs = CALLS["map.new"]()
    assert same(CALLS["map.put"](pairs, "a", 1.0), NA)
    assert CALLS["map.put"](pairs, "a", 2.0) == 1.0
    CALLS["map.put"](pairs, "b", 3.0)
    assert (CALLS["map.keys"](pairs), CALLS["map.values"](pairs)) == (["a", "b"], [2.0, 3.0])
    assert CALLS["map.contains"](pairs, "a")
    assert not CALLS["map.contains"](pairs, "z")
    assert CALLS["map.get"](pairs, "b") == 3.0
    assert same(CALLS["map.get"](pairs, "z"), NA)
    twin = CALLS["map.copy"](pairs)
    assert CALLS["map.remove"](pairs, "a") == 2.0
    assert same(CALLS["map.remove"](pairs, "a"), NA)
    CALLS["map.put_all"](pairs, twin)
    assert pairs == {"b": 3.0, "a": 2.0}
    CALLS["map.clear"](pairs)
    assert (CALLS["map.size"](pairs), CALLS["map.size"](twin)) == (0, 2)
    assert CALLS["map.get"]({"x": "text"}, "y") is None


def matrix(*rows: list[Any]) -> Matrix:
    return Matrix([list(row) for row in rows], len(rows[0]))


SQUARE = matrix([2.0, 1.0], [1.0, 3.0])
WIDE = matrix([1, 2, 3], [4, 5, 6])
IDENTITY = matrix([1, 0], [0, 1])

OF_MATRICES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("matrix.new", (1, 2, 0), [[0, 0]]),
    ("matrix.rows", (WIDE,), 2),
    ("matrix.columns", (WIDE,), 3),
    ("matrix.elements_count", (WIDE,), 6),
    ("matrix.get", (WIDE, 1, 2), 6),
    ("matrix.get", (WIDE, NA, 2), NA),
    ("matrix.row", (WIDE, 0), [1, 2, 3]),
    ("matrix.col", (WIDE, 1), [2, 5]),
    ("matrix.copy", (WIDE,), [[1, 2, 3], [4, 5, 6]]),
    ("matrix.submatrix", (WIDE, 0, 2, 1, 3), [[2, 3], [5, 6]]),
    ("matrix.transpose", (WIDE,), [[1, 4], [2, 5], [3, 6]]),
    ("matrix.avg", (WIDE,), 3.5),
    ("matrix.max", (WIDE,), 6),
    ("matrix.min", (WIDE,), 1),
    ("matrix.median", (WIDE,), 3.5),
    ("matrix.mode", (matrix([1, 2], [2, 3]),), 2),
    ("matrix.sum", (WIDE, WIDE), [[2, 4, 6], [8, 10, 12]]),
    ("matrix.sum", (WIDE, 1), [[2, 3, 4], [5, 6, 7]]),
    ("matrix.diff", (WIDE, 1), [[0, 1, 2], [3, 4, 5]]),
    ("matrix.mult", (WIDE, [1, 0, 2]), [7, 16]),
    ("matrix.mult", (SQUARE, 2), [[4.0, 2.0], [2.0, 6.0]]),
    ("matrix.mult", (SQUARE, WIDE), [[6.0, 9.0, 12.0], [13.0, 17.0, 21.0]]),
    ("matrix.pow", (SQUARE, 2), [[5.0, 5.0], [5.0, 10.0]]),
    ("matrix.pow", (SQUARE, 0), [[1.0, 0.0], [0.0, 1.0]]),
    ("matrix.kron", (IDENTITY, matrix([1, 2])), [[1, 2, 0, 0], [0, 0, 1, 2]]),
    ("matrix.trace", (SQUARE,), 5.0),
    ("matrix.det", (SQUARE,), 5.0),
    ("matrix.det", (matrix([NA]),), NA),
    ("matrix.inv", (SQUARE,), [[0.6, -0.2], [-0.2, 0.4]]),
    ("matrix.inv", (matrix([1, 2], [2, 4]),), None),
    ("matrix.rank", (matrix([1, 2], [2, 4]),), 1),
    ("matrix.is_square", (WIDE,), False),
    ("matrix.is_zero", (matrix([0, 0]),), True),
    ("matrix.is_binary", (matrix([0, 1]),), True),
    ("matrix.is_binary", (WIDE,), False),
    ("matrix.is_identity", (IDENTITY,), True),
    ("matrix.is_identity", (SQUARE,), False),
    ("matrix.is_diagonal", (matrix([3, 0], [0, 4]),), True),
    ("matrix.is_diagonal", (SQUARE,), False),
    ("matrix.is_antidiagonal", (matrix([0, 3], [4, 0]),), True),
    ("matrix.is_antidiagonal", (IDENTITY,), False),
    ("matrix.is_symmetric", (SQUARE,), True),
    ("matrix.is_symmetric", (matrix([1, 2], [3, 1]),), False),
    ("matrix.is_antisymmetric", (matrix([0, 2], [-2, 0]),), True),
    ("matrix.is_antisymmetric", (SQUARE,), False),
    ("matrix.is_triangular", (matrix([1, 2], [0, 3]),), True),
    ("matrix.is_triangular", (matrix([1, 0], [5, 3]),), True),
    ("matrix.is_triangular", (SQUARE,), False),
    ("matrix.is_stochastic", (matrix([0.25, 0.75], [1.0, 0.0]),), True),
    ("matrix.is_stochastic", (SQUARE,), False),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), OF_MATRICES)
def test_function_of_a_matrix(name: str, arguments: tuple[Any, ...], wanted: Any) -> None:
    result = CALLS[name](*arguments)
    assert same(result.rows if isinstance(result, Matrix) else result, wanted)


MATRIX_CHANGED: list[tuple[str, tuple[Any, ...], list[list[Any]], Any]] = [
    ("matrix.set", (0, 1, 9), [[1, 9, 3], [4, 5, 6]], None),
    ("matrix.fill", (0, 0, 1, 1, NA), [[1, 0, 0], [4, 5, 6]], None),
    ("matrix.add_row", (0, [7, 8, 9]), [[7, 8, 9], [1, 2, 3], [4, 5, 6]], None),
    ("matrix.add_col", (NA, [7, 8]), [[1, 2, 3, 7], [4, 5, 6, 8]], None),
    ("matrix.remove_row", (0,), [[4, 5, 6]], [1, 2, 3]),
    ("matrix.remove_col", (NA,), [[1, 2], [4, 5]], [3, 6]),
    ("matrix.swap_rows", (0, 1), [[4, 5, 6], [1, 2, 3]], None),
    ("matrix.swap_columns", (0, 2), [[3, 2, 1], [6, 5, 4]], None),
    ("matrix.reshape", (3, 2), [[1, 2], [3, 4], [5, 6]], None),
    ("matrix.reverse", (), [[6, 5, 4], [3, 2, 1]], None),
    ("matrix.sort", (1, "descending"), [[4, 5, 6], [1, 2, 3]], None),
]


@pytest.mark.parametrize(("name", "arguments", "after", "wanted"), MATRIX_CHANGED)
def test_function_that_changes_a_matrix(
    name: str, arguments: tuple[Any, ...], after: list[list[Any]], wanted: Any
) -> None:
    changed = WIDE.copy()
    assert same(CALLS[name](changed, *arguments), wanted)
    assert changed.rows == after
    assert changed.columns == len(after[0])


def test_concat_appends_rows() -> None:
    one = WIDE.copy()
    assert CALLS["matrix.concat"](one, WIDE) is one
    assert len(one.rows) == 4


def test_rows_of_a_matrix_can_be_stepped_through() -> None:
    assert list(WIDE) == [[1, 2, 3], [4, 5, 6]]


@given(values=st.lists(st.integers(-9, 9), min_size=9, max_size=9))
def test_decompositions_against_their_definitions(values: list[int]) -> None:
    held = matrix(values[:3], values[3:6], values[6:])
    symmetric = CALLS["matrix.sum"](held, CALLS["matrix.transpose"](held))
    eigenvalues, vectors = CALLS["matrix.eigenvalues"](symmetric), CALLS["matrix.eigenvectors"](symmetric)
    for place, value in enumerate(eigenvalues):
        vector = [row[place] for row in vectors.rows]
        assert numpy.allclose(CALLS["matrix.mult"](symmetric, vector), [value * part for part in vector], atol=1e-8)
    assert isclose(sum(eigenvalues), CALLS["matrix.trace"](symmetric), abs_tol=1e-8)
    inverse = CALLS["matrix.pinv"](held)
    back = CALLS["matrix.mult"](CALLS["matrix.mult"](held, inverse), held)
    assert numpy.allclose(back.rows, held.rows, atol=1e-6)
