"""Questions about stretches of the syntax tree, asked before they are analysed."""

from collections.abc import Iterator
from typing import Any

from analytics.pine.syntax import nodes

MUTATING = frozenset(
    [
        "push",
        "pop",
        "shift",
        "unshift",
        "insert",
        "remove",
        "clear",
        "concat",
        "add_row",
        "add_col",
        "remove_row",
        "remove_col",
        "put",
        "put_all",
        "reshape",
        "delete",
        "fill",
    ]
)
"""Calls that may change how many items a collection has."""


_SLOTS: dict[type, tuple[str, ...]] = {}


def _slots(kind: type) -> tuple[str, ...]:
    known = _SLOTS.get(kind)
    if known is None:
        known = _SLOTS[kind] = _own_slots(kind)
    return known


def _own_slots(kind: type) -> tuple[str, ...]:
    return tuple(name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ()) if name != "span")


def walk(root: Any) -> Iterator[nodes.Node]:
    """Return all nodes of a node or of a list of nodes."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, nodes.Node):
            yield node
            waiting.extend(getattr(node, name) for name in _slots(type(node)))


def assigned_names(statements: list[nodes.Statement]) -> frozenset[str]:
    """Return the names of variables that are given another value after their declaration."""
    names: set[str] = set()
    waiting: list[Any] = [statements]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
            continue
        match item:
            case nodes.Assignment():
                if isinstance(item.target, nodes.Name):
                    names.add(item.target.name)
                waiting.append(item.value)
            case nodes.Declaration() | nodes.TupleDeclaration() | nodes.ExpressionStatement():
                waiting.append(item.value)
            case nodes.If():
                waiting.extend((item.then, item.otherwise))
            case nodes.For() | nodes.ForIn() | nodes.While():
                waiting.append(item.body)
            case nodes.Switch():
                waiting.extend(case.body for case in item.cases)
    return frozenset(names)


def names_in(expression: nodes.Expression) -> frozenset[str]:
    return frozenset(node.name for node in walk(expression) if isinstance(node, nodes.Name))


def calls_in(root: Any) -> frozenset[str]:
    """Return the last names of all that is called."""
    found: set[str] = set()
    for node in walk(root):
        if isinstance(node, nodes.Call) and isinstance(node.callee, (nodes.Name, nodes.Attribute)):
            found.add(node.callee.name)
    return frozenset(found)


def dotted(node: nodes.Expression) -> str:
    """Return `a.b.c` for a chain of names, nothing for anything else."""
    parts: list[str] = []
    while isinstance(node, nodes.Attribute):
        parts.append(node.name)
        node = node.value
    if not isinstance(node, nodes.Name):
        return ""
    parts.append(node.name)
    return ".".join(reversed(parts))
