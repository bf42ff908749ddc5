"""Expressions: their types, their qualifiers, what their names mean."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from analytics.pine import types
from analytics.pine.diagnostics import Span
from analytics.pine.reference import values
from analytics.pine.reference.colours import OF_VERSION_5
from analytics.pine.reference.notation import Value
from analytics.pine.reference.refused import refusal
from analytics.pine.runtime.numbers import LONGEST_HISTORY
from analytics.pine.semantics import tree
from analytics.pine.semantics.quotients import as_int, is_quotient
from analytics.pine.semantics.state import Analysis
from analytics.pine.semantics.walking import dotted
from analytics.pine.syntax import nodes
from analytics.pine.types import ANY, BOOL, COLOR, FLOAT, INT, NA, STRING, VOID, Qualifier, Type

_NOWHERE = Span(1, 1, 1)
POINT_FIELDS = {"index": INT, "time": INT, "price": FLOAT}
_SIMPLE_TEXTS: dict[str, tuple[Type, Any]] = {
    "true": (BOOL, True),
    "false": (BOOL, False),
    '""': (STRING, ""),
    "": (NA, None),
}


@cache
def literal(text: str) -> tree.Expression:
    """Return what an expression in the reference means: a literal, a constant or a variable of the language."""
    if text in _SIMPLE_TEXTS:
        kind, value = _SIMPLE_TEXTS[text]
        return tree.Constant(_NOWHERE, kind, Qualifier.CONST, value)
    entry = values().get(text)
    if entry is not None:
        return reference_value(entry, _NOWHERE)
    if text[0] in "\"'":
        return tree.Constant(_NOWHERE, STRING, Qualifier.CONST, text[1:-1])
    if text[0] == "#":
        transparency = 255 - int(text[7:], 16) if len(text) == 9 else 0
        return tree.Constant(_NOWHERE, COLOR, Qualifier.CONST, int(text[1:7], 16) << 8 | transparency)
    if "." in text:
        return tree.Constant(_NOWHERE, FLOAT, Qualifier.CONST, float(text))
    return tree.Constant(_NOWHERE, INT, Qualifier.CONST, int(text))


def reference_value(entry: Value, span: Span) -> tree.Expression:
    """Return a constant or a variable of the language as an expression."""
    if entry.name == "na":
        return tree.Constant(span, NA, Qualifier.CONST, None)
    if entry.value:
        inner = literal(entry.value)
        assert isinstance(inner, tree.Constant)
        return tree.Constant(span, entry.type, Qualifier.CONST, inner.value)
    return tree.Builtin(span, entry.type, entry.qualifier, entry.name)


class ExpressionAnalysis(Analysis, ABC):
    """Expressions without calls; those are in `calls`."""

    @abstractmethod
    def call(self, node: nodes.Call) -> tree.Expression:
        """Return what a call means."""

    @abstractmethod
    def typed(self, value: tree.Expression, kind: Type) -> tree.Expression:
        """Return a value as one of a type that it has to have."""

    def expression(self, node: nodes.Expression) -> tree.Expression:
        """Return what an expression means; it has a value."""
        found = self._ANALYSES[type(node)](self, node)
        if found.type == VOID:
            self.error("value-missing", node.span, "The call gives no value that could be used.")
            return self.unknown(node.span)
        return found

    def statement_expression(self, node: nodes.Expression) -> tree.Expression:
        """Return what an expression means that need not have a value."""
        return self._ANALYSES[type(node)](self, node)

    def _number(self, node: nodes.Number) -> tree.Expression:
        kind = INT if isinstance(node.value, int) else FLOAT
        return tree.Constant(node.span, kind, Qualifier.CONST, node.value)

    # Names -----------------------------------------------------------------------------------------------------------

    def read(self, symbol: tree.Symbol, span: Span) -> tree.Read:
        if self.function is not None and not symbol.in_function:
            symbol.captured = True
        return tree.Read(span, symbol.type, symbol.qualifier, symbol)

    def _name(self, node: nodes.Name) -> tree.Expression:
        symbol = self.scope.find(node.name)
        if symbol is not None:
            return self.read(symbol, node.span)
        return self.named(node.name, node.span)

    def named(self, name: str, span: Span) -> tree.Expression:
        """Return a variable or constant of the language."""
        entry = values().get(name)
        if entry is not None and self.version in entry.versions:
            if name.startswith("strategy.") and not entry.value:
                self.of_strategies.append((name, span))
            if self.version < 6 and name in OF_VERSION_5:
                entry = replace(entry, value=OF_VERSION_5[name])
            return reference_value(entry, span)
        reason = refusal(name)
        if reason:
            self.error("not-available", span, f"`{name}` is not available: {reason}")
        elif self.is_name_of_language(name) and entry is None:
            self.error("name-unknown", span, f"`{name}` is a namespace; a name behind a dot is missing.")
        elif name in self.declared_types or name in self.declared_enums:
            self.error("name-unknown", span, f"`{name}` is a type, no value.")
        else:
            known = self.suggestion(name, callable_only=False)
            self.error("name-unknown", span, f"`{name}` is not declared.", known)
        return self.unknown(span)

    def _attribute(self, node: nodes.Attribute) -> tree.Expression:
        name = dotted(node)
        root = name.partition(".")[0]
        if name and self.scope.find(root) is None:
            enum = self.declared_enums.get(root)
            if enum is not None and name.count(".") == 1:
                return self._enum_member(enum, node)
            if root in self.libraries:
                return self.unknown(node.span)
            prefix = dotted(node.value)
            if name in values() or prefix not in values():
                return self.named(name, node.span)
        elif name and name in values():
            symbol = self.scope.find(root)
            if symbol is not None and symbol.type.name not in ("user", "chart.point"):
                return self.named(name, node.span)
        return self.field(self.expression(node.value), node.name, node.span)

    def _enum_member(self, enum: nodes.EnumDeclaration, node: nodes.Attribute) -> tree.Expression:
        if all(member.name != node.name for member in enum.members):
            known = ", ".join(f"`{member.name}`" for member in enum.members)
            self.error("field-unknown", node.span, f"`{enum.name}` has no member `{node.name}`.", f"It has {known}.")
            return self.unknown(node.span)
        return tree.EnumMember(node.span, Type("enum", (), enum.name), Qualifier.CONST, enum.name, node.name)

    def field(self, value: tree.Expression, name: str, span: Span) -> tree.Expression:
        """Return the field of an object."""
        if value.type == ANY:
            return self.unknown(span)
        if value.type.name == "chart.point" and name in POINT_FIELDS:
            return tree.FieldRead(span, POINT_FIELDS[name], Qualifier.SERIES, value, name)
        if value.type.name == "user":
            declared = self.declared_types[value.type.label]
            for field in declared.fields:
                if field.name == name:
                    return tree.FieldRead(span, self.written_type(field.type), Qualifier.SERIES, value, name)
            known = ", ".join(f"`{field.name}`" for field in declared.fields)
            hint = f"It has {known}." if known else ""
            self.error("field-unknown", span, f"`{declared.name}` has no field `{name}`.", hint)
        else:
            self.error("field-unknown", span, f"`{value.type}` has no field `{name}`.")
        return self.unknown(span)

    # Operators -------------------------------------------------------------------------------------------------------

    def _history(self, node: nodes.History) -> tree.Expression:
        value = self.expression(node.value)
        offset = self.expression(node.offset)
        if is_quotient(offset):
            offset = as_int(offset)
        if offset.type not in (INT, ANY):
            hint = "Use `int()`." if offset.type == FLOAT else ""
            self.error(
                "argument-type", offset.span, f"How far `[]` looks back is `int`; this is `{offset.type}`.", hint
            )
        if isinstance(offset, tree.Constant) and isinstance(offset.value, int) and offset.value < 0:
            self.error("history-ahead", offset.span, "`[]` cannot look at bars that are still to come.")
        if isinstance(offset, tree.Constant) and isinstance(offset.value, int) and offset.value > LONGEST_HISTORY:
            message = f"`[]` looks back {LONGEST_HISTORY} bars at most."
            self.error("history-length", offset.span, message, "Keep what is older in a variable with `var`.")
        if value.type.name in ("tuple", "plot", "hline", "void"):
            self.error("history-type", node.span, f"`{value.type}` has no history.")
            return self.unknown(node.span)
        if isinstance(value, tree.Constant) and self.version >= 6:
            self.error("history-type", node.span, "What never changes has no history in version 6.", "Leave out `[]`.")
        if isinstance(value, tree.Read):
            value.symbol.indexed = True
        if self.function is not None:
            self.function.stateful = True
        return tree.Past(node.span, value.type, Qualifier.SERIES, value, offset)

    def _unary(self, node: nodes.Unary) -> tree.Expression:
        operand = self.expression(node.operand)
        if node.operator == "not":
            condition = self.as_bool(operand, "What `not` turns round")
            return tree.Not(node.span, BOOL, operand.qualifier, condition)
        if not self._numeric(operand):
            self.error("operator-type", node.span, f"`{node.operator}` needs a number; this is `{operand.type}`.")
            return self.unknown(node.span)
        if node.operator == "+":
            return operand
        if isinstance(operand, tree.Constant) and isinstance(operand.value, (int, float)):
            return tree.Constant(node.span, operand.type, operand.qualifier, -operand.value)
        return tree.Negation(node.span, operand.type, operand.qualifier, operand)

    def _numeric(self, value: tree.Expression) -> bool:
        return value.type in (INT, FLOAT, NA, ANY)

    def _binary(self, node: nodes.Binary) -> tree.Expression:
        operator = node.operator
        if operator in ("and", "or"):
            return self._logic(node)
        left = self.expression(node.left)
        right = self.expression(node.right)
        return self.operation(operator, left, right, node.span)

    def operation(self, operator: str, left: tree.Expression, right: tree.Expression, span: Span) -> tree.Expression:
        """Return an operation of two values."""
        qualifier = max(left.qualifier, right.qualifier)
        if operator in ("==", "!=", "<", ">", "<=", ">="):
            return self._comparison(operator, left, right, span, qualifier)
        if operator == "+" and STRING in (left.type, right.type):
            if left.type in (STRING, NA, ANY) and right.type in (STRING, NA, ANY):
                left, right = self.typed(left, STRING), self.typed(right, STRING)
                return tree.Arithmetic(span, STRING, qualifier, "+", left, right)
            self._operands(operator, left, right, span, "Use `str.tostring()`.")
            return self.unknown(span)
        display = types.SIMPLE_TYPES["plot_display"]
        formats = types.SIMPLE_TYPES["text_format"]
        if operator in "+-" and left.type == right.type and left.type in (display, formats):
            return tree.Arithmetic(span, left.type, qualifier, operator, left, right)
        if not (self._numeric(left) and self._numeric(right)):
            self._operands(operator, left, right, span, "")
            return self.unknown(span)
        kind = INT if left.type == right.type == INT else FLOAT
        if operator == "/" and kind == INT:
            if self.version < 6 and qualifier is Qualifier.CONST:
                return tree.Arithmetic(span, INT, qualifier, "//", left, right)
            kind = FLOAT
        return tree.Arithmetic(span, kind, qualifier, operator, left, right)

    def _operands(self, operator: str, left: tree.Expression, right: tree.Expression, span: Span, hint: str) -> None:
        self.error("operator-type", span, f"`{operator}` does not go with `{left.type}` and `{right.type}`.", hint)

    def _comparison(
        self, operator: str, left: tree.Expression, right: tree.Expression, span: Span, qualifier: Qualifier
    ) -> tree.Expression:
        for side in (left, right):
            if isinstance(side, tree.Constant) and side.type == NA:
                self.warning("na-compared", span, "A comparison with `na` is always false.", "Use `na()`.")
        if operator in ("==", "!="):
            allowed = types.common(left.type, right.type, self.version) is not None
        else:
            allowed = self._numeric(left) and self._numeric(right)
        if not allowed:
            self._operands(operator, left, right, span, "")
            return self.unknown(span)
        return tree.Comparison(span, BOOL, qualifier, operator, left, right)

    def _logic(self, node: nodes.Binary) -> tree.Expression:
        left = self.as_bool(self.expression(node.left), f"What stands left of `{node.operator}`")
        lazy = self.version >= 6
        self.conditional += lazy
        right = self.as_bool(self.expression(node.right), f"What stands right of `{node.operator}`")
        self.conditional -= lazy
        return tree.Logic(node.span, BOOL, max(left.qualifier, right.qualifier), node.operator, left, right, lazy)

    def _choice(self, node: nodes.Conditional) -> tree.Expression:
        # A chain of conditions is a list here as well, so that a long one is not deep.
        links: list[tuple[Span, tree.Expression, tree.Expression]] = []
        rest: nodes.Expression = node
        while isinstance(rest, nodes.Conditional):
            condition = self.condition(self.expression(rest.condition))
            self.conditional += 1
            links.append((rest.span, condition, self.expression(rest.then)))
            rest = rest.otherwise
        last = self.expression(rest)
        self.conditional -= len(links)
        for span, condition, then in reversed(links):
            kind = types.common(then.type, last.type, self.version)
            if kind is None:
                self.error("choice-types", span, f"The two values of `?:` are `{then.type}` and `{last.type}`.", "")
                return self.unknown(span)
            if kind == NA and self.version >= 6 and BOOL in (then.type, last.type):
                kind = BOOL
            qualifier = max(condition.qualifier, then.qualifier, last.qualifier)
            last = tree.Choice(span, kind, qualifier, condition, self.typed(then, kind), self.typed(last, kind))
        return last

    def _group(self, node: nodes.Group) -> tree.Expression:
        items = [self.expression(item) for item in node.items]
        kind = types.group(tuple(item.type for item in items))
        qualifier = max((item.qualifier for item in items), default=Qualifier.CONST)
        return tree.Group(node.span, kind, qualifier, items)

    # Functions of the class, not of the object: bound ones would hold it, and all that it knows, until it is collected.
    _ANALYSES: ClassVar[dict[type, Callable[[Any, Any], tree.Expression]]] = {
        nodes.Number: _number,
        nodes.Text: lambda _, node: tree.Constant(node.span, STRING, Qualifier.CONST, node.value),
        nodes.Boolean: lambda _, node: tree.Constant(node.span, BOOL, Qualifier.CONST, node.value),
        nodes.Colour: lambda _, node: tree.Constant(node.span, COLOR, Qualifier.CONST, node.value),
        nodes.Name: _name,
        nodes.Attribute: _attribute,
        nodes.Call: lambda self, node: self.call(node),
        nodes.History: _history,
        nodes.Unary: _unary,
        nodes.Binary: _binary,
        nodes.Conditional: _choice,
        nodes.Group: _group,
        nodes.Missing: lambda self, node: self.unknown(node.span),
    }
