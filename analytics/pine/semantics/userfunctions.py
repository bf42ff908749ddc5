"""User functions: one analysis for each combination of types they are called with."""

from abc import abstractmethod

from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.reference.notation import Parameter, Signature
from analytics.pine.semantics import tree
from analytics.pine.semantics.calls import CallAnalysis
from analytics.pine.semantics.overloads import Given, Match, match
from analytics.pine.semantics.quotients import is_quotient
from analytics.pine.semantics.scopes import Scope
from analytics.pine.semantics.walking import assigned_names
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, FLOAT, NA, VOID, Qualifier, Type

MOST_INSTANCES = 2_000
Kind = tuple[Type, Qualifier, bool]
_Key = tuple[int, tuple[Kind, ...]]


class FunctionAnalysis(CallAnalysis):
    def __init__(self, version: int, diagnostics: Diagnostics) -> None:
        super().__init__(version, diagnostics)
        self.defaults: dict[int, tree.Expression] = {}
        self._instances: dict[_Key, tree.Function] = {}

    @abstractmethod
    def statements(self, statements: list[nodes.Statement], *, wanted: bool) -> tree.Expression | None:
        """Analyse the statements of a block; return the value of the last one if it is wanted."""

    def declare_function(self, node: nodes.FunctionDeclaration) -> None:
        """Note a function; its body is analysed when it is called."""
        if node.exported:
            self.error("library-refused", node.span, "`export` is for libraries, which are not available here.")
        if self.level or self.function is not None:
            self.error("declaration-local", node.span, "Functions are declared outside of blocks and functions.")
            return
        if node.is_method and (not node.parameters or node.parameters[0].type is None):
            hint = f"Write `method {node.name}(float this, …)`."
            self.error("method-type", node.span, "The first parameter of a method needs a type.", hint)
        seen: set[str] = set()
        for parameter in node.parameters:
            if parameter.name in seen:
                self.error("name-taken", parameter.span, f"`{node.name}()` has two parameters `{parameter.name}`.")
            seen.add(parameter.name)
            if parameter.default is not None:
                self.defaults[id(parameter)] = self.expression(parameter.default)
        self.order += 1
        self.declared_functions.setdefault(node.name, []).append((self.order, node))

    def visible_functions(self, name: str, *, methods_only: bool = False) -> list[nodes.FunctionDeclaration]:
        limit = self._limit()
        return [
            declared
            for order, declared in self.declared_functions.get(name, ())
            if order < limit and (declared.is_method or not methods_only)
        ]

    def _limit(self) -> int:
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.is_function:
                return scope.declared_before
            scope = scope.parent
        return self.order + 1

    def user_call(
        self, name: str, declared: list[nodes.FunctionDeclaration], given: list[Given], span: Span
    ) -> tree.Expression:
        best: Match | None = None
        for one in declared:
            parameters = tuple(self.parameter(parameter) for parameter in one.parameters)
            found = match(name, Signature(parameters, ANY, None), given, self.version, {})
            if not found.problem:
                return self._call(one, parameters, found, span)
            if best is None or found.progress > best.progress:
                best = found
        assert best is not None
        self.error(best.code, best.span or span, best.problem, best.hint)
        return self.unknown(span)

    def parameter(self, node: nodes.Parameter) -> Parameter:
        """Return a parameter as the reference describes those of its functions."""
        kind, qualifier = ANY, Qualifier.SERIES
        if node.type is not None:
            kind = self.written_type(node.type)
            if node.type.qualifier:
                qualifier = Qualifier[node.type.qualifier.upper()]
        return Parameter(node.name, qualifier, kind, optional=node.default is not None)

    def _call(
        self, node: nodes.FunctionDeclaration, parameters: tuple[Parameter, ...], found: Match, span: Span
    ) -> tree.Expression:
        arguments: list[tree.Expression] = []
        for parameter, written in zip(parameters, node.parameters, strict=True):
            argument = found.arguments.get(parameter.name)
            if argument is None:
                argument = self.defaults.get(id(written)) or self.unknown(span)
            if argument.type == NA and parameter.type != ANY:
                argument = self.missing(parameter.type, argument.span)
            arguments.append(argument)
        function = self._instance(node, parameters, arguments, span)
        if function is None:
            return self.unknown(span)
        if function.stateful:
            if self.function is not None:
                self.function.stateful = True
            if self.conditional:
                self.warning(
                    "call-inconsistent",
                    span,
                    f"`{node.name}()` computes from its earlier calls, and it is not called on each bar here.",
                    "Call it outside, give the result a name, and use that.",
                )
        return tree.FunctionCall(span, function.type, function.qualifier, function, arguments)

    def _instance(
        self,
        node: nodes.FunctionDeclaration,
        parameters: tuple[Parameter, ...],
        arguments: list[tree.Expression],
        span: Span,
    ) -> tree.Function | None:
        kinds = tuple(
            (
                argument.type if parameter.type == ANY else parameter.type,
                argument.qualifier,
                parameter.type == ANY and is_quotient(argument),
            )
            for parameter, argument in zip(parameters, arguments, strict=True)
        )
        key = (id(node), kinds)
        found = self._instances.get(key)
        if found is None:
            if len(self._instances) >= MOST_INSTANCES:
                message = "The functions are called with too many combinations of types."
                self.error("too-deep", span, message, "Give the parameters types.")
                return None
            found = self._instances[key] = self.analysed(node, kinds)
            self.script.functions.append(found)
        return found

    def analysed(self, node: nodes.FunctionDeclaration, kinds: tuple[Kind, ...]) -> tree.Function:
        """Analyse the body of a function for one combination of types."""
        outer = (self.scope, self.out, self.function, self.level, self.conditional, self.loops, self.assigned)
        order = next(order for order, declared in self.declared_functions[node.name] if declared is node)
        self.names_made += 1
        function = tree.Function(node.name, f"f{self.names_made}_{node.name}", [], tree.Block(), VOID, Qualifier.CONST)
        self.scope = Scope(self.global_scope, is_function=True, declared_before=order)
        self.out, self.function, self.level, self.conditional, self.loops = [], function, 1, 0, 0
        self.assigned = assigned_names(node.body)
        for parameter, (kind, qualifier, quotient) in zip(node.parameters, kinds, strict=True):
            if parameter.name in self.assigned:
                qualifier = Qualifier.SERIES
            symbol = self.symbol(parameter.name, FLOAT if kind == NA else kind, qualifier, parameter.span)
            symbol.is_parameter = True
            symbol.quotient = quotient
            symbol.reassigned = parameter.name in self.assigned
            self.enter(symbol)
            function.parameters.append(symbol)
        result = self.statements(node.body, wanted=True)
        function.body = tree.Block(self.out, result)
        if result is not None:
            function.type, function.qualifier = result.type, result.qualifier
        self.scope, self.out, self.function, self.level, self.conditional, self.loops, self.assigned = outer
        return function

    def _analyse_uncalled(self) -> None:
        """Look for mistakes in functions that nothing calls; types that only a call would tell fit everywhere."""
        called = {node for node, _ in self._instances}
        for declared in list(self.declared_functions.values()):
            for _, node in declared:
                if id(node) in called:
                    continue
                kinds = tuple(
                    (self.written_type(parameter.type) if parameter.type else ANY, Qualifier.CONST, False)
                    for parameter in node.parameters
                )
                self.analysed(node, kinds)
