"""The whole script: its functions, and the scripts that what it asks of other bars becomes."""

from dataclasses import dataclass, field
from typing import Any

from analytics.pine.generator.columns import begins, prepares
from analytics.pine.generator.expressions import missing
from analytics.pine.generator.slicing import Changes, has_requests, own_variables, reads, sliced
from analytics.pine.generator.statements import StatementWriter
from analytics.pine.generator.unit import Line, Unit
from analytics.pine.runtime.bindings import Binding
from analytics.pine.semantics import tree

MOST_INSTANCES = 5_000
MOST_REQUESTS = 127
DEEPEST_REQUESTS = 5


class TooManyCalls(Exception):
    """A script calls more than a script may: why, and what to do instead."""

    def __init__(self, node: tree.Expression, message: str, hint: str) -> None:
        super().__init__(message)
        self.span = node.span
        self.message = message
        self.hint = hint


@dataclass(slots=True)
class Generated:
    """Source, the script's line of each of its lines, and what its names mean."""

    source: str
    origins: list[int]
    names: dict[str, Any] = field(default_factory=dict)


def generate(script: tree.Script, bindings: dict[str, Binding]) -> Generated:
    """Return the source of a function that makes an instance of a script.

    `make(context, keep, budget, *inputs)` returns the function that computes a bar. The source is made of nothing but
    what is written here: names get prefixes, literals are Python's own representations.
    """
    return _ScriptWriter(script, bindings, Requests()).run()


