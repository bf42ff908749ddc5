"""Sums and products of matrices, determinants, inverses and eigenvalues.

NumPy is imported when one of its decompositions is called for the first time: few scripts do, and it takes its time.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analytics.pine.runtime.arrays import LARGEST, Array
from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.matrix import Matrix, named
from analytics.pine.runtime.values import NA, is_na

if TYPE_CHECKING:
    import numpy

_HIGHEST_POWER = 1000


def _square(matrix: Matrix, function: str) -> Matrix:
    held = named(matrix)
    if len(held.rows) != held.columns or not held.rows:
        raise PineRuntimeError(
            f"{function} needs a square matrix; this one has {len(held.rows)} rows and {held.columns} columns."
        )
    return held


def _values(matrix: Matrix) -> "numpy.ndarray[Any, Any]":
    import numpy

    return numpy.array(matrix.rows, dtype=float).reshape(len(matrix.rows), matrix.columns)


def _matrix(values: Any) -> Matrix:
    return Matrix([[float(value) for value in row] for row in values], int(values.shape[1]))


def _finite(matrix: Matrix) -> bool:
    return not any(is_na(value) or value - value != 0 for value in matrix.elements())


def _elementwise(matrix: Matrix, other: Any, function: str, combine: Callable[[float, float], float]) -> Matrix:
    held = named(matrix)
    if other is None:
        raise PineRuntimeError(f"The second matrix of {function} is na.")
    if not isinstance(other, Matrix):
        return Matrix([[combine(value, other) for value in row] for row in held.rows], held.columns)
    if len(other.rows) != len(held.rows) or other.columns != held.columns:
        raise PineRuntimeError(f"{function} needs two matrices of the same size.")
    pairs = zip(held.rows, other.rows, strict=True)
    return Matrix([[combine(one, two) for one, two in zip(*rows, strict=True)] for rows in pairs], held.columns)


def add(matrix: Matrix, other: Any) -> Matrix:
    """Return the sum of two matrices, or of each element and a number."""
    return _elementwise(matrix, other, "matrix.sum", lambda one, two: one + two)


def subtract(matrix: Matrix, other: Any) -> Matrix:
    """Return the difference of two matrices, or of each element and a number."""
    return _elementwise(matrix, other, "matrix.diff", lambda one, two: one - two)


def multiply(matrix: Matrix, other: Any) -> Matrix | Array:
    """Return the product of a matrix and a matrix, an array or a number."""
    held = named(matrix)
    if isinstance(other, (int, float)):
        return Matrix([[value * other for value in row] for row in held.rows], held.columns)
    if other is None:
        raise PineRuntimeError("What a matrix is multiplied with is na.")
    if not isinstance(other, Matrix):
        if len(other) != held.columns:
            raise PineRuntimeError(f"An array of {len(other)} elements does not fit {held.columns} columns.")
        return [_dot(row, other) for row in held.rows]
    if len(other.rows) != held.columns:
        raise PineRuntimeError(f"A matrix of {len(other.rows)} rows does not fit {held.columns} columns.")
    columns = [other.column(place) for place in range(other.columns)]
    return Matrix([[_dot(row, column) for column in columns] for row in held.rows], other.columns)


def _dot(one: Any, two: Any) -> float:
    total: float = sum(first * second for first, second in zip(one, two, strict=True))
    return total


def raised(matrix: Matrix, exponent: float) -> Matrix:
    """Return the product of a matrix with itself, so many times."""
    held = _square(matrix, "matrix.pow")
    if is_na(exponent) or not 0 <= exponent <= _HIGHEST_POWER:
        raise PineRuntimeError(f"matrix.pow takes a power from 0 to {_HIGHEST_POWER}.")
    size = held.columns
    result = Matrix([[float(row == place) for place in range(size)] for row in range(size)], size)
    for _ in range(int(exponent)):
        product = multiply(result, held)
        assert isinstance(product, Matrix)
        result = product
    return result


def kronecker(matrix: Matrix, other: Matrix) -> Matrix:
    """Return the Kronecker product of two matrices."""
    held, more = named(matrix), named(other)
    if len(held.rows) * held.columns * len(more.rows) * more.columns > LARGEST:
        raise LimitReached("collection-size", f"A matrix may have {LARGEST} elements at most.")
    rows = [[one * two for one in row for two in inner] for row in held.rows for inner in more.rows]
    return Matrix(rows, held.columns * more.columns)


def trace(matrix: Matrix) -> float:
    """Return the sum of the diagonal."""
    total: float = sum(row[index] for index, row in enumerate(_square(matrix, "matrix.trace").rows))
    return total


def determinant(matrix: Matrix) -> float:
    """Return the determinant."""
    held = _square(matrix, "matrix.det")
    if not _finite(held):
        return NA
    import numpy

    return float(numpy.linalg.det(_values(held)))


def inverse(matrix: Matrix) -> Matrix | None:
    """Return the inverse, na if there is none."""
    held = _square(matrix, "matrix.inv")
    if not _finite(held):
        return None
    import numpy

    try:
        return _matrix(numpy.linalg.inv(_values(held)))
    except numpy.linalg.LinAlgError:
        return None


def pseudoinverse(matrix: Matrix) -> Matrix | None:
    """Return the Moore-Penrose inverse."""
    held = named(matrix)
    if not held.elements() or not _finite(held):
        return None
    import numpy

    return _matrix(numpy.linalg.pinv(_values(held)))


def rank(matrix: Matrix) -> int:
    """Return the rank."""
    held = named(matrix)
    if not held.elements() or not _finite(held):
        return 0
    import numpy

    return int(numpy.linalg.matrix_rank(_values(held)))


def eigenvalues(matrix: Matrix) -> Array:
    """Return the real parts of the eigenvalues."""
    held = _square(matrix, "matrix.eigenvalues")
    if not _finite(held):
        return [NA] * held.columns
    import numpy

    return [float(value) for value in numpy.linalg.eigvals(_values(held)).real]


def eigenvectors(matrix: Matrix) -> Matrix:
    """Return the real parts of the eigenvectors as columns, in the order of the eigenvalues."""
    held = _square(matrix, "matrix.eigenvectors")
    if not _finite(held):
        return Matrix([[NA] * held.columns for _ in held.rows], held.columns)
    import numpy

    return _matrix(numpy.linalg.eig(_values(held))[1].real)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": add,
    "diff": subtract,
    "mult": multiply,
    "pow": raised,
    "kron": kronecker,
    "trace": trace,
    "det": determinant,
    "inv": inverse,
    "pinv": pseudoinverse,
    "rank": rank,
    "eigenvalues": eigenvalues,
    "eigenvectors": eigenvectors,
}
BINDINGS: dict[str, Binding] = {f"matrix.{name}": Pure(function) for name, function in _FUNCTIONS.items()}
