"""What depends on nothing but prices: over the history it is computed for many bars at once."""

from analytics.pine.generator.expressions import MEANS, OR
from analytics.pine.generator.steady import SteadyWriter
from analytics.pine.generator.unit import Ahead, Line, Unit
from analytics.pine.runtime.bindings import PerCall
from analytics.pine.semantics import tree

_COLUMNS = frozenset({"open", "high", "low", "close", "volume"})


class ColumnWriter(SteadyWriter):
    """Writes calls of `ta` functions that every bar makes with prices, or with values of other such calls, ahead.

    A bar begins with them: it computes them, or takes them from rows that `ahead` has prepared for many bars.
    """

    looks_ahead = True
    """Whether anybody calls `ahead`."""

    def declared_ahead(self, symbol: tree.Symbol, value: tree.Expression) -> bool:
        """Write a declaration ahead if it can be; note what it is on many bars."""
        if not self.may_be_steady(symbol) or self.unit.indent != 1:
            return False
        self.is_sure = True
        column = self._column(value, symbol)
        self.is_sure = False
        if column is None:
            return False
        self.unit.columns[symbol] = column
        if column[1] != symbol.code:
            return False
        self.unit.assigned(symbol)
        return True

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
                return None if name is None else (f"{name}__", name)
        return None


def begins(main: Unit) -> list[Line]:
    """Return the lines with which a bar begins."""
    if not main.ahead:
        return []
    names = "".join(f"{name}, " for value in main.ahead for name in value.names)
    return [
        ("if rows is None:", 0),
        *((f"    {value.targets} = {value.once}", value.origin) for value in main.ahead),
        ("else:", 0),
        (f"    {names}= following(rows)", 0),
    ]


def prepares(main: Unit) -> list[Line]:
    """Return the function that prepares what many bars begin with; it is called without bars when they are done."""
    if not main.ahead:
        return []
    columns = ", ".join(value.columns for value in main.ahead)
    return [
        ("rows = None", 0),
        ("def ahead(bars):", 0),
        ("    nonlocal rows", 0),
        ("    rows = None", 0),
        ("    if bars is None: return", 0),
        *((f"    {value.columns} = {value.over}", value.origin) for value in main.ahead),
        (f"    rows = together({columns})", 0),
        ("keep.looks_ahead(ahead)", 0),
    ]
