"""What an expression needs of a script: the statements that it would not have its value without."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analytics.pine.generator.unit import Line
from analytics.pine.semantics import tree
from analytics.pine.semantics.walking import MUTATING

_CHANGING = MUTATING | {"set", "sort", "reverse", "swap_rows", "swap_columns"}
_COLLECTIONS = frozenset({"array", "matrix", "map"})
_NODES = (tree.Expression, tree.Statement, tree.Block, tree.Function)
_NO_NODES = frozenset(
    {"span", "type", "qualifier", "name", "code", "operator", "lazy", "level", "number", "enum", "user_type"}
    | {"symbol", "symbols", "parameters", "into", "counter", "key", "item", "stop_moves", "stateful"}
)
"""Fields in which no nodes are."""
_SLOTS: dict[type, tuple[str, ...]] = {}


def walk(root: Any, *, functions: bool = True) -> Iterator[Any]:
    """Return all nodes that a node consists of, if wanted with the bodies of the functions it calls."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, _NODES):
            if isinstance(node, tree.Function):
                if id(node) in seen or not functions:
                    continue
                seen.add(id(node))
            yield node
            waiting.extend(getattr(node, name) for name in _slots(type(node)))


def _slots(kind: type) -> tuple[str, ...]:
    known = _SLOTS.get(kind)
    if known is None:
        slots = (name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ()))
        known = tuple(name for name in slots if name not in _NO_NODES)
        _SLOTS[kind] = known
    return known


def has_requests(function: tree.Function) -> bool:
    """Return whether a function, or one that it calls, asks for other bars."""
    return any(isinstance(node, tree.RequestCall) for node in walk(function))


def may_be_left(body: tree.Block) -> bool:
    """Return whether a `break` in the body of a loop leaves that loop before its end."""
    for statement in body.statements:
        match statement:
            case tree.Break():
                return True
            case tree.If():
                otherwise = statement.otherwise
                if may_be_left(statement.then) or (otherwise is not None and may_be_left(otherwise)):
                    return True
    return False


def reads(root: Any) -> set[tree.Symbol]:
    """Return the variables whose values something depends on; those of the functions that it calls are their own."""
    outside = {node.symbol for node in walk(root, functions=False) if isinstance(node, tree.Read)}
    inside = {node.symbol for node in walk(root) if isinstance(node, tree.Read)}
    return outside | {symbol for symbol in inside if not symbol.in_function}


def own_variables(function: tree.Function) -> set[tree.Symbol]:
    """Return the parameters and variables of a function: each of its calls has others, under the same symbols."""
    found = {symbol for statement in function.body.statements for symbol in _changes(statement)}
    return {*function.parameters, *(symbol for symbol in found if symbol.in_function)}


def _root(node: tree.Expression) -> tree.Symbol | None:
    while isinstance(node, tree.FieldRead):
        node = node.value
    return node.symbol if isinstance(node, tree.Read) else None


def _changes(statement: tree.Statement) -> set[tree.Symbol]:
    """Return the variables that a statement gives values to, or whose contents it may change."""
    found: set[tree.Symbol | None] = set()
    for node in walk(statement, functions=False):
        match node:
            case tree.Declare() | tree.Assign():
                found.add(node.symbol)
            case tree.DeclareOnce() | tree.DeclareGroup():
                found.update(node.symbols)
            case tree.If() | tree.For() | tree.ForIn() | tree.While():
                found.add(node.into)
            case tree.AssignField():
                found.add(_root(node.target))
            case tree.BuiltinCall() if node.arguments:
                space, _, name = node.name.partition(".")
                if space in _COLLECTIONS and name in _CHANGING:
                    found.add(_root(node.arguments[0]))
            case tree.FunctionCall() if any(argument.type.name in _SHARED for argument in node.arguments):
                changed = {symbol for inner in node.function.body.statements for symbol in _changes(inner)}
                changed |= {symbol for symbol in [_result_change(node.function.body.result)] if symbol}
                for parameter, argument in zip(node.function.parameters, node.arguments, strict=True):
                    if parameter in changed:
                        found.add(_root(argument))
    return {symbol for symbol in found if symbol is not None}


_SHARED = _COLLECTIONS | {"user", "chart.point"}


def _result_change(result: tree.Expression | None) -> tree.Symbol | None:
    """Return what the last expression of a function changes: `array.pop(a)` may be its value as well."""
    if isinstance(result, tree.BuiltinCall) and result.arguments:
        space, _, name = result.name.partition(".")
        return _root(result.arguments[0]) if space in _COLLECTIONS and name in _CHANGING else None
    return None


Changes = dict[int, set[tree.Symbol]]
"""What statements change, by their identity: one script is sliced as often as it asks for other bars."""


def sliced(statements: list[tree.Statement], needed: set[tree.Symbol], known: Changes) -> list[tree.Statement]:
    """Return the statements that needed variables depend on; `needed` grows by what these need themselves."""
    for statement in statements:
        if id(statement) not in known:
            known[id(statement)] = _changes(statement)
    changes = [known[id(statement)] for statement in statements]
    kept = [False] * len(statements)
    grown = True
    while grown:
        grown = False
        for index, statement in enumerate(statements):
            if not kept[index] and changes[index] & needed and not only_shows(statement):
                kept[index] = grown = True
                needed |= reads(statement)
    return [_quiet(statement) for statement, keep in zip(statements, kept, strict=True) if keep]


def _quiet(statement: tree.Statement) -> tree.Statement:
    """Return a statement without the calls in its blocks that only show or order something."""
    match statement:
        case tree.If():
            otherwise = None if statement.otherwise is None else _quiet_block(statement.otherwise)
            return replace(statement, then=_quiet_block(statement.then), otherwise=otherwise)
        case tree.For() | tree.ForIn() | tree.While():
            return replace(statement, body=_quiet_block(statement.body))
    return statement


def _quiet_block(block: tree.Block) -> tree.Block:
    return tree.Block([_quiet(one) for one in block.statements if not only_shows(one)], block.result)


def only_shows(statement: tree.Statement) -> bool:
    if not isinstance(statement, tree.Evaluate) or not isinstance(statement.value, tree.BuiltinCall):
        return False
    return statement.value.name.partition(".")[0] not in _COLLECTIONS


class Requests:
    """The expressions of a script that are computed on other bars: each is a script of its own, made by `make1` …

    `bodies` are what these scripts are made of. They are kept because `changes` knows statements by their identity.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.count = 0
        self.depth = 0
        self.changes: Changes = {}
        self.bodies: list[list[tree.Statement]] = []
