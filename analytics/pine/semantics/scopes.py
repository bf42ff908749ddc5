"""Which names are seen where."""

from dataclasses import dataclass, field

from analytics.pine.semantics.tree import Symbol


@dataclass(slots=True)
class Scope:
    """A block; the outermost of a function has the script's as its parent, as it was where the function stands."""

    parent: "Scope | None" = None
    symbols: dict[str, Symbol] = field(default_factory=dict)
    is_function: bool = False
    declared_before: int = 0
    """For the scope of a function: only symbols of the script with a lower order are seen."""
    conditional: bool = False
    """Whether the block does not run on each bar."""
    is_loop: bool = False

    def find(self, name: str) -> Symbol | None:
        scope: Scope | None = self
        limit = None
        while scope is not None:
            symbol = scope.symbols.get(name)
            if symbol is not None and (limit is None or symbol.order < limit):
                return symbol
            if scope.is_function:
                limit = scope.declared_before
            scope = scope.parent
        return None
