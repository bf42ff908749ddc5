"""Calls: of the reference, of methods, of user functions, of the constructors of types."""

from abc import abstractmethod
from dataclasses import replace

from analytics.pine.diagnostics import Span
from analytics.pine.reference import functions, methods, namespaces, values
from analytics.pine.reference.notation import Parameter, Signature
from analytics.pine.reference.refused import refusal
from analytics.pine.semantics import tree
from analytics.pine.semantics.expressions import ExpressionAnalysis, literal
from analytics.pine.semantics.inputs import input_value
from analytics.pine.semantics.overloads import Given, Match, match, resolved
from analytics.pine.semantics.plot_counts import count_plot
from analytics.pine.semantics.sorting import name_sort_field
from analytics.pine.semantics.suggestions import FORMER_ARGUMENTS
from analytics.pine.semantics.walking import dotted
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, BOOL, COLOR, NA, VOID, Qualifier, Type, array, group, is_number

GLOBAL_ONLY = frozenset(
    [
        "indicator",
        "strategy",
        "library",
        "plot",
        "plotshape",
        "plotchar",
        "plotarrow",
        "plotbar",
        "plotcandle",
        "bgcolor",
        "barcolor",
        "hline",
        "fill",
        "alertcondition",
    ]
)
DECLARATIONS = frozenset({"indicator", "strategy", "library"})
REQUESTS = frozenset({"request.security", "request.security_lower_tf"})
_STATELESS = frozenset({"ta.tr"})
_STATEFUL = frozenset({"math.sum", "fixnan", "ta.barssince"})
_PLACES_OF_COLOURS = {"plot": 2, "plotshape": 4, "plotchar": 4, "plotarrow": 2, "bgcolor": 0, "fill": 2, "barcolor": 0}
_LIBRARIES_REFUSED = "Functions of published libraries are not available here."


def keeps_history(name: str) -> bool:
    """Return whether a function of the reference computes from its earlier calls."""
    return (name.startswith("ta.") and name not in _STATELESS) or name in _STATEFUL


