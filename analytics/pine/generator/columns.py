"""What depends on nothing but prices: over the history it is computed for many bars at once."""

import re

from analytics.pine.generator.expressions import MEANS, OR
from analytics.pine.generator.steady import SteadyWriter
from analytics.pine.generator.unit import Ahead, Line, Shown, Unit
from analytics.pine.runtime.bindings import PerCall
from analytics.pine.semantics import tree
from analytics.pine.types import STRING

_COLUMNS = frozenset({"open", "high", "low", "close", "volume"})
_HARMLESS = frozenset({"math.abs", "math.max", "math.min", "na", "nz"})
"""Functions that keep nothing and refuse no number."""
_NAME = re.compile(r"\w+")


class ColumnWriter(SteadyWriter):
    """Writes ahead what follows from prices alone: calls of `ta` functions, expressions of their values, plots of both.

    A bar begins with it: it computes it, or takes what the rest of the bar needs from rows that `ahead` has prepared
    for many bars. No such expression can fail or has another effect, and a call is written ahead only if every bar
    makes it: so it makes no difference when it is computed.
    """

    looks_ahead = True
    """Whether anybody calls `ahead`."""

    def declared_ahead(self, symbol: tree.Symbol, value: tree.Expression) -> bool:
        """Write a declaration ahead if it can be; note what it is on many bars."""
        unit, code = self.unit, symbol.code
        if not (self.looks_ahead and self.may_be_steady(symbol)) or unit.indent != 1:
            return False
        column = self._sure_column(value, symbol)
        if column is None:
            return False
        if column[1] != code:
            unit.ahead.append(Ahead((code,), column[1], column[0], value.span.line))
        unit.columns[symbol] = f"{code}__", code
        unit.assigned(symbol)
        return True

    def shown_ahead(self, show: str, value: tree.Expression) -> bool:
        """Write ahead what a plot takes in if that can be."""
        column = self._sure_column(value) if self.looks_ahead else None
        if column is not None:
            self.unit.shown.append(Shown(show, column[1], column[0], value.span.line))
        return column is not None

    def _sure_column(self, value: tree.Expression, symbol: tree.Symbol | None = None) -> tuple[str, str] | None:
        self.is_sure = True
        column = self._column(value, symbol)
        self.is_sure = False
        return column

    def group_declared_ahead(self, symbols: list[tree.Symbol], value: tree.Expression) -> bool:
        """Write the declaration of several variables ahead if it can be."""
        if self.unit.indent != 1 or not isinstance(value, tree.BuiltinCall):
            return False
        if not all(self.may_be_steady(symbol) for symbol in symbols):
            return False
        self.is_sure = True
        name = self.computed_ahead(value, *symbols)
        self.is_sure = False
        if name is None:
            return False
        for symbol in symbols:
            self.unit.columns[symbol] = f"{symbol.code}__", symbol.code
            self.unit.assigned(symbol)
        return True

    def computed_ahead(self, node: tree.BuiltinCall, *symbols: tree.Symbol) -> str | None:
        """Return the name of a value that is computed before the rest of the bar, if that can be.

        Of several values together each has a variable.
        """
        unit = self.unit
        known = unit.written_ahead.get(id(node))
        if known is not None:
            return known
        binding = self.bindings.get(self.key(node.name))
        if not (self.looks_ahead and self.is_sure and unit.is_main and isinstance(binding, PerCall)):
            return None
        if "over" not in binding.state.__dict__ or (node.type.name == "tuple" and not symbols):
            return None
        varying, steady = node.arguments[: binding.state.columns], node.arguments[binding.state.columns :]
        columns = [self._column(argument) for argument in varying]
        if None in columns or not all(self.is_steady(argument) for argument in steady):
            return None
        given = "".join(f", {self.write(argument)}" for argument in steady)
        state = self.name("s")
        made = f"{self.bound(self.key(node.name), binding.state)}(context)"
        lengths = self.lengths(node, binding)
        unit.setup.append((f"{state}, {state}_over = keep.calls({made}{lengths})", node.span.line))
        names = tuple(symbol.code for symbol in symbols) or (self.name("x"),)
        once = ", ".join(column[1] for column in columns if column)
        over = "".join(f", {column[0]}" for column in columns if column)
        once = f"{state}({(once + given).removeprefix(', ')})"
        unit.ahead.append(Ahead(names, once, f"{state}_over(bars{over}{given})", node.span.line))
        unit.written_ahead[id(node)] = names[0]
        return names[0]

    def _column(self, node: tree.Expression, symbol: tree.Symbol | None = None) -> tuple[str, str] | None:
        """Return what an expression is on many bars and at the beginning of one, if that is known ahead."""
        match node:
            case tree.Builtin() if node.name in _COLUMNS:
                return f"bars.{node.name}", self.unit.price(node.name)
            case tree.Builtin() if node.name in MEANS:
                return f"bars.source({node.name!r})", self.write(node, OR)
            case tree.InputValue() if self.inputs[node.number].kind == "source":
                default = self._column(node.default)
                if default is None:
                    return None
                chosen = f"i{node.number}"
                return f"({default[0]} if {chosen} is None else bars.source({chosen}))", f"({self.write(node)})"
            case tree.Read():
                return self.unit.columns.get(node.symbol)
            case tree.BuiltinCall() if node.type.name != "tuple":
                name = self.computed_ahead(node, *([symbol] if symbol else []))
                if name is not None:
                    return f"{name}__", name
        return self._by_elements(node)

    def _by_elements(self, node: tree.Expression) -> tuple[str, str] | None:
        """Return an expression of columns and of what never changes; on many bars it is computed for each of them."""
        columns: dict[str, str] = {}
        if not self._takes_columns(node, columns) or not columns:
            return None
        once = self.write(node)
        names, over = ", ".join(columns), ", ".join(columns.values())
        return f"[{once} for {names} in {over if len(columns) == 1 else f'together({over})'}]", f"({once})"

    def _takes_columns(self, node: tree.Expression, columns: dict[str, str]) -> bool:
        """Return whether an expression takes nothing but columns and what never changes; note these columns by name."""
        if self.is_steady(node):
            return True
        match node:
            case tree.Builtin() if node.name in _COLUMNS:
                columns[self.unit.price(node.name)] = f"bars.{node.name}"
            case tree.Builtin() if node.name in MEANS:
                for price in MEANS[node.name][1]:
                    columns[self.unit.price(price)] = f"bars.{price}"
            case tree.Read() if node.symbol in self.unit.columns:
                over, once = self.unit.columns[node.symbol]
                columns[once] = over
            case tree.Arithmetic() if node.type != STRING:
                return self._takes_columns(node.left, columns) and self._takes_columns(node.right, columns)
            case tree.Comparison():
                return self._takes_columns(node.left, columns) and self._takes_columns(node.right, columns)
            case tree.Logic():
                return self._takes_columns(node.left, columns) and self._may_take_columns(node.right, columns)
            case tree.Negation() | tree.Not() | tree.Truth():
                return self._takes_columns(node.operand, columns)
            case tree.Choice():
                parts = (node.then, node.otherwise)
                sure = self._takes_columns(node.condition, columns)
                return sure and all(self._may_take_columns(part, columns) for part in parts)
            case tree.BuiltinCall() if node.name in _HARMLESS:
                return all(self._takes_columns(argument, columns) for argument in node.arguments)
            case tree.BuiltinCall() if node.type.name != "tuple":
                name = self.computed_ahead(node)
                if name is None:
                    return False
                columns[name] = f"{name}__"
            case _:
                return False
        return True

    def _may_take_columns(self, node: tree.Expression, columns: dict[str, str]) -> bool:
        """Return the same of a part that is not always computed."""
        before, self.is_sure = self.is_sure, False
        takes = self._takes_columns(node, columns)
        self.is_sure = before
        return takes


