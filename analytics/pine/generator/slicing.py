"""What an expression needs of a script: the statements that it would not have its value without."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analytics.pine.semantics import tree
from analytics.pine.semantics.walking import MUTATING

_CHANGING = MUTATING | {"set", "sort", "reverse", "swap_rows", "swap_columns"}
_COLLECTIONS = frozenset({"array", "matrix", "map"})
_SHARED = _COLLECTIONS | {"user", "chart.point"}
_NODES = (tree.Expression, tree.Statement, tree.Block, tree.Function)
_NO_NODES = frozenset(
    {"span", "type", "qualifier", "name", "code", "operator", "lazy", "level", "number", "enum", "user_type"}
    | {"symbol", "symbols", "parameters", "into", "counter", "key", "item", "stop_moves", "stateful"}
)
"""Fields in which no nodes are."""
Changes = dict[int, set[tree.Symbol]]
"""What statements and functions change, by their identity: a script is sliced as often as it asks for other bars."""
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


def own_variables(function: tree.Function, known: Changes) -> set[tree.Symbol]:
    """Return the parameters and variables of a function: each of its calls has others, under the same symbols."""
    return {*function.parameters, *(symbol for symbol in _changes_by(function, known) if symbol.in_function)}


def _root(node: tree.Expression) -> tree.Symbol | None:
    while isinstance(node, tree.FieldRead):
        node = node.value
    return node.symbol if isinstance(node, tree.Read) else None


def _changes(statement: tree.Statement, known: Changes) -> set[tree.Symbol]:
    """Return the variables that a statement gives values to, or whose contents it may change."""
    given: set[tree.Symbol | None] = set()
    touched: set[tree.Symbol | None] = set()
    parts_of: dict[tree.Symbol, set[tree.Symbol]] = {}
    for node in walk(statement, functions=False):
        match node:
            case tree.Declare() | tree.Assign():
                given.add(node.symbol)
                if node.symbol.type.name in _SHARED:
                    parts_of.setdefault(node.symbol, set()).update(reads(node.value))
            case tree.DeclareOnce() | tree.DeclareGroup():
                given.update(node.symbols)
            case tree.If() | tree.For() | tree.While():
                given.add(node.into)
            case tree.ForIn():
                given.add(node.into)
                parts_of.setdefault(node.item, set()).update(reads(node.collection))
            case tree.AssignField():
                touched.add(_root(node.target))
            case tree.BuiltinCall() if _changes_content(node):
                touched.add(_root(node.arguments[0]))
            case tree.FunctionCall():
                changed = _changes_by(node.function, known)
                touched.update(symbol for symbol in changed if not symbol.in_function)
                for parameter, argument in zip(node.function.parameters, node.arguments, strict=True):
                    if parameter in changed:
                        touched.add(_root(argument))
    waiting = [symbol for symbol in touched if symbol in parts_of]
    while waiting:  # what is changed of a part is changed of the whole
        wholes = parts_of[waiting.pop()] - touched
        touched |= wholes
        waiting += [symbol for symbol in wholes if symbol in parts_of]
    return {symbol for symbol in given | touched if symbol is not None}


def _changes_content(call: tree.BuiltinCall) -> bool:
    space, _, name = call.name.partition(".")
    return bool(call.arguments) and space in _COLLECTIONS and name in _CHANGING


def _works_on_objects(statement: tree.Statement) -> bool:
    """Return whether a statement in a block may change what others see of the same objects, asking no other bars."""
    blocks = _blocks(statement)
    if blocks:
        return any(_works_on_objects(inner) for block in blocks for inner in block.statements)
    if isinstance(statement, tree.Declare) and statement.symbol.type.name in _SHARED:
        return not any(isinstance(node, tree.RequestCall) for node in walk(statement))
    found = False
    for node in walk(statement):
        if isinstance(node, tree.RequestCall):
            return False
        found = found or isinstance(node, tree.AssignField)
        found = found or (isinstance(node, tree.BuiltinCall) and _changes_content(node))
    return found


def _changes_by(function: tree.Function, known: Changes) -> set[tree.Symbol]:
    """Return the variables that a function changes: its own, its parameters and those of the script."""
    if id(function) not in known:
        known[id(function)] = {symbol for inner in function.body.statements for symbol in _changes(inner, known)}
        if function.body.result is not None:  # `array.pop(a)` may be its value as well
            known[id(function)] |= _changes(tree.Evaluate(function.body.result.span, function.body.result), known)
    return known[id(function)]


def sliced(statements: list[tree.Statement], needed: set[tree.Symbol], known: Changes) -> list[tree.Statement]:
    """Return the statements that needed variables depend on; `needed` grows by what these need themselves."""
    cut = _Slice(needed, known)
    while cut.grow(statements):
        pass
    return cut.kept_of(statements)


class _Slice:
    """What is kept of statements, down to the blocks in blocks: in each of them only what matters outside as well."""

    def __init__(self, needed: set[tree.Symbol], known: Changes) -> None:
        self._needed = needed
        self._known = known
        self._kept: set[int] = set()

    def grow(self, statements: list[tree.Statement], *, inside: bool = False) -> bool:
        """Keep what is needed by now; return whether that was more than before."""
        grown = False
        for statement in statements:
            if id(statement) not in self._kept:
                if not (self._is_needed(statement) or (inside and _works_on_objects(statement))):
                    continue
                self._kept.add(id(statement))
                self._needed |= _head(statement)
                grown = True
            for block in _blocks(statement):
                grown = self.grow(block.statements, inside=True) or grown
        return grown

    def kept_of(self, statements: list[tree.Statement]) -> list[tree.Statement]:
        """Return what is kept; of a call that only shows something, what its arguments change on the way."""
        kept: list[tree.Statement] = []
        for statement in statements:
            if id(statement) not in self._kept:
                continue
            shown = _shown(statement)
            if shown is None:
                kept.append(self._cut(statement))
                continue
            given = [tree.Evaluate(argument.span, argument) for argument in shown]
            kept += [argument for argument in given if _changes(argument, self._known)]
        return kept

    def _is_needed(self, statement: tree.Statement) -> bool:
        if _steers(statement):
            return True
        if id(statement) not in self._known:
            self._known[id(statement)] = _changes(statement, self._known)
        return bool(self._known[id(statement)] & self._needed)

    def _cut(self, statement: tree.Statement) -> tree.Statement:
        match statement:
            case tree.If():
                otherwise = None if statement.otherwise is None else self._block(statement.otherwise)
                return replace(statement, then=self._block(statement.then), otherwise=otherwise)
            case tree.For() | tree.ForIn() | tree.While():
                return replace(statement, body=self._block(statement.body))
        return statement

    def _block(self, block: tree.Block) -> tree.Block:
        return tree.Block(self.kept_of(block.statements), block.result)


def _blocks(statement: tree.Statement) -> list[tree.Block]:
    match statement:
        case tree.If():
            return [block for block in (statement.then, statement.otherwise) if block is not None]
        case tree.For() | tree.ForIn() | tree.While():
            return [statement.body]
    return []


def _head(statement: tree.Statement) -> set[tree.Symbol]:
    """Return what a statement reads beside the statements in its blocks."""
    match statement:
        case tree.If() | tree.While():
            heads: list[Any] = [statement.condition]
        case tree.For():
            heads = [statement.start, statement.stop, statement.step]
        case tree.ForIn():
            heads = [statement.collection]
        case _:
            return reads(statement)
    if statement.into is not None:
        heads += [block.result for block in _blocks(statement)]
    return reads(heads)


def _steers(statement: tree.Statement) -> bool:
    """Return whether a statement may leave the turn of the loop that it stands in."""
    match statement:
        case tree.Break() | tree.Continue():
            return True
        case tree.If():
            return any(_steers(inner) for block in _blocks(statement) for inner in block.statements)
    return False


def _shown(statement: tree.Statement) -> list[tree.Expression] | None:
    """Return the arguments of a call that only shows or orders something, None of any other statement."""
    if isinstance(statement, tree.Evaluate) and isinstance(statement.value, tree.BuiltinCall):
        return None if statement.value.name.partition(".")[0] in _COLLECTIONS else statement.value.arguments
    return None
