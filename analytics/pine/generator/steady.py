"""What is known before the first bar: variables that never change, and the options of plots."""

from abc import abstractmethod

from analytics.pine.generator.expressions import ATOM, MEANS, PRICES, ExpressionWriter
from analytics.pine.runtime.bindings import PerCall
from analytics.pine.runtime.plots import Plotting
from analytics.pine.semantics import tree

_NUMBERS = ("ta.", "math.")


class SteadyWriter(ExpressionWriter):
    """Writes before the function for a bar what is the same on all of them."""

    def may_be_steady(self, symbol: tree.Symbol) -> bool:
        """Return whether a variable has the value of its declaration on all bars, wherever it is seen."""
        return self.unit.is_main and not (symbol.level or symbol.in_function or symbol.reassigned)

    def set_once(self, symbol: tree.Symbol, value: tree.Expression, line: int) -> None:
        """Write a declaration that is carried out before the first bar."""
        self.unit.steady.append((f"{symbol.code} = {self.write(value)}", line))
        self.steady.add(symbol)

    def _builtin_call(self, node: tree.BuiltinCall) -> tuple[str, int]:
        """Write a call; one in which only a few arguments change is told the others before the first bar."""
        binding = self.bindings.get(node.name)
        if not (isinstance(binding, PerCall) and hasattr(binding.state, "moving")):
            return super()._builtin_call(node)
        moving = binding.state.moving
        others = [argument for place, argument in enumerate(node.arguments) if place not in moving]
        if not all(map(self.is_steady, others)):
            return super()._builtin_call(node)
        line, state, told = node.span.line, self.name("s"), self.name("z")
        given = ", ".join([self.write(argument) for argument in others])
        self.unit.main.steady.append((f"{told} = ({given})", line))
        self.unit.setup.append((f"{state} = keep.part({self.bound(node.name, binding.state)}(context)).at", line))
        return f"{state}({', '.join([*(self.write(node.arguments[place]) for place in moving), told])})", ATOM

    def plot(self, node: tree.BuiltinCall, symbol: tree.Symbol | None = None) -> bool:
        """Write a call that plots, if its options are known before the first bar; then the bars give only values."""
        binding = self.bindings.get(node.name)
        if node.level or not isinstance(binding, PerCall) or not issubclass(binding.state, Plotting):
            return False
        if symbol is not None and not self.may_be_steady(symbol):
            return False
        form = binding.state.form_of(len(node.arguments))
        known = [self.is_steady(argument) for argument in node.arguments]
        named = dict(zip(form.parameters, zip(node.arguments, known, strict=True), strict=True))
        if not all(is_known for name, (_, is_known) in named.items() if name not in form.changing):
            return False
        line, unit, place = node.span.line, self.unit, self.name("s")
        given = ", ".join([self.write(one) if is_known else "None" for one, is_known in named.values()])
        varying = [name for number, name in enumerate(form.changing) if not (number and named[name][1])]
        shows = [f"{place}_{number}" for number in range(len(varying))]
        unit.steady.append((f"{place} = keep.part({self.bound(node.name, binding.state)}(context))", line))
        targets = "".join(f"{show}, " for show in shows)
        unit.steady.append((f"{targets.rstrip() or place + '_'} = {place}.begin(({given}), {tuple(known)})", line))
        for show, name in zip(shows, varying, strict=True):
            value = named[name][0]
            if self.shown_ahead(show, value):
                continue
            unit.line(f"{show}({self._number(value) if name in form.prices else self.surely(value)})", line)
        if any(shown.show in shows for shown in unit.shown):
            unit.steady.append((f"{''.join(f'{show}_all, ' for show in shows)}= {place}.many()", line))
        if symbol is not None:
            unit.steady.append((f"{symbol.code} = {place}.plot", line))
            self.steady.add(symbol)
        return True

    @abstractmethod
    def shown_ahead(self, show: str, value: tree.Expression) -> bool:
        """Write ahead what a plot takes in if that can be."""

    def _number(self, node: tree.Expression) -> str:
        """Return a number as source; what collections say of nothing, which may be None, as na."""
        text = self.surely(node)
        waiting = [node]
        while waiting:
            part = waiting.pop()
            match part:
                case tree.Choice():
                    waiting += [part.then, part.otherwise]
                case tree.Constant() | tree.Arithmetic() | tree.Negation():
                    pass
                case tree.Builtin() if part.name in PRICES or part.name in MEANS:
                    pass
                case tree.BuiltinCall() if part.name.startswith(_NUMBERS):
                    pass
                case tree.Read() if part.symbol in self.unit.columns:
                    pass
                case tree.Read() if part is node:
                    return f"NA if {text} is None else {text}"
                case _:
                    shown = self.name("n")
                    return f"NA if ({shown} := {text}) is None else {shown}"
        return text