def begins(main: Unit, rest: list[str]) -> list[Line]:
    """Return the lines with which a bar begins, before the rest of it."""
    named = {name for text in rest for name in _NAME.findall(text)} | set(main.cells)
    prices = {name: f"{name} = context.{path}" for name, path in sorted(main.prices.items())}
    lines = [(text, 0) for name, text in prices.items() if name in named or not main.looks_ahead]
    if not main.looks_ahead:
        return lines
    needed = [name for value in main.ahead for name in value.names if name in named]
    lines += [
        ("if rows is None:", 0),
        *((f"    {text}", 0) for name, text in prices.items() if name not in named),
        *((f"    {value.targets} = {value.once}", value.origin) for value in main.ahead),
        *((f"    {value.show}({value.once})", value.origin) for value in main.shown),
    ]
    if needed:
        lines += [("else:", 0), (f"    {', '.join(needed)}, = following(rows)", 0)]
    main.rows = f"together({', '.join([f'{name}__' for name in needed])})" if needed else "True"
    return lines


def prepares(main: Unit) -> list[Line]:
    """Return the function that prepares what many bars begin with; it is called without bars when they are done."""
    if not main.looks_ahead:
        return []
    return [
        ("rows = None", 0),
        ("def ahead(bars):", 0),
        ("    nonlocal rows", 0),
        ("    rows = None", 0),
        ("    if bars is None: return", 0),
        *((f"    {value.columns} = {value.over}", value.origin) for value in main.ahead),
        *((f"    {value.show}_all({value.over})", value.origin) for value in main.shown),
        (f"    rows = {main.rows}", 0),
        ("keep.looks_ahead(ahead)", 0),
    ]
