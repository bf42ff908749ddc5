"""Expressions of the typed tree as Python expressions."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from analytics.pine.generator.comparisons import comparison, may_be_na
from analytics.pine.generator.unit import Unit
from analytics.pine.runtime.bindings import Binding, OfContext, PerCall, Pure, Variable
from analytics.pine.runtime.plots import Plotting
from analytics.pine.runtime.technical.windows import Calculation
from analytics.pine.semantics import tree
from analytics.pine.semantics.calls import keeps_history
from analytics.pine.types import BOOL, COLOR, FLOAT, INT, NA, STRING, Type

# How tightly Python binds what was written; brackets are set only where they are needed, because Python counts them.
CHOICE, OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, ATOM = range(1, 10)
_OF_TWO = {"math.max": "larger", "math.min": "smaller"}
_STEADY = ("color.", "math.")
_OF_ACCOUNT = "broker.account."
PRICES = frozenset({"open", "high", "low", "close", "volume", "bar_index", "time"})
MEANS = {
    "hl2": ("({high} + {low}) / 2", ("high", "low")),
    "hlc3": ("({high} + {low} + {close}) / 3", ("high", "low", "close")),
    "hlcc4": ("({high} + {low} + {close} + {close}) / 4", ("high", "low", "close")),
    "ohlc4": ("({open} + {high} + {low} + {close}) / 4", ("open", "high", "low", "close")),
}


class Unsupported(Exception):
    """A name of the reference that nothing carries out."""

    def __init__(self, name: str, node: tree.Expression) -> None:
        super().__init__(name)
        self.name = name
        self.node = node


def missing(kind: Type, version: int) -> str:
    """Return the missing value of a type as source."""
    if kind in (INT, FLOAT, NA) or kind.name == "any":
        return "NA"
    if kind == BOOL and version >= 6:
        return "False"
    if kind.name == "tuple":
        return "(" + "".join(f"{missing(item, version)}, " for item in kind.arguments) + ")"
    return "None"


class ExpressionWriter(ABC):
    """Writes expressions into units; what they need from bar to bar goes into the unit's beginnings."""

    def __init__(self, version: int, bindings: dict[str, Binding], inputs: list[tree.Input]) -> None:
        self.version = version
        self.inputs = inputs
        self.bindings = bindings
        self.names: dict[str, Any] = {}
        self.steady: set[tree.Symbol] = set()
        """Variables that are the same on all bars: they are computed before the first."""
        self.unit: Unit
        self.made = 0
        self.only_truth: set[int] = set()
        self.is_sure = False
        """Whether what is being written is computed once on every bar."""
        self._writers: dict[type, Callable[[Any], tuple[str, int]]] = {
            tree.Constant: self._constant,
            tree.EnumMember: lambda node: (f"E_{node.enum}_{node.name}", ATOM),
            tree.Read: lambda node: (self.unit.read(node.symbol), ATOM),
            tree.Builtin: self._builtin,
            tree.InputValue: self._input,
            tree.Arithmetic: self._arithmetic,
            tree.Negation: lambda node: (f"-{self.write(node.operand, SIGN)}", SIGN),
            tree.Comparison: self._comparison,
            tree.Logic: self._logic,
            tree.Not: lambda node: (f"not {self.write(self.decided(node.operand), NOT)}", NOT),
            tree.Truth: lambda node: (f"truth({self.write(node.operand)})", ATOM),
            tree.Choice: self._choice,
            tree.Past: self._past,
            tree.Group: self._group,
            tree.BuiltinCall: self._builtin_call,
            tree.RequestCall: self._request,
            tree.FunctionCall: self._function_call,
            tree.FieldRead: self._field,
            tree.NewObject: self._new,
            tree.CopyObject: lambda node: (f"copied({self.write(node.value)})", ATOM),
        }

    def write(self, node: tree.Expression, needed: int = 0) -> str:
        """Return an expression as source that binds at least as tightly as needed."""
        text, tightness = self._writers[type(node)](node)
        return text if tightness >= needed else f"({text})"

    def decided(self, node: tree.Expression) -> tree.Expression:
        """Take note that only the truth of an expression matters, and return it."""
        self.only_truth.add(id(node))
        return node

    def surely(self, node: tree.Expression) -> str:
        """Return an expression that every bar computes once as source."""
        self.is_sure = self.unit.is_main and self.unit.indent == 1
        text = self.write(node)
        self.is_sure = False
        return text

    def maybe(self, node: tree.Expression, needed: int) -> str:
        """Return a part of an expression that is not always computed as source."""
        before, self.is_sure = self.is_sure, False
        text = self.write(node, needed)
        self.is_sure = before
        return text

    def name(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.made}"

    # Values ----------------------------------------------------------------------------------------------------------

    def _constant(self, node: tree.Constant) -> tuple[str, int]:
        value = node.value
        if value is None:
            return missing(node.type, self.version), ATOM
        if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
            return "NA" if value != value else ("1e999" if value > 0 else "-1e999"), SIGN
        negative = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
        return repr(value), SIGN if negative else ATOM

    def _builtin(self, node: tree.Builtin) -> tuple[str, int]:
        name = node.name
        if name in PRICES:
            return self.unit.price(name), ATOM
        if name in MEANS:
            form, prices = MEANS[name]
            return form.format(**{price: self.unit.price(price) for price in prices}), MULTIPLY
        binding = self.bindings.get(name)
        if isinstance(binding, Variable):
            if binding.path.startswith(_OF_ACCOUNT):
                # What a script orders fills when it has been computed.
                return self.unit.price(binding.path), ATOM
            if binding.path:
                return f"context.{binding.path}", ATOM
            return f"{self.bound(name, binding.read)}(context)", ATOM
        if isinstance(binding, PerCall):
            return self._each_bar(name, binding), ATOM
        if isinstance(binding, Pure):
            return f"{self.bound(name, binding.function)}()", ATOM
        raise Unsupported(name, node)

    def _each_bar(self, name: str, binding: PerCall) -> str:
        """Compute a variable with a state once on each bar, whether or not it is read."""
        held = self.unit.main.each_bar.get(name)
        if held is None:
            state = self.name("s")
            held = f"b{state}"
            self.unit.main.setup.append((f"{state} = keep.call({self.bound(name, binding.state)}(context))", 0))
            self.unit.main.each_bar[name] = held
            self.unit.main.each_bar_calls.append((held, f"{state}()"))
        return held

    def bound(self, name: str, target: Any) -> str:
        """Return under which name generated code calls something."""
        known = "b_" + name.replace(".", "_").replace("()", "_call")
        self.names[known] = target
        return known

    def _input(self, node: tree.InputValue) -> tuple[str, int]:
        setting = self.inputs[node.number]
        name = f"i{node.number}"
        if setting.kind == "source":
            return f"{self.write(node.default, OR)} if {name} is None else source(context, {name})", CHOICE
        if setting.kind == "time" and setting.default is None:
            return f"{self.write(node.default, OR)} if {name} is None else {name}", CHOICE
        return name, ATOM

    # Operators -------------------------------------------------------------------------------------------------------

    def _arithmetic(self, node: tree.Arithmetic) -> tuple[str, int]:
        operator = node.operator
        if node.type == STRING:
            return f"joined({self.write(node.left)}, {self.write(node.right)})", ATOM
        if operator == "/":
            return self._division(node)
        if operator in ("%", "//"):
            function = "remainder" if operator == "%" else "whole_quotient"
            return f"{function}({self.write(node.left)}, {self.write(node.right)})", ATOM
        tightness = MULTIPLY if operator == "*" else ADD
        text = f"{self.write(node.left, tightness)} {operator} {self.write(node.right, tightness + 1)}"
        if operator == "*" and node.type == INT:
            return f"clamped({text})", ATOM
        return text, tightness

    def _division(self, node: tree.Arithmetic) -> tuple[str, int]:
        left, right = node.left, node.right
        if isinstance(right, tree.Constant) and right.value:
            return f"{self.write(left, MULTIPLY)} / {self.write(right, SIGN)}", MULTIPLY
        return f"divide({self.write(left)}, {self.write(right)})", ATOM

    def _comparison(self, node: tree.Comparison) -> tuple[str, int]:
        return comparison(self, node, decided=self.version >= 6 or id(node) in self.only_truth)

    def _logic(self, node: tree.Logic) -> tuple[str, int]:
        if not node.lazy and not self._is_plain(node.right):
            function = "both" if node.operator == "and" else "either"
            return f"{function}({self.write(self.decided(node.left))}, {self.write(self.decided(node.right))})", ATOM
        tightness = AND if node.operator == "and" else OR
        left = self.write(self.decided(node.left), tightness)
        text = f"{left} {node.operator} {self.maybe(self.decided(node.right), tightness + 1)}"
        if self.version < 6 and id(node) not in self.only_truth and may_be_na(node):
            return f"{text} or False", OR
        return text, tightness

    def _is_plain(self, node: tree.Expression) -> bool:
        """Return whether it makes no difference that an expression is left out."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            match part:
                case tree.Constant() | tree.Read() | tree.Builtin() | tree.InputValue() | tree.EnumMember():
                    pass
                case tree.Arithmetic() | tree.Comparison() | tree.Logic():
                    waiting.extend((part.left, part.right))
                case tree.Negation() | tree.Not() | tree.Truth():
                    waiting.append(part.operand)
                case tree.Choice():
                    waiting.extend((part.condition, part.then, part.otherwise))
                case tree.Past() if isinstance(part.value, (tree.Read, tree.Builtin)):
                    waiting.append(part.offset)
                case tree.BuiltinCall() if isinstance(self.bindings.get(self.key(part.name)), Pure):
                    waiting.extend(part.arguments)
                case _:
                    return False
        return True

    def _choice(self, node: tree.Choice) -> tuple[str, int]:
        links: list[str] = []
        rest: tree.Expression = node
        while isinstance(rest, tree.Choice):
            asked = self.decided(rest.condition)
            condition = self.maybe(asked, OR) if links else self.write(asked, OR)
            links.append(f"{self.maybe(rest.then, OR)} if {condition} else ")
            rest = rest.otherwise
        return "".join(links) + self.maybe(rest, OR), CHOICE

    def _group(self, node: tree.Group) -> tuple[str, int]:
        return "(" + "".join(f"{self.write(item)}, " for item in node.items) + ")", ATOM

    # History ---------------------------------------------------------------------------------------------------------

    def _past(self, node: tree.Past) -> tuple[str, int]:
        value, offset = node.value, node.offset
        absent = missing(node.type, self.version)
        whole = offset.value if isinstance(offset, tree.Constant) and isinstance(offset.value, int) else None
        if whole == 0:
            return self.write(value, ATOM), ATOM
        if isinstance(value, tree.Read) and (value.symbol.level or value.symbol.in_function):
            return f"{self.unit.recorded(value.symbol, absent)}.back({self.write(offset)})", ATOM
        if isinstance(value, (tree.Read, tree.Builtin)):
            key = value.symbol if isinstance(value, tree.Read) else value.name
            is_near = whole is not None and 0 < whole <= 1000
            held = self.unit.main.history(key, absent, whole if is_near else None)
            if isinstance(value, tree.Builtin):
                self.unit.main.recorded_builtins.setdefault(value.name, value)
            if is_near:
                return f"{held}[-{whole}]", ATOM
            return f"past({held}, {self.write(value)}, {self.write(offset)}, {absent})", ATOM
        place = self.name("h")
        reach = f", {whole}" if whole is not None and whole > 0 else ""
        self.unit.setup.append((f"{place} = keep.part(Recorded(context, {absent}{reach}))", node.span.line))
        return f"{place}.past({self.write(value)}, {self.write(offset)})", ATOM

    # Calls and objects -----------------------------------------------------------------------------------------------

    def key(self, name: str) -> str:
        """Return under which name the table of built-ins has a function."""
        return f"{name}()" if f"{name}()" in self.bindings else name

    def _builtin_call(self, node: tree.BuiltinCall) -> tuple[str, int]:
        name = node.name
        inline = self._inline(node)
        if inline is not None:
            return inline
        key = self.key(name)
        binding = self.bindings.get(key)
        ahead = self.computed_ahead(node)
        if ahead is not None:
            return ahead, ATOM
        if isinstance(binding, Pure) and name.startswith(_STEADY) and self.is_steady(node):
            return self._once(key, binding, node), ATOM
        arguments = ", ".join([self.write(argument) for argument in node.arguments])
        match binding:
            case Pure():
                return f"{self.bound(key, binding.function)}({arguments})", ATOM
            case OfContext():
                return f"{self.bound(key, binding.function)}(context, {arguments})", ATOM
            case PerCall():
                state = self.name("s")
                made = f"{self.bound(key, binding.state)}(context)"
                again = self.unit.again if keeps_history(name) else "False"
                if again != "False":
                    made = f"Repeated(context, {made})" + ("" if again == "True" else f" if again else {made}")
                # Plots are numbered as they are made, wherever their options come from.
                beginnings = self.unit.steady if issubclass(binding.state, Plotting) else self.unit.setup
                beginnings.append((f"{state} = keep.call({made}{self.lengths(node, binding)})", node.span.line))
                return f"{state}({arguments})", ATOM
        raise Unsupported(f"{name}()", node)

    def lengths(self, node: tree.BuiltinCall, binding: PerCall) -> str:
        """Return the lengths of a call as further arguments, if all of them are the same on all bars."""
        if not issubclass(binding.state, Calculation):
            return ""
        fixed = node.arguments[binding.state.columns :]
        if not all(self.is_steady(argument) for argument in fixed):
            return ""
        return "".join(f", {self.write(argument)}" for argument in fixed if argument.type in (INT, FLOAT))

    def is_steady(self, node: tree.Expression) -> bool:
        """Return whether an expression is the same on all bars and known before the first."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            match part:
                case tree.Constant() | tree.EnumMember():
                    pass
                case tree.Read() if part.symbol in self.steady:
                    pass
                case tree.InputValue() if self.inputs[part.number].kind not in ("source", "time"):
                    pass
                case tree.Arithmetic() | tree.Comparison() | tree.Logic():
                    waiting.extend((part.left, part.right))
                case tree.Negation() | tree.Not() | tree.Truth():
                    waiting.append(part.operand)
                case tree.Choice():
                    waiting.extend((part.condition, part.then, part.otherwise))
                case tree.BuiltinCall() if part.name.startswith(_STEADY):
                    if not isinstance(self.bindings.get(self.key(part.name)), Pure):
                        return False
                    waiting.extend(part.arguments)
                case _:
                    return False
        return True

    def _once(self, key: str, binding: Pure, node: tree.BuiltinCall) -> str:
        """Compute a call once for each instance."""
        arguments = ", ".join([self.write(argument) for argument in node.arguments])
        text = f"{self.bound(key, binding.function)}({arguments})"
        known = self.unit.main.once.get(text)
        if known is None:
            known = self.unit.main.once[text] = self.name("z")
            self.unit.main.steady.append((f"{known} = {text}", node.span.line))
        return known

    def _inline(self, node: tree.BuiltinCall) -> tuple[str, int] | None:
        """Return the few functions that are quicker written out than called."""
        first = node.arguments[0] if node.arguments else None
        if node.name == "max_bars_back":
            return "None", ATOM
        if node.name in _OF_TWO and len(node.arguments) == 2:
            return f"{_OF_TWO[node.name]}({self.write(node.arguments[0])}, {self.write(node.arguments[1])})", ATOM
        if first is None:
            return None
        if node.name == "str.tostring" and first.type.name == "enum":
            return f"text({self.write(first)})", ATOM
        if node.name == "color" and first.type in (COLOR, NA):
            return self.write(first, ATOM), ATOM
        if isinstance(first, tree.Read) and first.type in (INT, FLOAT):
            name = self.write(first, ATOM)
            if node.name == "nz" and isinstance(node.arguments[1], (tree.Constant, tree.Read)):
                return f"{name} if {name} == {name} else {self.write(node.arguments[1], OR)}", CHOICE
        return None

    @abstractmethod
    def computed_ahead(self, node: tree.BuiltinCall) -> str | None:
        """Return the name of a value that is computed before the rest of the bar, if that can be."""

    @abstractmethod
    def _request(self, node: tree.RequestCall) -> tuple[str, int]:
        """Return a call that asks for a value on other bars."""

    def _function_call(self, node: tree.FunctionCall) -> tuple[str, int]:
        arguments = ", ".join([self.write(argument) for argument in node.arguments])
        return f"{self.function_at_call(node)}({arguments})", ATOM

    @abstractmethod
    def function_at_call(self, node: tree.FunctionCall) -> str:
        """Return the name of the instance of a function that belongs to the place of a call."""

    def _field(self, node: tree.FieldRead) -> tuple[str, int]:
        return f"{self.write(node.value, ATOM)}.{attribute(node)}", ATOM

    def _new(self, node: tree.NewObject) -> tuple[str, int]:
        return f"T_{node.user_type}({', '.join([self.write(argument) for argument in node.arguments])})", ATOM


def attribute(node: "tree.FieldRead | tree.AssignField") -> str:
    """Return the Python attribute that holds a field; points are the platform's own, with plain names."""
    owner = node.value if isinstance(node, tree.FieldRead) else node.target
    return node.name if owner.type.name == "chart.point" else f"f_{node.name}"