class Requests:
    """The expressions of a script that are computed on other bars: each is a script of its own, made by `make1` …

    `bodies` are what these scripts are made of. They are kept because `changes` knows statements by their identity.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.count = 0
        self.depth = 0
        self.changes: Changes = {}
        self.bodies: list[list[tree.Statement]] = []


class _ScriptWriter(StatementWriter):
    """Writes the function that makes an instance of a script, or of what an expression on other bars needs of it."""

    def __init__(self, script: tree.Script, bindings: dict[str, Binding], requests: Requests) -> None:
        super().__init__(script.version, bindings, script.inputs)
        self.script = script
        self.requests = requests
        self.body: list[tree.Statement] = []
        self.factories: list[Line] = []
        self.functions: dict[str, tuple[str, bool, bool]] = {}
        self.weights: dict[str, int] = {}
        self.weight = 0
        self.frames: list[tuple[tree.Function, list[tree.Expression]]] = []
        self.asking: dict[str, bool] = {}

    def run(self) -> Generated:
        lines = self.maker("make", self.script.body)
        lines = [*self.requests.lines, *lines]
        source = "\n".join(text for text, _ in lines) + "\n"
        return Generated(source, [origin for _, origin in lines], self.names)

    def maker(self, name: str, body: tree.Block) -> list[Line]:
        """Return the lines of a function that makes an instance; its function for a bar returns the block's result."""
        main = self.unit = Unit()
        self.body = body.statements
        self.block(body)
        result = None if body.result is None else self.write(body.result)
        tail = self._end_of_bar(main)
        inputs = "".join(f", i{setting.number}" for setting in self.script.inputs)
        lines: list[Line] = [(f"def {name}(context, keep, budget{inputs}):", 0)]
        rest = [*(text for text, _ in (*main.lines, *tail)), result or ""]
        begin = begins(main, rest)
        if any("budget." in text for text, _ in (*main.lines, *self.factories)):
            begin.append(("budget.renew()", 0))
        begin += [(f"{held} = {call}", 0) for held, call in main.each_bar_calls]
        lines += [(f"    {code} = UNSET", 0) for code in main.cells]
        lines += [(f"    {history.name} = {history.made()}", 0) for history in main.histories.values()]
        each_bar = sorted(held for held, _ in main.each_bar_calls)
        lines += [(f"    {held} = NA", 0) for held in each_bar]
        lines += [(f"    {text}", origin) for text, origin in (*main.steady, *self.factories)]
        lines += [(f"    {text}", origin) for text, origin in (*main.setup, *prepares(main))]
        lines.append(("    def bar():", 0))
        changed = sorted(main.changed) + each_bar
        if changed:
            lines.append((f"        nonlocal {', '.join(changed)}", 0))
        lines += [(f"        {text}", origin) for text, origin in begin]
        lines += [(f"    {text}", origin) for text, origin in main.lines]
        lines.append((f"        result = {result}", 0 if body.result is None else body.result.span.line))
        lines += [(f"        {text}", origin) for text, origin in tail]
        lines.append(("        return result", 0))
        lines += [(f"    {text}", origin) for text, origin in self._kept(main)]
        lines.append(("    return bar", 0))
        return lines

    # Other bars ------------------------------------------------------------------------------------------------------

    def _request(self, node: tree.RequestCall) -> tuple[str, int]:
        """Write what an expression needs as a script of its own, and the place that asks for its values."""
        needed = reads(node.expression)
        statements: list[tree.Statement] = []
        for function, arguments in reversed(self.frames):
            inner = sliced(function.body.statements, needed, self.requests.changes)
            given = [pair for pair in zip(function.parameters, arguments, strict=True) if pair[0] in needed]
            needed -= own_variables(function, self.requests.changes)
            for parameter, argument in given:
                needed |= reads(argument)
                inner.insert(0, tree.Declare(node.span, parameter, argument))
            statements = inner + statements
        statements = sliced(self.body, needed, self.requests.changes) + statements
        self.requests.bodies.append(statements)
        self.requests.count += 1
        if self.requests.count > MOST_REQUESTS:
            message = f"A script may request other bars in {MOST_REQUESTS} places; functions count once for each call."
            raise TooManyCalls(node, message, "Ask for several values at once: `[open, close]`, or an object.")
        if self.requests.depth > DEEPEST_REQUESTS:
            message = f"Requests may stand inside of each other {DEEPEST_REQUESTS} deep."
            raise TooManyCalls(node, message, "Request what is inside by itself.")
        name = f"make{self.requests.count}"
        writer = _ScriptWriter(self.script, self.bindings, self.requests)
        writer.looks_ahead = False
        self.requests.depth += 1
        lines = writer.maker(name, tree.Block(statements, node.expression))
        self.requests.depth -= 1
        self.requests.lines += lines
        self.names |= writer.names
        place = self.name("q")
        inputs = "".join(f"i{setting.number}, " for setting in self.script.inputs)
        kind = "Requested" if node.name == "request.security" else "RequestedInside"
        absent = missing(node.type, self.version)
        setup = f"{place} = keep.part({kind}(context, keep, {name}, ({inputs}), {absent}))"
        self.unit.setup.append((setup, node.span.line))
        rest = [argument for argument in node.arguments if argument is not node.expression]
        call = f"{place}({', '.join([self.write(argument) for argument in rest])})"
        if kind == "RequestedInside" and node.type.name == "tuple":
            call = f"apart({call}, {len(node.type.arguments)})"
        return call, 9

    def _end_of_bar(self, main: Unit) -> list[Line]:
        """Return what puts the values of this bar into their histories."""
        lines: list[Line] = []
        for key, history in main.histories.items():
            value = key.code if isinstance(key, tree.Symbol) else self.write(main.recorded_builtins[key])
            lines.append((f"{history.name}.append({value})", 0))
        return lines

    def _kept(self, unit: Unit) -> list[Line]:
        """Return what lets the variables of a unit be saved and brought back; `varip` are left as they are."""
        lines: list[Line] = []
        for keeping in ("variables", "varips"):
            lasting = keeping == "varips"
            codes = [code for code, symbol in unit.cells.items() if (symbol.mode == "varip") is lasting]
            if codes:
                lines += [
                    (f"def read(): return ({''.join(f'{code}, ' for code in codes)})", 0),
                    ("def write(saved):", 0),
                    (f"    nonlocal {', '.join(codes)}", 0),
                    (f"    {', '.join(codes)}, = saved", 0),
                    (f"keep.{keeping}(read, write)", 0),
                ]
        return lines

    # Functions -------------------------------------------------------------------------------------------------------

    def function_at_call(self, node: tree.FunctionCall) -> str:
        """Return what to call: the function itself, or this place's own instance if it keeps something."""
        function = node.function
        code = function.code
        if self._asks(function):
            # What it asks for depends on the arguments of this place, so that the place has a function of its own.
            code = self.name(f"{code}_")
            self.frames.append((function, node.arguments))
            self._write_function(function, code)
            self.frames.pop()
        elif code not in self.functions:
            frames, self.frames = self.frames, []
            self._write_function(function, code)
            self.frames = frames
        name, keeps, repeats = self.functions[code]
        self.weight += self.weights[code]
        if self.weight > MOST_INSTANCES:
            message = "Functions that call functions make too many instances."
            raise TooManyCalls(node, message, "Call the inner ones once and hand their results on.")
        if not keeps:
            return name
        instance = self.name("k")
        self.unit.setup.append((f"{instance} = {name}({self.unit.again if repeats else ''})", node.span.line))
        return instance

    def _asks(self, function: tree.Function) -> bool:
        known = self.asking.get(function.code)
        if known is None:
            known = self.asking[function.code] = has_requests(function)
        return known

    def _write_function(self, function: tree.Function, code: str) -> None:
        outer, outer_weight = self.unit, self.weight
        unit = self.unit = Unit(outer.main)
        self.weight = 1
        for parameter in function.parameters:
            if parameter.indexed:
                held = unit.recorded(parameter, missing(parameter.type, self.version))
                unit.line(f"{held}.record({parameter.code})")
        self.block(function.body)
        if function.body.result is not None:
            unit.line(f"return {self.write(function.body.result)}", function.body.result.span.line)
        else:
            unit.line("return None")
        parameters = ", ".join(parameter.code for parameter in function.parameters)
        keeps = bool(unit.setup or unit.cells)
        body: list[Line] = [(f"def call({parameters}):" if keeps else f"def {code}({parameters}):", 0)]
        if unit.changed:
            body.append((f"    nonlocal {', '.join(sorted(unit.changed))}", 0))
        body += unit.lines
        if keeps:
            begin = [(f"{code} = UNSET", 0) for code in unit.cells]
            inner = [*begin, *unit.setup, *body, *self._kept(unit), ("return call", 0)]
            body = [
                (f"def {code}({'again' if unit.repeats else ''}):", 0),
                *((f"    {text}", origin) for text, origin in inner),
            ]
        self.factories += body
        self.functions[code] = (code, keeps, unit.repeats)
        self.weights[code] = self.weight
        self.unit, self.weight = outer, outer_weight
