"""`matrix.*`: tables of values in rows and columns."""

from collections.abc import Callable
from typing import Any

from analytics.pine.runtime import array_statistics, arrays
from analytics.pine.runtime.arrays import LARGEST, Array
from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.linear_algebra import BINDINGS as ALGEBRA
from analytics.pine.runtime.matrix import Matrix, named
from analytics.pine.runtime.values import NA, is_na


def new(rows: float = 0, columns: float = 0, initial: Any = NA) -> Matrix:
    """Return a new matrix of equal elements."""
    if rows > LARGEST or columns > LARGEST or rows * columns > LARGEST:
        raise LimitReached("collection-size", f"A matrix may have {LARGEST} elements at most.")
    if is_na(rows) or is_na(columns) or rows < 0 or columns < 0:
        raise PineRuntimeError(f"A matrix has 0 to {LARGEST} elements; {rows} rows and {columns} columns do not fit.")
    return Matrix([[initial] * int(columns) for _ in range(int(rows))], int(columns))


def rows(matrix: Matrix) -> int:
    """Return the number of rows."""
    return len(named(matrix).rows)


def columns(matrix: Matrix) -> int:
    """Return the number of columns."""
    return named(matrix).columns


def count(matrix: Matrix) -> int:
    """Return the number of elements."""
    return len(named(matrix).rows) * matrix.columns


def get(matrix: Matrix, row: float, column: float) -> Any:
    """Return an element."""
    held = named(matrix)
    if is_na(row) or is_na(column):
        return NA
    return held.rows[held.row_at(row)][held.column_at(column)]


def put(matrix: Matrix, row: float, column: float, value: Any) -> None:
    """Change an element."""
    held = named(matrix)
    if is_na(row) or is_na(column):
        return
    held.rows[held.row_at(row)][held.column_at(column)] = value


def row(matrix: Matrix, index: float) -> Array | None:
    """Return a row as a new array."""
    return None if is_na(index) else list(named(matrix).rows[matrix.row_at(index)])


def column(matrix: Matrix, index: float) -> Array | None:
    """Return a column as a new array."""
    return None if is_na(index) else named(matrix).column(matrix.column_at(index))


def add_row(matrix: Matrix, index: float = NA, values: Array | None = None) -> None:
    """Insert a row, at the end if no index is given."""
    held = named(matrix)
    place = len(held.rows) if is_na(index) else held.row_at(index, 1)
    if not held.rows and held.columns == 0 and values is not None:
        held.columns = len(values)
    elements = [NA] * held.columns if values is None else list(values)
    if len(elements) != held.columns:
        raise PineRuntimeError(f"The row has {len(elements)} elements, the matrix {held.columns} columns.")
    _room(held, len(elements))
    held.rows.insert(place, elements)


def add_column(matrix: Matrix, index: float = NA, values: Array | None = None) -> None:
    """Insert a column, at the end if no index is given."""
    held = named(matrix)
    place = held.columns if is_na(index) else held.column_at(index, 1)
    if not held.rows and held.columns == 0 and values is not None:
        held.rows = [[] for _ in values]
    elements = [NA] * len(held.rows) if values is None else list(values)
    if len(elements) != len(held.rows):
        raise PineRuntimeError(f"The column has {len(elements)} elements, the matrix {len(held.rows)} rows.")
    _room(held, len(elements))
    for each, value in zip(held.rows, elements, strict=True):
        each.insert(place, value)
    held.columns += 1


def _room(matrix: Matrix, more: int) -> None:
    if count(matrix) + more > LARGEST:
        raise LimitReached("collection-size", f"A matrix may have {LARGEST} elements at most.")


def remove_row(matrix: Matrix, index: float = NA) -> Array:
    """Take a row away, the last if no index is given, and return it."""
    held = named(matrix)
    return held.rows.pop(held.row_at(len(held.rows) - 1 if is_na(index) else index))


def remove_column(matrix: Matrix, index: float = NA) -> Array:
    """Take a column away, the last if no index is given, and return it."""
    held = named(matrix)
    place = held.column_at(held.columns - 1 if is_na(index) else index)
    held.columns -= 1
    return [each.pop(place) for each in held.rows]


def swap_rows(matrix: Matrix, one: float, two: float) -> None:
    """Exchange two rows."""
    held = named(matrix)
    first, second = held.row_at(one), held.row_at(two)
    held.rows[first], held.rows[second] = held.rows[second], held.rows[first]


def swap_columns(matrix: Matrix, one: float, two: float) -> None:
    """Exchange two columns."""
    held = named(matrix)
    first, second = held.column_at(one), held.column_at(two)
    for each in held.rows:
        each[first], each[second] = each[second], each[first]


def fill(
    matrix: Matrix, value: Any, from_row: float = 0, to_row: float = NA, from_column: float = 0, to_column: float = NA
) -> None:
    """Set the elements of a rectangle."""
    held = named(matrix)
    first_row, first_column = (0 if is_na(start) else int(start) for start in (from_row, from_column))
    last_row = len(held.rows) if is_na(to_row) else int(to_row)
    last_column = held.columns if is_na(to_column) else int(to_column)
    for index in range(first_row, last_row):
        for place in range(first_column, last_column):
            held.rows[held.row_at(index)][held.column_at(place)] = value


def copy(matrix: Matrix) -> Matrix:
    """Return a new matrix with the same elements."""
    return named(matrix).copy()


