"""What a matrix is."""

from collections.abc import Callable, Iterator
from typing import Any

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.snapshots import ScriptObject


class Matrix(ScriptObject):
    """Elements in rows of equal length."""

    __slots__ = ("columns", "rows")

    def __init__(self, rows: list[list[Any]], columns: int) -> None:
        self.rows = rows
        self.columns = columns

    def __iter__(self) -> Iterator[list[Any]]:
        """Step through the rows, each as a new array of what it holds when it is reached."""
        return map(list, self.rows.copy())

    def copy(self) -> "Matrix":
        """Return a new matrix with the same elements."""
        return Matrix([list(row) for row in self.rows], self.columns)

    def elements(self) -> list[Any]:
        """Return all elements, row by row."""
        return [value for row in self.rows for value in row]

    def column(self, place: int) -> list[Any]:
        """Return the elements of a column."""
        return [row[place] for row in self.rows]

    def row_at(self, index: float, beyond: int = 0) -> int:
        """Return an index if there is such a row, or one of `beyond` after the last."""
        if not 0 <= index < len(self.rows) + beyond:
            raise PineRuntimeError(f"Row {index} is out of bounds, the matrix has {len(self.rows)} rows.")
        return int(index)

    def column_at(self, index: float, beyond: int = 0) -> int:
        """Return an index if there is such a column, or one of `beyond` after the last."""
        if not 0 <= index < self.columns + beyond:
            raise PineRuntimeError(f"Column {index} is out of bounds, the matrix has {self.columns} columns.")
        return int(index)

    def as_text(self, text: Callable[[Any], str]) -> str:
        """Return the rows as lines of text."""
        return "\n".join(f"[{', '.join(text(value) for value in row)}]" for row in self.rows)


def named(matrix: Matrix | None) -> Matrix:
    """Return a matrix unless it is na."""
    if not isinstance(matrix, Matrix):
        raise PineRuntimeError("The matrix is na: make it with matrix.new first.")
    return matrix