class CallAnalysis(ExpressionAnalysis):
    def call(self, node: nodes.Call) -> tree.Expression:
        callee = node.callee
        if isinstance(callee, nodes.Name):
            return self._named_call(callee.name, node)
        if isinstance(callee, nodes.Attribute):
            return self._dotted_call(callee, node)
        self.error("call-target", node.span, "Only functions can be called.")
        return self.unknown(node.span)

    def arguments(self, node: nodes.Call) -> list[Given]:
        return [
            Given(argument.name, self.expression(argument.value), argument.value.span, argument.span)
            for argument in node.arguments
        ]

    def _named_call(self, name: str, node: nodes.Call) -> tree.Expression:
        declared = self.visible_functions(name)
        if declared:
            return self.user_call(name, declared, self.arguments(node), node.span)
        if name in functions():
            return self.builtin_call(name, node, self.arguments(node))
        return self._unknown_function(name, node)

    def _unknown_function(self, name: str, node: nodes.Call) -> tree.Expression:
        self.arguments(node)
        reason = refusal(name)
        if reason:
            self.error("not-available", node.callee.span, f"`{name}()` is not available: {reason}")
        elif self.function is not None and self.function.name == name:
            hint = "Write a loop."
            self.error("function-unknown", node.callee.span, f"`{name}()` calls itself, which no function can.", hint)
        elif name in self.declared_functions:
            hint = "Declare it above; a function cannot call itself."
            self.error("function-unknown", node.callee.span, f"`{name}()` is declared only further down.", hint)
        else:
            known = self.suggestion(name, callable_only=True)
            self.error("function-unknown", node.callee.span, f"There is no function `{name}()`.", known)
        return self.unknown(node.span)

    def _dotted_call(self, callee: nodes.Attribute, node: nodes.Call) -> tree.Expression:
        name = dotted(callee)
        root = name.partition(".")[0]
        symbol = self.scope.find(root) if root else None
        if name and symbol is None:
            if root in self.libraries:
                self.arguments(node)
                self.error("library-refused", callee.span, f"`{name}()`: {_LIBRARIES_REFUSED}")
                return self.unknown(node.span)
            if root in self.declared_types and name.count(".") == 1:
                return self._of_type(self.declared_types[root], callee.name, node)
            receiver = dotted(callee.value)
            if name in functions():
                return self.builtin_call(name, node, self.arguments(node))
            if receiver not in values() and root not in self.declared_enums:
                return self._unknown_function(name, node)
        elif name in functions() and root in namespaces() and not self._is_method_of(symbol, callee.name, node):
            return self.builtin_call(name, node, self.arguments(node))
        return self._method_call(self.expression(callee.value), callee, node)

    def _is_method_of(self, symbol: tree.Symbol | None, name: str, node: nodes.Call) -> bool:
        """Return whether a call on a variable that is named like a namespace is one of a method of its own."""
        if symbol is None:
            return False
        found = self._builtin_method(symbol.type, name)
        if not found:
            return symbol.type.name == "user"
        first = node.arguments[0].value if node.arguments and not node.arguments[0].name else None
        return not (isinstance(first, nodes.Name) and self._type_of_name(first.name) == symbol.type)

    def _type_of_name(self, name: str) -> Type | None:
        symbol = self.scope.find(name)
        return symbol.type if symbol else None

    # Methods ---------------------------------------------------------------------------------------------------------

    def _builtin_method(self, kind: Type, name: str) -> str:
        for found in methods().get(name, ()):
            if found.rpartition(".")[0] == kind.name:
                return found
        return ""

    def _method_call(self, receiver: tree.Expression, callee: nodes.Attribute, node: nodes.Call) -> tree.Expression:
        name = callee.name
        given = [Given("", receiver, callee.value.span), *self.arguments(node)]
        if receiver.type == ANY:
            return self.unknown(node.span)
        declared = self.visible_functions(name, methods_only=True)
        if declared and any(self.takes(one, receiver.type) for one in declared):
            return self.user_call(name, declared, given, node.span)
        found = self._builtin_method(receiver.type, name)
        if found:
            return self.builtin_call(found, node, given)
        if receiver.type.name == "user" and name == "copy":
            return tree.CopyObject(node.span, receiver.type, Qualifier.SERIES, receiver)
        hint = ""
        if self.visible_functions(name):
            hint = "Write `method` in front of its declaration, or call it as a function."
        self.error("method-unknown", callee.span, f"`{receiver.type}` has no method `{name}()`.", hint)
        return self.unknown(node.span)

    def takes(self, declared: nodes.FunctionDeclaration, kind: Type) -> bool:
        """Return whether a function can be called as a method of values of a type."""
        if not declared.parameters:
            return False
        written = declared.parameters[0].type
        if written is None:
            return True
        wanted = self.written_type(written)
        return wanted == kind or (wanted.name == "float" and kind.name == "int")

    # Constructors ----------------------------------------------------------------------------------------------------

    def _of_type(self, declared: nodes.TypeDeclaration, name: str, node: nodes.Call) -> tree.Expression:
        kind = Type("user", (), declared.name)
        given = self.arguments(node)
        if name == "copy":
            parameter = Parameter("id", Qualifier.SERIES, kind)
            found = match(f"{declared.name}.copy", Signature((parameter,), kind, None), given, self.version, {})
            if found.problem:
                return self._refuse_call(found, node)
            return tree.CopyObject(node.span, kind, Qualifier.SERIES, found.arguments["id"])
        if name != "new":
            declared_methods = self.visible_functions(name, methods_only=True)
            if declared_methods:
                return self.user_call(name, declared_methods, given, node.span)
            hint = f"Objects are made with `{declared.name}.new()`."
            self.error("function-unknown", node.callee.span, f"`{declared.name}` has no function `{name}()`.", hint)
            return self.unknown(node.span)
        parameters = tuple(
            Parameter(field.name, Qualifier.SERIES, self.written_type(field.type), optional=True)
            for field in declared.fields
        )
        found = match(f"{declared.name}.new", Signature(parameters, kind, None), given, self.version, {})
        if found.problem:
            return self._refuse_call(found, node)
        arguments = [
            self.typed(found.arguments[parameter.name], parameter.type)
            if parameter.name in found.arguments
            else self.field_default(field, parameter.type)
            for parameter, field in zip(parameters, declared.fields, strict=True)
        ]
        return tree.NewObject(node.span, kind, Qualifier.SERIES, declared.name, arguments)

    def field_default(self, field: nodes.Field, kind: Type) -> tree.Expression:
        if field.default is None:
            return self.missing(kind, field.span)
        value = self.expression(field.default)
        return self.missing(kind, field.span) if value.type == NA else value

    def missing(self, kind: Type, span: Span) -> tree.Expression:
        """Return the missing value of a type."""
        value = False if kind == BOOL and self.version >= 6 else None
        return tree.Constant(span, kind, Qualifier.CONST, value)

    # The reference ---------------------------------------------------------------------------------------------------

    def builtin_call(self, name: str, node: nodes.Call, given: list[Given]) -> tree.Expression:
        span = node.span
        if name in GLOBAL_ONLY and (self.level or self.function is not None):
            self.error("call-local", span, f"`{name}()` can only be called outside of blocks and functions.")
            return self.unknown(span)
        given, when = self._without_when(name, given)
        given = self._with_transparency(name, given)
        bound = self._bound_by_types(name, node)
        if bound is None:
            return self.unknown(span)
        found = self._overload(name, given, bound)
        if found.problem:
            return self._refuse_call(found, node)
        signature = found.signature
        if name in DECLARATIONS:
            return self.declaration(name, found, span)
        count_plot(self, name, found, span)
        if name == "na" and self.version >= 6 and found.arguments["x"].type == BOOL:
            hint = "A `bool` of version 6 is true or false."
            self.error("argument-type", found.arguments["x"].span, "`na()` does not take a `bool`.", hint)
        self._give_types(found)
        name_sort_field(self, name, found, span)
        if name.startswith("strategy."):
            self.of_strategies.append((name + "()", span))
        result = resolved(signature.result, found.bound)
        strongest = max((argument.value.qualifier for argument in given), default=Qualifier.CONST)
        qualifier = strongest if signature.result_qualifier is None else signature.result_qualifier
        if name == "input" or name.startswith("input."):
            return input_value(self, name, found, result, qualifier, span)
        self._note_history(name, span)
        arguments = self._in_order(name, found)
        if name == "request.security_lower_tf" and result.arguments[0].name == "tuple":
            result = group(tuple(array(item) for item in result.arguments[0].arguments))
        if name in REQUESTS:
            return tree.RequestCall(span, result, qualifier, name, arguments, found.arguments["expression"])
        call = tree.BuiltinCall(span, result, qualifier, name, arguments, self.level)
        if when is not None:
            block = tree.Block([tree.Evaluate(span, call)])
            self.out.append(tree.If(span, self.condition(when), block, None))
            return tree.Constant(span, VOID, Qualifier.CONST, None)
        return call

    @abstractmethod
    def declaration(self, name: str, found: Match, span: Span) -> tree.Expression:
        """Note what the script says it is."""

    def _give_types(self, found: Match) -> None:
        """Let every `na` among the arguments be the missing value of what is wanted there."""
        for parameter in found.signature.parameters:
            kind = resolved(parameter.type, found.bound)
            if parameter.variadic:
                found.rest = [self.typed(value, kind) for value in found.rest]
            elif parameter.name in found.arguments:
                found.arguments[parameter.name] = self.typed(found.arguments[parameter.name], kind)

    def typed(self, value: tree.Expression, kind: Type) -> tree.Expression:
        """Return a value, the missing one of a type if it is `na`; so for each of several values."""
        if isinstance(value, tree.Group) and kind.name == "tuple" and len(kind.arguments) == len(value.items):
            items = [self.typed(item, inner) for item, inner in zip(value.items, kind.arguments, strict=True)]
            return tree.Group(value.span, kind, value.qualifier, items)
        return self.missing(kind, value.span) if value.type == NA and kind.name not in ("na", "any") else value

    def _without_when(self, name: str, given: list[Given]) -> tuple[list[Given], tree.Expression | None]:
        """Take out `when`, which orders of version 5 may still have."""
        if self.version >= 6 or not name.startswith("strategy."):
            return given, None
        for argument in given:
            if argument.name == "when":
                self._warn_of_former("when", argument.span)
                return [other for other in given if other is not argument], argument.value
        return given, None

    def _warn_of_former(self, argument: str, span: Span) -> None:
        self.warning("argument-deprecated", span, f"`{argument}` is gone in version 6.", FORMER_ARGUMENTS[argument])

    def _with_transparency(self, name: str, given: list[Given]) -> list[Given]:
        """Put `transp`, which plots of version 5 may still have, into their colour."""
        place = _PLACES_OF_COLOURS.get(name)
        transparency = next((argument for argument in given if argument.name == "transp"), None)
        if self.version >= 6 or place is None or transparency is None:
            return given
        self._warn_of_former("transp", transparency.span)
        kept: list[Given] = []
        for number, argument in enumerate(other for other in given if other is not transparency):
            if argument.name == "color" or (not argument.name and number == place):
                parts = [argument.value, transparency.value]
                strongest = max(part.qualifier for part in parts)
                value = tree.BuiltinCall(argument.span, COLOR, strongest, "color.new", parts, self.level)
                fits_both = argument.value.type in (COLOR, NA) and is_number(transparency.value.type)
                argument = replace(argument, value=value if fits_both else argument.value)
            kept.append(argument)
        return kept

    def _bound_by_types(self, name: str, node: nodes.Call) -> dict[str, Type] | None:
        letters = {"array.new": "T", "matrix.new": "T", "map.new": "KV"}.get(name, "")
        if len(node.types) != len(letters):
            if letters:
                hint = f"Write `{name}<string, float>()`." if name == "map.new" else f"Write `{name}<float>()`."
                self.error("type-arguments", node.span, f"`{name}()` needs the types of what it holds.", hint)
            else:
                self.error("type-arguments", node.span, f"`{name}()` has no types in it.")
            return None
        bound: dict[str, Type] = {}
        for letter, written in zip(letters, node.types, strict=True):
            bound[letter] = bound[f"{letter} fixed"] = self.written_type(written)
        return bound

    def _overload(self, name: str, given: list[Given], bound: dict[str, Type]) -> Match:
        best: Match | None = None
        for signature in functions()[name].overloads:
            if self.version not in signature.versions:
                continue
            found = match(name, signature, given, self.version, bound)
            if not found.problem:
                return found
            if best is None or found.progress > best.progress:
                best = found
        if best is None:
            signature = functions()[name].overloads[0]
            problem = f"`{name}()` is not a function of version {self.version}."
            return Match(signature).fail("function-version", problem, None)
        return best

    def _refuse_call(self, found: Match, node: nodes.Call) -> tree.Expression:
        self.error(found.code, found.span or node.span, found.problem, found.hint)
        return self.unknown(node.span)

    def _note_history(self, name: str, span: Span) -> None:
        if not keeps_history(name):
            return
        if self.function is not None:
            self.function.stateful = True
        if self.conditional:
            self.warning(
                "call-inconsistent",
                span,
                f"`{name}()` computes from its earlier calls, and it is not called on each bar here.",
                "Call it outside, give the result a name, and use that.",
            )

    def _in_order(self, name: str, found: Match) -> list[tree.Expression]:
        """Return all arguments in the order of the first signature, defaults filled in, variadic ones at the end."""
        signature = found.signature
        filled: dict[str, tree.Expression] = {}
        for parameter in signature.parameters:
            if parameter.variadic:
                continue
            filled[parameter.name] = found.arguments.get(parameter.name) or self._default(parameter, found)
        if not signature.call_as:
            return [*filled.values(), *found.rest]
        return [filled[word] if word in filled else literal(word) for word in signature.call_as]

    def _default(self, parameter: Parameter, found: Match) -> tree.Expression:
        if parameter.default:
            return literal(parameter.default)
        return self.missing(resolved(parameter.type, found.bound), Span(1, 1, 1))

    # User functions --------------------------------------------------------------------------------------------------

    @abstractmethod
    def visible_functions(self, name: str, *, methods_only: bool = False) -> list[nodes.FunctionDeclaration]:
        """Return the functions of the script with a name that can be called here."""

    @abstractmethod
    def user_call(
        self, name: str, declared: list[nodes.FunctionDeclaration], given: list[Given], span: Span
    ) -> tree.Expression:
        """Return a call of the first of these functions that it fits."""
