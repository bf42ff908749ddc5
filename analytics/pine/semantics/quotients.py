"""Quotients of whole numbers, which the language counts as whole numbers wherever one is wanted.

`length / 2` is 4.5 for 9, and as the length of an average 4: where it is used as a number it keeps its fraction, where
an `int` is wanted the fraction is cut off.
"""

from analytics.pine.semantics import tree
from analytics.pine.types import FLOAT, INT

_LIKE_THEIR_ARGUMENTS = frozenset({"math.max", "math.min", "math.abs", "nz"})


def is_quotient(node: tree.Expression) -> bool:
    """Return whether a float is made of whole numbers, by division among others."""
    if node.type != FLOAT:
        return False
    match node:
        case tree.Arithmetic():
            return _whole(node.left) and _whole(node.right)
        case tree.Negation():
            return is_quotient(node.operand)
        case tree.Choice():
            return _whole(node.then) and _whole(node.otherwise)
        case tree.Read():
            return node.symbol.quotient
        case tree.Past():
            return is_quotient(node.value)
        case tree.BuiltinCall() if node.name in _LIKE_THEIR_ARGUMENTS:
            return all(_whole(argument) for argument in node.arguments)
        case tree.FunctionCall():
            result = node.function.body.result
            return result is not None and is_quotient(result)
    return False


def _whole(node: tree.Expression) -> bool:
    return node.type == INT or is_quotient(node)


def all_whole(nodes: "list[tree.Expression]") -> bool:
    """Return whether values, one of them a quotient, are made of whole numbers."""
    return all(_whole(node) for node in nodes)


def as_int(node: tree.Expression) -> tree.Expression:
    """Return a quotient without its fraction."""
    return tree.BuiltinCall(node.span, INT, node.qualifier, "int", [node], 0)
