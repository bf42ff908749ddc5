"""Values that are known at compilation."""

import operator
from collections.abc import Callable
from typing import Any

from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.colours import BINDINGS as COLOURS
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.mathematics import BINDINGS as MATHEMATICS
from analytics.pine.runtime.times import timestamp
from analytics.pine.semantics import tree

NOT_KNOWN = object()
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda left, right: int(left / right),
    "%": operator.mod,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_TABLES: dict[str, Binding] = {**COLOURS, **MATHEMATICS}
_COMPUTED: dict[str, Callable[..., Any]] = {
    name: binding.function for name, binding in _TABLES.items() if isinstance(binding, Pure)
}
"""Functions whose value is known where those of their arguments are."""


def constant_value(node: tree.Expression) -> Any:
    """Return the value of an expression, NOT_KNOWN if it is known only when the script runs."""
    match node:
        case tree.Constant():
            return node.value
        case tree.EnumMember():
            return f"{node.enum}.{node.name}"
        case tree.Read():
            return NOT_KNOWN if node.symbol.constant is None else constant_value(node.symbol.constant)
        case tree.Group():
            items = tuple(constant_value(item) for item in node.items)
            return NOT_KNOWN if NOT_KNOWN in items else items
        case tree.Negation():
            value = constant_value(node.operand)
            return NOT_KNOWN if value is NOT_KNOWN or value is None else -value
        case tree.Not():
            value = constant_value(node.operand)
            return NOT_KNOWN if value is NOT_KNOWN else not value
        case tree.Arithmetic() | tree.Comparison():
            return _operation(node)
        case tree.Choice():
            condition = constant_value(node.condition)
            if condition is NOT_KNOWN:
                return NOT_KNOWN
            return constant_value(node.then if condition else node.otherwise)
        case tree.BuiltinCall() if node.name == "timestamp" and len(node.arguments) == 1:
            return _moment(constant_value(node.arguments[0]))
        case tree.BuiltinCall() if node.name in _COMPUTED:
            return _computed(node)
    return NOT_KNOWN


def _moment(text: Any) -> Any:
    try:
        # A date in a text says everything itself; no context is asked.
        return int(timestamp(None, text)) if isinstance(text, str) else NOT_KNOWN  # type: ignore[arg-type]
    except (PineRuntimeError, ValueError):
        return NOT_KNOWN


def _computed(node: tree.BuiltinCall) -> Any:
    arguments = [constant_value(argument) for argument in node.arguments]
    if any(argument is NOT_KNOWN or argument is None for argument in arguments):
        return NOT_KNOWN
    try:
        return _COMPUTED[node.name](*arguments)
    except (PineRuntimeError, ArithmeticError, ValueError, TypeError):
        return NOT_KNOWN


def _operation(node: "tree.Arithmetic | tree.Comparison") -> Any:
    left, right = constant_value(node.left), constant_value(node.right)
    if NOT_KNOWN in (left, right) or left is None or right is None:
        return NOT_KNOWN
    try:
        return _OPERATIONS[node.operator](left, right)
    except (ArithmeticError, TypeError, MemoryError):
        return NOT_KNOWN
