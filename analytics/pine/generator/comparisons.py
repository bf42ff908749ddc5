"""Comparisons as Python expressions: numbers that are nearly equal are equal, and in version 5 one with na is na.

Booleans of version 5 have a third state. Conditions, `and`, `or` and `not` take it for false; to a variable, a function
or `[]` it is na. So it is written out only where more than the truth of a comparison is asked for.
"""

from typing import TYPE_CHECKING

from analytics.pine.semantics import tree
from analytics.pine.types import BOOL, FLOAT, INT, NA

if TYPE_CHECKING:
    from analytics.pine.generator.expressions import ExpressionWriter

# As in `expressions`: how tightly Python binds.
_CHOICE, _OR, _NOT, _COMPARE, _ADD, _ATOM = 1, 2, 4, 5, 6, 9
_EPSILON = "1e-10"
_ORDERS = {"<": f"< -{_EPSILON}", ">": f"> {_EPSILON}", "<=": f"<= {_EPSILON}", ">=": f">= -{_EPSILON}"}
_ALWAYS_THERE = frozenset({"open", "high", "low", "close", "hl2", "hlc3", "hlcc4", "ohlc4", "bar_index", "time"})


def equal(left: bool | None, right: bool | None) -> bool | None:
    """Return whether two booleans are the same, na if one of them is."""
    return None if left is None or right is None else left == right


def unequal(left: bool | None, right: bool | None) -> bool | None:
    """Return whether two booleans differ, na if one of them is."""
    return None if left is None or right is None else left != right


def comparison(writer: "ExpressionWriter", node: tree.Comparison, *, decided: bool) -> tuple[str, int]:
    """Return a comparison as source, and how tightly it binds; `decided` says that only its truth matters."""
    left, right, operator = node.left, node.right, node.operator
    kinds = {left.type, right.type}
    if kinds == {BOOL}:
        if writer.version >= 6:
            # A built-in may know no answer yet; in version 6 that is false.
            return f"(not {writer.write(left, _NOT)}) {operator} (not {writer.write(right, _NOT)})", _COMPARE
        function = writer.bound("equal", equal) if operator == "==" else writer.bound("unequal", unequal)
        return f"{function}({writer.write(left)}, {writer.write(right)})", _ATOM
    if not kinds <= {INT, FLOAT, NA}:
        return f"{writer.write(left, _COMPARE + 1)} {operator} {writer.write(right, _COMPARE + 1)}", _COMPARE
    known = decided or (_is_there(left) and _is_there(right))
    whole = kinds == {INT}
    if whole and operator != "!=" and known:
        return f"{writer.write(left, _COMPARE + 1)} {operator} {writer.write(right, _COMPARE + 1)}", _COMPARE
    if isinstance(right, tree.Constant) and right.value == 0:
        difference = writer.write(left, _COMPARE + 1)
    else:
        difference = f"{writer.write(left, _ADD)} - {writer.write(right, _ADD + 1)}"
    if known:
        return _of_difference(operator, difference, whole=whole), _COMPARE
    apart = writer.name("q")
    return f"None if ({apart} := {difference}) != {apart} else {_of_difference(operator, apart, whole=whole)}", _CHOICE


def _of_difference(operator: str, difference: str, *, whole: bool) -> str:
    """Return a comparison of two numbers as one of their difference."""
    if operator in ("==", "!="):
        return f"absolute({difference}) {'<=' if operator == '==' else '>'} {'0' if whole else _EPSILON}"
    return f"{difference} {operator} 0" if whole else f"{difference} {_ORDERS[operator]}"


def _is_there(node: tree.Expression) -> bool:
    """Return whether a number cannot be na."""
    if isinstance(node, tree.Builtin):
        return node.name in _ALWAYS_THERE
    return isinstance(node, tree.Constant) and node.value is not None and node.value == node.value


def may_be_na(node: tree.Logic) -> bool:
    """Return whether `and` or `or` may leave a boolean of version 5 that is na, where the language has false."""
    waiting: list[tree.Expression] = [node.left, node.right]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Logic):
            waiting += [part.left, part.right]
        elif isinstance(part, tree.Comparison):
            if part.left.type == part.right.type == BOOL:
                return True
        elif not isinstance(part, (tree.Not, tree.Truth)):
            return True
    return False
