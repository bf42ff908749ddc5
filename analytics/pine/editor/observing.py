"""The compiler's own analysis, which remembers what it learns by the way: every variable, every function's result."""

from typing import Self

from analytics.pine.diagnostics import Diagnostics
from analytics.pine.semantics import tree
from analytics.pine.semantics.analyzer import Analyzer
from analytics.pine.semantics.scopes import Scope
from analytics.pine.semantics.userfunctions import Kind
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, NA

AT_THE_END = 1 << 40


class Observer(Analyzer):
    """`symbols` are the variables by name and place, `results` the functions by their declaration."""

    def __init__(self, version: int, diagnostics: Diagnostics) -> None:
        super().__init__(version, diagnostics)
        self.symbols: dict[tuple[str, int, int], tree.Symbol] = {}
        self.results: dict[int, tree.Function] = {}

    def enter(self, symbol: tree.Symbol) -> None:
        """Remember a variable; of one in a function that is called with several types, the first that is known."""
        super().enter(symbol)
        key = (symbol.name, symbol.span.line, symbol.span.column)
        known = self.symbols.get(key)
        if known is None or known.type in (ANY, NA):
            self.symbols[key] = symbol

    def analysed(self, node: nodes.FunctionDeclaration, kinds: tuple[Kind, ...]) -> tree.Function:
        """Remember what a function returns."""
        function = super().analysed(node, kinds)
        known = self.results.get(id(node))
        if known is None or known.type in (ANY, NA):
            self.results[id(node)] = function
        return function

    def forget_code(self) -> None:
        """Let go of what only a generator would need: most of what an analysis makes."""
        self.script = tree.Script(self.version)
        self.out = []
        for function in self.results.values():
            function.body = tree.Block()

    def aside(self, visible: dict[str, tree.Symbol]) -> Self:
        """Return an analysis that knows the same script, for expressions at a place where these variables are seen."""
        other = type(self)(self.version, Diagnostics())
        other.global_scope = self.global_scope
        other.scope = Scope(symbols=visible)
        other.order = AT_THE_END
        other.defaults = self.defaults
        other.declared_functions = self.declared_functions
        other.declared_types = self.declared_types
        other.declared_enums = self.declared_enums
        other.libraries = self.libraries
        return other
