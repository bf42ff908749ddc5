"""Programs that nobody would write: put together at random from the whole reference, and real ones with damage."""

import random

from analytics.pine.reference import functions, values
from analytics.pine.reference.notation import Function, Parameter, Signature
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.semantics.calls import GLOBAL_ONLY
from analytics.pine.types import Qualifier, Type

SIMPLE = ("int", "float", "bool", "string", "color")
HELD = ("array<float>", "array<int>", "array<string>", "matrix<float>", "map<string, float>", "line", "label", "box")
DEEPEST = 4
_UNWANTED = frozenset({"indicator", "strategy", "library", "runtime.error", "request.security_lower_tf"})
_NEW = {
    "array<float>": ("array.new<float>(3, 1.5)", "array.from(close, open, 2.5)", "array.new_float()"),
    "array<int>": ("array.new<int>(2, 7)", "array.from(1, bar_index)"),
    "array<string>": ("array.from('a', 'b')", "str.split('x,y', ',')"),
    "matrix<float>": ("matrix.new<float>(2, 2, close)", "matrix.new<float>()"),
    "map<string, float>": ("map.new<string, float>()",),
    "line": ("line.new(bar_index, low, bar_index + 1, high)",),
    "label": ("label.new(bar_index, high, 'x')",),
    "box": ("box.new(bar_index, high, bar_index + 3, low)",),
}
_LITERALS = {
    "int": ("0", "1", "2", "7", "14", "-3", "500", "9223372036854775807"),
    "float": ("0.5", "1.0", "-2.25", "1e10", ".1", "3."),
    "bool": ("true", "false"),
    "string": ('"a"', "'D'", '""', '"60"', '"{0} €"', '"0930-1600"'),
    "color": ("#ff0000", "#00ff0080", "color.red"),
}
_OPERATORS = {"int": ("+", "-", "*", "%"), "float": ("+", "-", "*", "/", "%"), "string": ("+",)}


def _by_result() -> dict[str, list[tuple[str, Signature]]]:
    found: dict[str, list[tuple[str, Signature]]] = {}
    for name, function in functions().items():
        if not isinstance(function, Function) or name in _UNWANTED or name in GLOBAL_ONLY or name.startswith("input"):
            continue
        if name not in BUILTINS:
            continue
        for signature in function.overloads:
            if 6 in signature.versions:
                found.setdefault(str(signature.result), []).append((name, signature))
    return found


CALLS = _by_result()
VARIABLES = {
    kind: [name for name, value in values().items() if str(value.type) == kind and 6 in value.versions]
    for kind in SIMPLE
}


