"""Which overload a call means, and what goes where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.pine.diagnostics import Span
from analytics.pine.reference.notation import Parameter, Signature
from analytics.pine.semantics.quotients import as_int, is_quotient
from analytics.pine.semantics.suggestions import FORMER_ARGUMENTS, closest
from analytics.pine.semantics.tree import Expression
from analytics.pine.types import ANY, BOOL, FLOAT, INT, NA, Qualifier, Type, common, fits, is_number


@dataclass(slots=True)
class Given:
    """An argument of a call, after its own analysis; `where` is its name if it has one."""

    name: str
    value: Expression
    span: Span
    where: Span | None = None


@dataclass(slots=True)
class Match:
    """What was found out about one signature; `problem` is empty if the call fits it."""

    signature: Signature
    arguments: dict[str, Expression] = field(default_factory=dict)
    rest: list[Expression] = field(default_factory=list)
    bound: dict[str, Type] = field(default_factory=dict)
    code: str = ""
    problem: str = ""
    hint: str = ""
    span: Span | None = None
    progress: int = 0

    def fail(self, code: str, problem: str, span: Span | None, hint: str = "") -> "Match":
        self.code, self.problem, self.span, self.hint = code, problem, span, hint
        return self


def match(name: str, signature: Signature, given: list[Given], version: int, bound: dict[str, Type]) -> Match:
    """Try a signature; `bound` are types that the call itself names, such as `<float>`."""
    found = Match(signature, bound=dict(bound))
    parameters = signature.parameters
    by_name = {parameter.name: parameter for parameter in parameters if not parameter.variadic}
    position, named = 0, False
    for argument in given:
        if argument.name:
            named = True
            parameter = by_name.get(argument.name)
            if parameter is None and signature.variadic and argument.name == f"{parameters[-1].name}{len(found.rest)}":
                parameter = parameters[-1]  # `number0`, `number1` …, as the reference calls them
            if parameter is None:
                where, hint = argument.where or argument.span, _hint_of_names(argument.name, by_name)
                return found.fail("argument-unknown", f"`{name}()` has no `{argument.name}`.", where, hint)
            if parameter.name in found.arguments:
                where = argument.where or argument.span
                return found.fail("argument-twice", f"`{argument.name}` is given twice.", where)
        elif named:
            return found.fail(
                "argument-order", "An argument without a name stands behind one with a name.", argument.span
            )
        elif position < len(parameters):
            parameter = parameters[position]
            if not parameter.variadic:
                position += 1
        else:
            most = len(parameters)
            return found.fail("argument-surplus", f"`{name}()` takes at most {most} arguments.", argument.span)
        if not _accepts(found, name, parameter, argument, version):
            return found
        found.progress += 1
    for parameter in parameters:
        missing = parameter.name not in found.arguments and not parameter.optional
        if missing and not (parameter.variadic and found.rest):
            if parameter.variadic and name != "array.from" and not name.startswith("math."):
                continue
            if parameter.variadic and name == "array.from":
                continue
            return found.fail("argument-missing", f"`{name}()` needs `{parameter.name}`.", None)
    return found


def _hint_of_names(name: str, known: Iterable[str]) -> str:
    if name in FORMER_ARGUMENTS:
        return FORMER_ARGUMENTS[name]
    meant = closest(name, known)
    if meant:
        return f"Is `{meant}` meant?"
    listed = ", ".join(f"`{one}`" for one in known)
    return f"It has {listed}." if listed else "It has no parameters."


def _accepts(found: Match, name: str, parameter: Parameter, argument: Given, version: int) -> bool:
    value = argument.value
    wanted = parameter.type
    # Several values at once go nowhere but into what is asked of other bars, and into the options of an input.
    several = value.type.name == "tuple" and wanted.name != "tuple" and parameter.name != "expression"
    fitting = not several and bind(wanted, value.type, found.bound, version)
    if not fitting and is_quotient(value) and bind(wanted, INT, found.bound, version):
        value, fitting = as_int(value), True
    if not fitting:
        shown = resolved(wanted, found.bound)
        problem = f"`{parameter.name}` of `{name}()` is `{shown}`; this is `{value.type}`."
        found.fail("argument-type", problem, argument.span, _type_hint(value.type, shown, version))
        return False
    if value.qualifier > parameter.qualifier:
        problem = (
            f"`{parameter.name}` of `{name}()` is `{parameter.qualifier.word} {resolved(wanted, found.bound)}`; "
            f"this is `{value.qualifier.word}`."
        )
        found.fail("argument-qualifier", problem, argument.span, _QUALIFIER_HINTS[parameter.qualifier])
        return False
    if parameter.variadic:
        found.rest.append(value)
    else:
        found.arguments[parameter.name] = value
    return True


_QUALIFIER_HINTS = {
    Qualifier.CONST: "It must be known when the script is compiled: a literal, or made of literals.",
    Qualifier.INPUT: "It must be known before the script runs: a literal or an input.",
    Qualifier.SIMPLE: "It must be the same on all bars.",
    Qualifier.SERIES: "",
}


def _type_hint(given: Type, wanted: Type, version: int) -> str:
    if wanted == INT and given == FLOAT:
        return "Use `int()` or `math.round()`."
    if wanted == BOOL and is_number(given) and version >= 6:
        return "Version 6 makes no bool of a number by itself; compare it, or use `bool()`."
    return ""


def bind(wanted: Type, given: Type, bound: dict[str, Type], version: int) -> bool:
    """Return whether a type fits one with variables in it; binds the variables."""
    if wanted.name == "variable":
        return _bind_variable(wanted.label, given, bound, version)
    if wanted.name == "enum" and not wanted.label:
        return given.name in ("enum", "any")
    if wanted.name == "tuple" and len(wanted.arguments) == 1:
        if given.name != "tuple":
            return given in (NA, ANY)
        return all(bind(wanted.arguments[0], item, bound, version) for item in given.arguments)
    if wanted.arguments and given.name == wanted.name and len(given.arguments) == len(wanted.arguments):
        return all(
            _bind_argument(inner, outer, bound, version)
            for inner, outer in zip(wanted.arguments, given.arguments, strict=True)
        )
    return fits(given, wanted, version) and given.name != "void"


def _bind_argument(wanted: Type, given: Type, bound: dict[str, Type], version: int) -> bool:
    if wanted.name == "variable":
        known = bound.get(wanted.label)
        if wanted.label == "N" and not is_number(given) and given not in (ANY, NA):
            return False
        if known is None or known in (NA, ANY):
            bound[wanted.label] = bound[f"{wanted.label} fixed"] = given
            return True
        return known == given or given in (ANY, NA) or (is_number(known) and is_number(given))
    return ANY in (wanted, given) or given == NA or bind(wanted, given, bound, version)


def _bind_variable(letter: str, given: Type, bound: dict[str, Type], version: int) -> bool:
    if given.name in ("void", "tuple"):
        return letter == "T" and given.name == "tuple" and _set(letter, given, bound)
    if letter == "N" and not is_number(given) and given not in (NA, ANY):
        return False
    known = bound.get(letter)
    if known is None or known == NA:
        return _set(letter, given, bound)
    shared = common(known, given, version)
    if shared is None:
        return False
    # A collection has its type already: a float does not go into an array of whole numbers.
    if shared != known and bound.get(f"{letter} fixed") is not None:
        return False
    return _set(letter, shared, bound)


def _set(letter: str, kind: Type, bound: dict[str, Type]) -> bool:
    bound[letter] = kind
    return True


def resolved(kind: Type, bound: dict[str, Type]) -> Type:
    """Return a type with its variables replaced by what they are bound to."""
    if kind.name == "variable":
        return bound.get(kind.label, FLOAT if kind.label == "N" else NA)
    if kind.arguments:
        return Type(kind.name, tuple(resolved(item, bound) for item in kind.arguments), kind.label)
    return kind
