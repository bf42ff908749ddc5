"""What a call calls: its signatures, whatever kind of function it is."""

from dataclasses import dataclass, field

from analytics.pine.diagnostics import Span
from analytics.pine.editor.comments import Remarks, remarks_above
from analytics.pine.editor.places import Around, Stretch
from analytics.pine.editor.reading import Reading
from analytics.pine.reference import functions, methods, namespaces
from analytics.pine.reference.notation import Function, Parameter, Signature
from analytics.pine.semantics import tree
from analytics.pine.semantics.overloads import Given, match
from analytics.pine.syntax import nodes
from analytics.pine.syntax.tokens import NAME, OPERATOR
from analytics.pine.types import ANY, NA, Qualifier, Type

_NOWHERE = Span(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Callee:
    """Something that can be called; of a method, the first parameter is what stands in front of the dot.

    `full_name` is the name in the reference, empty for what the script declares.
    """

    name: str
    signatures: tuple[Signature, ...]
    remarks: Remarks
    full_name: str = ""
    receiver: tree.Expression | None = None
    declared: tuple[nodes.FunctionDeclaration, ...] = field(default=())

    def parameters(self, signature: Signature) -> tuple[Parameter, ...]:
        """Return the parameters that stand between the brackets."""
        return signature.parameters[1:] if self.receiver is not None else signature.parameters


def written_name(reading: Reading, stretch: Stretch) -> str:
    """Return `a.b.c` if that is all that a stretch is."""
    words = reading.tokens[stretch.begin : stretch.end]
    for number, token in enumerate(words):
        if (token.kind != NAME) if number % 2 == 0 else (token.kind != OPERATOR or token.text != "."):
            return ""
    return "".join(token.text for token in words) if len(words) % 2 else ""


def without_types(reading: Reading, stretch: Stretch) -> Stretch:
    """Return a callee without the types behind it: of `array.new<float>`, `array.new`."""
    for number in range(stretch.begin, stretch.end):
        if reading.is_operator(number, "<"):
            return Stretch(stretch.begin, number)
    return stretch


def callee_at(
    reading: Reading, stretch: Stretch, line: int, column: int, visible: dict[str, tree.Symbol]
) -> Callee | None:
    """Return what a stretch in front of a bracket calls, None if it is not known."""
    stretch = without_types(reading, stretch)
    name = written_name(reading, stretch)
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if name and "." not in name:
        found = user_function(reading, name, line, column)
        return found or builtin(reading, name)
    if name and root not in visible:
        if root in reading.observer.declared_types and name.count(".") == 1:
            return of_type(reading, root, last)
        if name in functions():
            return builtin(reading, name)
    inner = Stretch(stretch.begin, stretch.end - 2)
    if inner.end <= inner.begin:
        return None
    receiver = reading.meaning(reading.tokens[inner.begin : inner.end], visible)
    method = reading.tokens[stretch.end - 1].text
    found = method_of(reading, receiver, method, line, column) if receiver is not None else None
    if found is None and name in functions() and root in namespaces():
        return builtin(reading, name)
    return found


def builtin(reading: Reading, name: str, receiver: tree.Expression | None = None) -> Callee | None:
    """Return a function of the reference, as far as the version of the script has it."""
    entry = functions().get(name)
    if entry is None:
        return None
    signatures = signatures_of(entry, reading.version)
    if not signatures:
        return None
    shown = name.rpartition(".")[2] if receiver is not None else name
    return Callee(shown, signatures, Remarks(entry.summary), name, receiver)


def signatures_of(entry: Function, version: int) -> tuple[Signature, ...]:
    return tuple(signature for signature in entry.overloads if version in signature.versions)


def user_function(
    reading: Reading, name: str, line: int, column: int, receiver: tree.Expression | None = None
) -> Callee | None:
    """Return the functions of the script with a name that can be called at a place."""
    declared = tuple(one for one in reading.functions(line, column) if one.name == name)
    if receiver is not None:
        declared = tuple(
            one for one in declared if one.is_method and reading.observer.aside({}).takes(one, receiver.type)
        )
    return callee_of(reading, name, declared, receiver) if declared else None


def callee_of(
    reading: Reading,
    name: str,
    declared: tuple[nodes.FunctionDeclaration, ...],
    receiver: tree.Expression | None = None,
) -> Callee:
    """Return functions of the script as something to call."""
    signatures = tuple(user_signature(reading, one) for one in declared)
    return Callee(name, signatures, remarks_above(reading, declared[-1].span.line), "", receiver, declared)


def user_signature(reading: Reading, node: nodes.FunctionDeclaration) -> Signature:
    """Return the signature of a function of the script, types that are not written as its calls tell them."""
    analysed = reading.observer.results.get(id(node))
    aside = reading.observer.aside({})
    parameters = []
    for number, written in enumerate(node.parameters):
        parameter = aside.parameter(written)
        if parameter.type == ANY and analysed is not None:
            symbol = analysed.parameters[number]
            parameter = Parameter(parameter.name, parameter.qualifier, symbol.type, parameter.optional)
        parameters.append(parameter)
    kind = analysed.type if analysed is not None else ANY
    return Signature(tuple(parameters), kind, None)


def of_type(reading: Reading, type_name: str, function: str) -> Callee | None:
    """Return `new` or `copy` of a type of the script."""
    declared = reading.observer.declared_types[type_name]
    kind = Type("user", (), type_name)
    name = f"{type_name}.{function}"
    remarks = remarks_above(reading, declared.span.line)
    if function == "copy":
        return Callee(name, (Signature((Parameter("id", Qualifier.SERIES, kind),), kind, None),), remarks)
    if function != "new":
        return None
    aside = reading.observer.aside({})
    fields = tuple(
        Parameter(one.name, Qualifier.SERIES, aside.written_type(one.type), optional=True) for one in declared.fields
    )
    return Callee(name, (Signature(fields, kind, None),), remarks)


def method_of(reading: Reading, receiver: tree.Expression, name: str, line: int, column: int) -> Callee | None:
    """Return the method of a value with a name: one of the script, or one of the reference."""
    if receiver.type in (ANY, NA):
        return None
    found = user_function(reading, name, line, column, receiver)
    if found is not None:
        return found
    for full_name in methods().get(name, ()):
        if full_name.rpartition(".")[0] == receiver.type.name:
            return builtin(reading, full_name, receiver)
    return None


def active_overload(reading: Reading, callee: Callee, call: Around, visible: dict[str, tree.Symbol]) -> int:
    """Return the number of the first signature that the arguments so far fit, or else that fits most of them."""
    given = [] if callee.receiver is None else [Given("", callee.receiver, _NOWHERE)]
    for name, stretch in call.given:
        value = reading.meaning(reading.tokens[stretch.begin : stretch.end], visible)
        given.append(Given(name, value or tree.Constant(_NOWHERE, ANY, Qualifier.CONST, None), _NOWHERE))
    best, most = 0, -1
    for number, signature in enumerate(callee.signatures):
        found = match(callee.name, signature, given, reading.version, {})
        fits = not found.problem or found.code == "argument-missing"
        room = signature.variadic or len(signature.parameters) > len(given)
        if call.name:
            room = any(parameter.name == call.name for parameter in signature.parameters)
        if fits and room:
            return number
        if found.progress > most:
            best, most = number, found.progress
    return best


def active_parameter(callee: Callee, signature: Signature, call: Around) -> int | None:
    """Return the number of the parameter that the argument at the place is for, None if there is none."""
    parameters = callee.parameters(signature)
    if call.name:
        names = [parameter.name for parameter in parameters]
        return names.index(call.name) if call.name in names else None
    number = len(call.given)
    if parameters and parameters[-1].variadic:
        number = min(number, len(parameters) - 1)
    if any(name for name, _ in call.given):
        # Behind a named argument only named ones may stand: the next that is still missing.
        named = {name for name, _ in call.given}
        taken = sum(not name for name, _ in call.given)
        rest = [place for place, one in enumerate(parameters) if place >= taken and one.name not in named]
        return rest[0] if rest else None
    return number if number < len(parameters) else None