class Author:
    """Writes one program; all that it decides comes from `choose`."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.names: dict[str, list[str]] = {}
        self.made = 0

    def program(self) -> str:
        kind = self.choose.choice(("indicator", "indicator", "strategy"))
        lines = [f"//@version={self.choose.choice((5, 6, 6))}", f'{kind}("t")']
        for _ in range(self.choose.randrange(1, 9)):
            lines += self._statement(0)
        lines.append(f"plot({self._value('float', 0)})")
        return "\n".join(lines)

    def _statement(self, level: int) -> list[str]:
        indent = "    " * level
        form = self.choose.randrange(10)
        if form < 5 or level > 2:
            kind = self.choose.choice((*SIMPLE, *SIMPLE, *HELD))
            self.made += 1
            name = f"v{self.made}"
            mode = self.choose.choice(("", "", "", "var ", "varip "))
            line = f"{indent}{mode}{kind} {name} = {self._value(kind, 0)}"
            if level == 0:
                self.names.setdefault(kind, []).append(name)
            return [line]
        if form == 5 and any(self.names.get(kind) for kind in SIMPLE):
            kind = self.choose.choice([kind for kind in SIMPLE if self.names.get(kind)])
            return [f"{indent}{self.choose.choice(self.names[kind])} := {self._value(kind, 0)}"]
        if form == 6:
            return [f"{indent}for i = {self._value('int', 3)} to {self.choose.randrange(5)}", *self._block(level)]
        if form == 7:
            return [f"{indent}if {self._value('bool', 1)}", *self._block(level), f"{indent}else", *self._block(level)]
        if form == 8:
            return [f"{indent}while {self._value('bool', 2)}", *self._block(level), f"{indent}    break"]
        name, signature = self.choose.choice(CALLS["void"])
        return [indent + self._call(name, signature, 0)]

    def _block(self, level: int) -> list[str]:
        return [line for _ in range(self.choose.randrange(1, 3)) for line in self._statement(level + 1)]

    def _value(self, kind: str, depth: int) -> str:
        choices = [self._literal]
        if self.names.get(kind):
            choices += [self._known] * 2
        if depth < DEEPEST:
            if VARIABLES.get(kind):
                choices.append(self._variable)
            if CALLS.get(kind):
                choices += [self._called] * 3
            if kind in _OPERATORS:
                choices.append(self._operation)
            if kind in SIMPLE:
                choices += [self._choice, self._past]
        return self.choose.choice(choices)(kind, depth + 1)

    def _literal(self, kind: str, depth: int) -> str:
        if self.choose.randrange(12) == 0 and kind != "bool":
            return "na"
        return self.choose.choice(_LITERALS.get(kind) or _NEW.get(kind) or ("na",))

    def _known(self, kind: str, depth: int) -> str:
        return self.choose.choice(self.names[kind])

    def _variable(self, kind: str, depth: int) -> str:
        return self.choose.choice(VARIABLES[kind])

    def _called(self, kind: str, depth: int) -> str:
        name, signature = self.choose.choice(CALLS[kind])
        return self._call(name, signature, depth)

    def _operation(self, kind: str, depth: int) -> str:
        operator = self.choose.choice(_OPERATORS[kind])
        return f"({self._value(kind, depth)} {operator} {self._value(kind, depth)})"

    def _choice(self, kind: str, depth: int) -> str:
        return f"({self._value('bool', depth)} ? {self._value(kind, depth)} : {self._value(kind, depth)})"

    def _past(self, kind: str, depth: int) -> str:
        return f"({self._value(kind, depth)})[{self.choose.randrange(4)}]"

    def _call(self, name: str, signature: Signature, depth: int) -> str:
        arguments = []
        by_name = False
        for parameter in signature.parameters:
            if parameter.optional and self.choose.randrange(3):
                by_name = True
                continue
            value = self._argument(parameter, depth)
            arguments.append(f"{parameter.name} = {value}" if by_name and not parameter.variadic else value)
        return f"{name}({', '.join(arguments)})"

    def _argument(self, parameter: Parameter, depth: int) -> str:
        kind = _concrete(parameter.type)
        if parameter.qualifier < Qualifier.SERIES and kind in _LITERALS:
            return self.choose.choice(_LITERALS[kind])
        return self._value(kind, depth)


def _concrete(kind: Type) -> str:
    """Return a type without variables."""
    if kind.name == "variable":
        return {"K": "string"}.get(kind.label, "float")
    if kind.arguments:
        return f"{kind.name}<{', '.join(_concrete(inner) for inner in kind.arguments)}>"
    return str(kind)


_SCRAPS = ("", "na", ")", "(", "[", "]", "=>", ":=", "=", ",", ".", "\n", "\n    ", "\n        ", "if ", "for ", "?", ":", '"',
           "//", "#", "0", "1e400", "var ", "-", "not ", "while true", "close", "x", "array.new<float>(", "99999999999")  # fmt: skip


def damaged(text: str, choose: random.Random) -> str:
    """Return a script with a few of its words or lines exchanged, doubled, moved or left out."""
    for _ in range(choose.randrange(1, 5)):
        if choose.randrange(2):
            lines = text.split("\n")
            place, other = choose.randrange(len(lines)), choose.randrange(len(lines))
            form = choose.randrange(5)
            if form == 0:
                lines[place], lines[other] = lines[other], lines[place]
            elif form == 1:
                del lines[place]
            elif form == 2:
                lines.insert(place, lines[other])
            elif form == 3:
                lines[place] = " " * choose.randrange(9) + lines[place].lstrip()
            else:
                lines[place] = lines[place][: choose.randrange(len(lines[place]) + 1)]
            text = "\n".join(lines) or "x"
        else:
            begin = choose.randrange(len(text))
            end = min(len(text), begin + choose.choice((0, 1, 1, 2, 5, 12)))
            text = text[:begin] + choose.choice(_SCRAPS) + text[end:] or "x"
    return text
