"""What every part of the analysis shares."""

from itertools import chain

from analytics.pine import types
from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.reference import functions, namespaces, values
from analytics.pine.semantics import tree
from analytics.pine.semantics.scopes import Scope
from analytics.pine.semantics.suggestions import FORMER, closest, in_namespace
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, BOOL, NA, VOID, Qualifier, Type

MOST_VARIABLES = 1_000


class Analysis:
    """The state of one analysis: scopes, what is declared, the statements being written."""

    def __init__(self, version: int, diagnostics: Diagnostics) -> None:
        self.version = version
        self.diagnostics = diagnostics
        self.script = tree.Script(version)
        self.global_scope = Scope()
        self.scope = self.global_scope
        self.out: list[tree.Statement] = []
        self.function: tree.Function | None = None
        self.level = 0
        self.conditional = 0
        self.loops = 0
        self.order = 0
        self.names_made = 0
        self.plots_counted = 0
        self.assigned: frozenset[str] = frozenset()
        self.declared_functions: dict[str, list[tuple[int, nodes.FunctionDeclaration]]] = {}
        self.declared_types: dict[str, nodes.TypeDeclaration] = {}
        self.declared_enums: dict[str, nodes.EnumDeclaration] = {}
        self.of_strategies: list[tuple[str, Span]] = []
        """What was read or called that only strategies have."""
        self.libraries: dict[str, nodes.Import] = {}

    # Reports ---------------------------------------------------------------------------------------------------------

    def error(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.diagnostics.error(code, span, message, hint)

    def warning(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.diagnostics.warning(code, span, message, hint)

    def unknown(self, span: Span) -> tree.Expression:
        """Return what stands for an expression that has been reported."""
        return tree.Constant(span, ANY, Qualifier.CONST, None)

    def suggestion(self, name: str, *, callable_only: bool) -> str:
        """Return which known name may have been meant."""
        if name in FORMER:
            return f"Write `{FORMER[name]}`."
        known = chain(functions(), self.declared_functions)
        if not callable_only:
            known = chain(values(), *(scope.symbols for scope in self._scopes()))
        close = in_namespace(name, functions() if callable_only else values()) or closest(name, known)
        return f"Is `{close}` meant?" if close else ""

    def _scopes(self) -> list[Scope]:
        found, scope = [], self.scope
        while True:
            found.append(scope)
            if scope.parent is None:
                return found
            scope = scope.parent

    # Symbols ---------------------------------------------------------------------------------------------------------

    def symbol(self, name: str, kind: Type, qualifier: Qualifier, span: Span, mode: str = "") -> tree.Symbol:
        """Make a symbol; it is not yet in a scope."""
        self.names_made += 1
        self.order += 1
        return tree.Symbol(
            name,
            kind,
            qualifier,
            span,
            f"v{self.names_made}_{name}",
            level=self.level,
            order=self.order,
            mode=mode,
            in_function=self.function is not None,
        )

    def declare(self, symbol: tree.Symbol) -> None:
        """Put a symbol into the scope of the present block."""
        if symbol.name == "_":
            return
        earlier = self.scope.symbols.get(symbol.name)
        if earlier is not None:
            self.error(
                "name-taken",
                symbol.span,
                f"`{symbol.name}` is declared already, on line {earlier.span.line}.",
                "Change its value with `:=`, or choose another name.",
            )
        elif len(self.scope.symbols) >= MOST_VARIABLES:
            message = f"More than {MOST_VARIABLES} variables in one block."
            self.error("too-many-variables", symbol.span, message, "Use arrays, or functions.")
        elif self.scope.parent is None and symbol.name in values() and "." not in symbol.name:
            self.warning("name-shadows", symbol.span, f"`{symbol.name}` hides the variable of the language.")
        self.enter(symbol)

    def enter(self, symbol: tree.Symbol) -> None:
        """Let a symbol be seen in the present block."""
        self.scope.symbols[symbol.name] = symbol

    def temporary(self, kind: Type, qualifier: Qualifier, span: Span) -> tree.Symbol:
        symbol = self.symbol("t", kind, qualifier, span)
        symbol.level += 1  # it has no history and no function sees it
        return symbol

    # Types -----------------------------------------------------------------------------------------------------------

    def written_type(self, written: nodes.TypeName) -> Type:
        """Return the type that a script names."""
        name, arguments = written.name, written.arguments
        wanted = {"array": 1, "matrix": 1, "map": 2}.get(name, 0)
        if len(arguments) != wanted:
            if wanted:
                hint = "Write `map<string, float>`." if name == "map" else f"Write `{name}<float>`."
                self.error("type-arguments", written.span, f"`{name}` needs {wanted} type{'s'[: wanted - 1]}.", hint)
            else:
                self.error("type-arguments", written.span, f"`{name}` has no types in it.")
            return ANY
        if wanted:
            inner = tuple(self.written_type(argument) for argument in arguments)
            if name == "map" and inner[0].name not in ("int", "float", "bool", "string", "color", "enum", "any"):
                self.error("map-key", arguments[0].span, f"`{inner[0]}` cannot be the key of a map.")
            if any(item.name in ("array", "matrix", "map") for item in inner):
                hint = "Put it into a field of a type of your own."
                self.error("type-nested", written.span, "A collection cannot hold collections.", hint)
                return ANY
            return Type(name, inner)
        if name in types.WRITABLE:
            return types.SIMPLE_TYPES[name]
        if name in self.declared_types:
            return Type("user", (), name)
        if name in self.declared_enums:
            return Type("enum", (), name)
        if name.partition(".")[0] in self.libraries:
            return ANY
        self.error("type-unknown", written.span, f"There is no type `{name}`.")
        return ANY

    def condition(self, value: tree.Expression) -> tree.Expression:
        """Return a value as a condition."""
        return self.as_bool(value, "A condition")

    def as_bool(self, value: tree.Expression, what: str) -> tree.Expression:
        if value.type in (BOOL, ANY):
            return value
        if self.version < 6 and (types.is_number(value.type) or value.type == NA):
            return tree.Truth(value.span, BOOL, value.qualifier, value)
        hint = "Compare it, or use `bool()`." if types.is_number(value.type) else ""
        if value.type == VOID:
            hint = "The call gives no value."
        self.error("bool-wanted", value.span, f"{what} is a `bool`; this is `{value.type}`.", hint)
        return self.unknown(value.span)

    def is_name_of_language(self, name: str) -> bool:
        return name in values() or name in namespaces()
