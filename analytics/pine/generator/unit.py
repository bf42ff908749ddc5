"""A Python function being written, with what it needs before its first call."""

from typing import Any, NamedTuple

from analytics.pine.semantics import tree

Line = tuple[str, int]
"""A line of Python and the line of the script it comes from, 0 if it comes from none."""


class History(NamedTuple):
    """The history of a variable: its name, what it holds before the first bar, and how far back it is asked.

    Where offsets are constant, none is further back than `furthest`; an open history may be asked anything.
    """

    name: str
    absent: str
    furthest: int
    is_open: bool

    def made(self) -> str:
        """Return what makes the history as source."""
        reach = "" if self.is_open else f", {self.furthest}"
        return f"keep.history([{self.absent}] * {self.furthest}{reach})"


class Ahead(NamedTuple):
    """What is computed before the rest of a bar, over the history for many bars at once: as source for one and many."""

    names: tuple[str, ...]
    once: str
    over: str
    origin: int

    @property
    def targets(self) -> str:
        """Return what its value on a bar is assigned to as source."""
        return self.names[0] if len(self.names) == 1 else "".join(f"{name}, " for name in self.names).rstrip()

    @property
    def columns(self) -> str:
        """Return what its values on many bars are assigned to as source."""
        return ", ".join(f"{name}__" for name in self.names)


class Shown(NamedTuple):
    """What a plot takes in by `show` before the rest of a bar, over the history for many bars at once, as source."""

    show: str
    once: str
    over: str
    origin: int


class Unit:
    """The function of a script's bar (`main` is then itself) or of one user function.

    `setup` is written before the function, once for each instance; `lines` are its body.
    """

    def __init__(self, main: "Unit | None" = None) -> None:
        self.main: Unit = main or self
        self.setup: list[Line] = []
        self.lines: list[Line] = []
        self.indent = 1
        self.loops = 0
        self.repeats = False
        self.cells: dict[str, tree.Symbol] = {}
        self.changed: set[str] = set()
        self.histories: dict[Any, History] = {}
        self.recorders: dict[str, str] = {}
        self.prices: dict[str, str] = {}
        self.once: dict[str, str] = {}
        self.steady: list[Line] = []
        self.each_bar: dict[str, str] = {}
        self.each_bar_calls: list[tuple[str, str]] = []
        self.recorded_builtins: dict[str, tree.Builtin] = {}
        self.ahead: list[Ahead] = []
        self.shown: list[Shown] = []
        self.rows = ""
        """What the rest of many bars needs of what was computed ahead."""
        self.written_ahead: dict[int, str] = {}
        self.columns: dict[tree.Symbol, tuple[str, str]] = {}

    def line(self, text: str, origin: int = 0) -> None:
        self.lines.append(("    " * self.indent + text, origin))

    @property
    def is_main(self) -> bool:
        return self.main is self

    @property
    def looks_ahead(self) -> bool:
        """Return whether bars of the history begin with what was prepared for many of them."""
        return bool(self.ahead or self.shown)

    @property
    def again(self) -> str:
        """Return whether what is written now may be reached more than once on a bar, as source.

        A user function is told so by the place that calls it.
        """
        if self.loops:
            return "True"
        if self.is_main:
            return "False"
        self.repeats = True
        return "again"

    def price(self, name: str) -> str:
        """Return how the unit reads a value of the bar, an attribute of the context by its path.

        No computation of a bar changes it, so that the script's own function reads it once.
        """
        if not self.is_main:
            return f"context.{name}"
        self.prices[f"c_{name.replace('.', '_')}"] = name
        return f"c_{name.replace('.', '_')}"

    def is_cell(self, symbol: tree.Symbol) -> bool:
        """Return whether a variable outlives the call: it is `var`, or functions of the script see it."""
        return bool(symbol.mode) or symbol.captured

    def read(self, symbol: tree.Symbol) -> str:
        return symbol.code

    def assigned(self, symbol: tree.Symbol) -> None:
        """Note that the unit gives a variable a value."""
        if self.is_cell(symbol):
            self.cells[symbol.code] = symbol
            self.changed.add(symbol.code)

    def recorded(self, symbol: tree.Symbol, absent: str) -> str:
        """Return the history of a local variable."""
        held = self.recorders.get(symbol.code)
        if held is None:
            held = self.recorders[symbol.code] = f"r_{symbol.code}"
            self.setup.append((f"{held} = keep.part(Recorded(context, {absent}))", symbol.span.line))
        return held

    def history(self, key: Any, absent: str, back: int | None) -> str:
        """Return the history of a variable with one value on each bar, of which one some bars back is asked for.

        None stands for any number of bars.
        """
        name = f"h_{key.code if isinstance(key, tree.Symbol) else key.replace('.', '_')}"
        known = self.histories.get(key, History(name, absent, 0, is_open=False))
        furthest = max(known.furthest, back or 0)
        self.histories[key] = History(name, absent, furthest, is_open=known.is_open or back is None)
        return name