def submatrix(
    matrix: Matrix, from_row: float = 0, to_row: float = NA, from_column: float = 0, to_column: float = NA
) -> Matrix:
    """Return the elements of a rectangle as a new matrix."""
    held = named(matrix)
    first, past = int(from_row), len(held.rows) if is_na(to_row) else int(to_row)
    left, right = int(from_column), held.columns if is_na(to_column) else int(to_column)
    if not (0 <= first <= past <= len(held.rows) and 0 <= left <= right <= held.columns):
        raise PineRuntimeError(
            f"A submatrix of rows {first} to {past} and columns {left} to {right} is out of bounds, "
            f"the matrix has {len(held.rows)} rows and {held.columns} columns."
        )
    return Matrix([each[left:right] for each in held.rows[first:past]], right - left)


def reshape(matrix: Matrix, row_count: float, column_count: float) -> None:
    """Arrange the elements in other numbers of rows and columns."""
    held = named(matrix)
    elements = held.elements()
    height, width = (-1 if is_na(count) else int(count) for count in (row_count, column_count))
    if height < 0 or width < 0 or height * width != len(elements):
        raise PineRuntimeError(f"{len(elements)} elements cannot be arranged in {height} rows and {width} columns.")
    held.rows = [elements[index * width : (index + 1) * width] for index in range(height)]
    held.columns = width


def reverse(matrix: Matrix) -> None:
    """Turn the order of rows and of columns around."""
    held = named(matrix)
    held.rows = [each[::-1] for each in reversed(held.rows)]


def transpose(matrix: Matrix) -> Matrix:
    """Return a new matrix with rows and columns exchanged."""
    held = named(matrix)
    return Matrix([held.column(place) for place in range(held.columns)], len(held.rows))


def sort(matrix: Matrix, index: float = 0, order: str = "ascending", field: str = "") -> None:
    """Put the rows in the order of a column."""
    held = named(matrix)
    keys = held.column(held.column_at(index)) if held.rows else []
    held.rows = [held.rows[place] for place in arrays.sort_indices(keys, order, field)]


def concat(matrix: Matrix, other: Matrix) -> Matrix:
    """Append the rows of another matrix and return the first."""
    held, more = named(matrix), named(other)
    if held.rows and more.rows and held.columns != more.columns:
        raise PineRuntimeError(
            f"A matrix of {more.columns} columns cannot be appended to one of {held.columns} columns."
        )
    _room(held, count(more))
    held.columns = held.columns or more.columns
    held.rows.extend(list(each) for each in more.rows)
    return held


def average(matrix: Matrix) -> float:
    """Return the mean of all elements."""
    return array_statistics.average(named(matrix).elements())


def largest(matrix: Matrix) -> float:
    """Return the largest element."""
    return array_statistics.largest(named(matrix).elements())


def smallest(matrix: Matrix) -> float:
    """Return the smallest element."""
    return array_statistics.smallest(named(matrix).elements())


def median(matrix: Matrix) -> float:
    """Return the middle of all elements."""
    return array_statistics.median(named(matrix).elements())


def mode(matrix: Matrix) -> float:
    """Return the most frequent element, the smallest of several."""
    return array_statistics.mode(named(matrix).elements())


def _element_is(wanted: Callable[[int, int, Any, Matrix], bool], *, square: bool = True) -> Callable[[Matrix], bool]:
    """Return a test that looks at every element with its row and column."""

    def test(matrix: Matrix) -> bool:
        held = named(matrix)
        if square and len(held.rows) != held.columns:
            return False
        return all(
            wanted(index, place, value, held)
            for index, each in enumerate(held.rows)
            for place, value in enumerate(each)
        )

    return test


def is_square(matrix: Matrix) -> bool:
    """Return whether there are as many rows as columns."""
    return len(named(matrix).rows) == matrix.columns


def is_stochastic(matrix: Matrix) -> bool:
    """Return whether no element is negative and each row sums to 1."""
    return all(abs(sum(each) - 1) < 1e-10 and min(each, default=0) >= 0 for each in named(matrix).rows)


def is_triangular(matrix: Matrix) -> bool:
    """Return whether all elements above or all below the diagonal are zero."""
    upper = _element_is(lambda index, place, value, _: place >= index or value == 0)
    lower = _element_is(lambda index, place, value, _: place <= index or value == 0)
    return upper(matrix) or lower(matrix)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "new": new,
    "rows": rows,
    "columns": columns,
    "elements_count": count,
    "get": get,
    "set": put,
    "row": row,
    "col": column,
    "add_row": add_row,
    "add_col": add_column,
    "remove_row": remove_row,
    "remove_col": remove_column,
    "swap_rows": swap_rows,
    "swap_columns": swap_columns,
    "fill": fill,
    "copy": copy,
    "submatrix": submatrix,
    "reshape": reshape,
    "reverse": reverse,
    "transpose": transpose,
    "sort": sort,
    "concat": concat,
    "avg": average,
    "max": largest,
    "min": smallest,
    "median": median,
    "mode": mode,
    "is_square": is_square,
    "is_stochastic": is_stochastic,
    "is_triangular": is_triangular,
    "is_zero": _element_is(lambda index, place, value, _: value == 0, square=False),
    "is_binary": _element_is(lambda index, place, value, _: value in (0, 1), square=False),
    "is_identity": _element_is(lambda index, place, value, _: value == (index == place)),
    "is_diagonal": _element_is(lambda index, place, value, _: index == place or value == 0),
    "is_antidiagonal": _element_is(lambda index, place, value, held: index + place == held.columns - 1 or value == 0),
    "is_symmetric": _element_is(lambda index, place, value, held: value == held.rows[place][index]),
    "is_antisymmetric": _element_is(lambda index, place, value, held: value == -held.rows[place][index]),
}
BINDINGS: dict[str, Binding] = {
    **{f"matrix.{name}": Pure(function) for name, function in _FUNCTIONS.items()},
    **ALGEBRA,
}
