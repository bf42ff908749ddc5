"""Scripts from text to results: `compile` once, then `run` over a history or `stream` bar by bar."""

import builtins
import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any

from analytics.pine import replays
from analytics.pine.broker.bindings import BINDINGS as BROKER
from analytics.pine.broker.broker import Broker
from analytics.pine.broker.listing import TradeRow
from analytics.pine.broker.settings import StrategySettings
from analytics.pine.broker.statistics import Summary
from analytics.pine.diagnostics import CompilationFailed, Diagnostic, Diagnostics, Span
from analytics.pine.fingerprint import fingerprint
from analytics.pine.generator.expressions import Unsupported
from analytics.pine.generator.script import TooManyCalls, generate
from analytics.pine.generator.support import NAMES, EnumValue, object_type
from analytics.pine.history_ticks import forming
from analytics.pine.inputs import input_values
from analytics.pine.instance import FILE, Instance
from analytics.pine.magnifier import Magnifier
from analytics.pine.requested import Market, Requested, RequestedInside
from analytics.pine.runtime.bars import Bar, last_bars
from analytics.pine.runtime.bindings import Binding
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.runtime.context import Context, Declaration, milliseconds_now
from analytics.pine.runtime.errors import BarRefused
from analytics.pine.runtime.outputs import LogLine, Outputs
from analytics.pine.runtime.rates import Rates
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.semantics import tree
from analytics.pine.semantics.analyzer import analyse
from analytics.pine.syntax.parser import parse

CHECK_EVERY = 1_024
TRIM_EVERY = 256
_DECLARED = (
    "title",
    "overlay",
    "max_lines_count",
    "max_labels_count",
    "max_boxes_count",
    "max_polylines_count",
    "calc_bars_count",
    "format",
    "precision",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled script; it can be run any number of times, also at the same time."""

    source: str
    version: int
    kind: str
    declaration: dict[str, Any]
    inputs: list[tree.Input]
    warnings: tuple[Diagnostic, ...]
    python: str
    code: CodeType = field(repr=False)
    names: dict[str, Any] = field(repr=False)
    origins: list[int] = field(repr=False)
    enums: dict[str, EnumValue] = field(repr=False)

    @property
    def is_strategy(self) -> bool:
        return self.kind == "strategy"


@dataclass(frozen=True, slots=True)
class Result:
    """What a script brought forth; `equity` of a strategy is that at the close of each bar that was computed."""

    outputs: Outputs
    trades: list[TradeRow]
    summary: Summary | None
    equity: list[float]

    def plot(self, title: str) -> list[float]:
        """Return the values of the plot with a title, one for each bar that was computed."""
        for plot in self.outputs.plots.values():
            if plot.title == title:
                values: list[float] = plot.values
                return values
        raise KeyError(title)

    def result_hash(self) -> str:
        """Return the same for the same results, on every machine."""
        return fingerprint(self)


@cache
def bindings() -> dict[str, Binding]:
    """Return everything that carries out the reference."""
    return {**BUILTINS, **BROKER}


def compile(text: str) -> Program:
    """Return a script ready to run; what is wrong with it is raised as CompilationFailed, all at once."""
    diagnostics = Diagnostics()
    # What a compilation makes it needs to its end: looking for garbage meanwhile, through all that a process holds,
    # would double the time of some.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _compile(text, diagnostics)
    except RecursionError:
        diagnostics.error("too-deep", Span(1, 1, 1), "The script is nested too deeply.", "Give parts of it names.")
    except Unsupported as missing:
        span = missing.node.span
        diagnostics.error("not-available", span, f"`{missing.name}` is not available here.", "Leave it out.")
    except TooManyCalls as many:
        diagnostics.error("too-deep", many.span, many.message, many.hint)
    finally:
        if collects:
            gc.enable()
    raise CompilationFailed(diagnostics.sorted(), text)


def check(text: str) -> tuple[Diagnostic, ...]:
    """Return all diagnostics of a script, also the warnings; empty if there is nothing to say."""
    try:
        return compile(text).warnings
    except CompilationFailed as failed:
        return failed.diagnostics


def _compile(text: str, diagnostics: Diagnostics) -> Program:
    script = analyse(parse(text, diagnostics), diagnostics)
    if diagnostics.failed:
        raise CompilationFailed(diagnostics.sorted(), text)
    generated = generate(script, bindings())
    enums = {
        f"{enum}.{name}": EnumValue(enum, name, title)
        for enum, members in script.enums.items()
        for name, title in members
    }
    names = {**NAMES, "Requested": Requested, "RequestedInside": RequestedInside, **generated.names}
    names |= {f"E_{value.enum}_{value.name}": value for value in enums.values()}
    for name, fields in script.user_types.items():
        names[f"T_{name}"] = object_type(name, fields, script.varip_fields[name])
    try:
        code = builtins.compile(generated.source, FILE, "exec")
    except (SyntaxError, MemoryError) as error:
        diagnostics.error("too-deep", Span(1, 1, 1), "The script is nested too deeply.", "Give parts of it names.")
        raise CompilationFailed(diagnostics.sorted(), text) from error
    return Program(
        source=text,
        version=script.version,
        kind=script.kind,
        declaration=script.declaration,
        inputs=script.inputs,
        warnings=diagnostics.sorted(),
        python=generated.source,
        code=code,
        names=names,
        origins=generated.origins,
        enums=enums,
    )


class Stream:
    """A script that runs along with its market: first over the history, then bar by bar."""

    def __init__(
        self,
        program: Program,
        bars: Iterable[Bar],
        *,
        symbol: Symbol,
        timeframe: Timeframe,
        inputs: Mapping[str, Any] | None = None,
        now: Callable[[], int] = milliseconds_now,
        proceed: Callable[[], None] | None = None,
        market: Market | None = None,
    ) -> None:
        bars = last_bars(bars, program.declaration.get("calc_bars_count") or 0)
        given = {name: program.declaration[name] for name in _DECLARED if program.declaration.get(name) is not None}
        self.program = program
        self.broker = None
        if program.is_strategy:
            self.broker = Broker(StrategySettings.declared(program.version, program.declaration), symbol)
        self.context = Context(
            symbol=symbol,
            timeframe=timeframe,
            bars=bars,
            declaration=Declaration(version=program.version, **given),
            broker=self.broker,
            now=now,
        )
        self.context.rates = Rates(self.context, market)
        self._magnifier: Magnifier | None = None
        if self.broker is not None:
            self.broker.conversion = self._conversion(self.broker.settings.currency)
            if self.broker.settings.use_bar_magnifier and market is not None:
                self._magnifier = Magnifier(self.context, market)
        values = input_values(program.inputs, inputs or {}, program.enums)
        self.instance = Instance(program, self.context, values, market)
        self._before: Any = None
        self._replay(proceed)

    @property
    def is_forming(self) -> bool:
        """Return whether the newest bar has not closed yet."""
        return self._before is not None

    def _replay(self, proceed: Callable[[], None] | None) -> None:
        """Compute the history; `proceed` is called now and then and may raise to stop it."""
        bars, broker, instance = self.context.bars, self.broker, self.instance
        if bars:
            self.context.begin(0)
        for start in range(0, len(bars), CHECK_EVERY):
            stop = min(start + CHECK_EVERY, len(bars))
            if broker is None:
                replays.compute(instance, start, stop)
            elif broker.settings.calc_on_every_history_tick:
                for index in range(start, stop):
                    self._trade_by_ticks(index, bars[index])
            elif broker.settings.calc_on_order_fills or broker.settings.use_bar_magnifier:
                for index in range(start, stop):
                    self.context.move(index, bars[index])
                    self._trade(bars[index])
            else:
                replays.compute_and_trade(instance, broker, start, stop)
            instance.keep.trim()
            if proceed is not None:
                proceed()

    def _conversion(self, account: str) -> Callable[[int], float] | None:
        """Return what the symbol's currency is worth in the account's, None if they are the same or nobody knows."""
        own, rates = self.context.symbol.currency, self.context.rates
        if account in ("", "NONE", own):
            return None
        begin = self.context.bars[0].time if self.context.bars else 0
        if rates.rate(own, account, begin) is None:
            message = (
                f"There are no daily bars of {own}{account} or {account}{own} here: both currencies count the same."
            )
            self.context.outputs.logs.append(LogLine(0, begin, "warning", message))
            return None
        return lambda moment: rates.rate(own, account, moment) or 1.0

    def _trade(self, bar: Bar) -> None:
        """Compute a bar of a strategy: fills, the script, where wanted also the script on every fill, the close."""
        broker, instance = self.broker, self.instance
        assert broker is not None
        broker.open_bar(bar, self._magnifier.inside(bar) if self._magnifier else ())
        while broker.is_paused:
            saved = instance.save()
            instance.compute()
            instance.restore(saved, on_fill=True)
            broker.resume()
        instance.compute()
        broker.close_bar()

    def _trade_by_ticks(self, index: int, bar: Bar) -> None:
        """Compute a bar of the history of a strategy at each price of its way, as if it were forming."""
        broker, instance, context = self.broker, self.instance, self.context
        assert broker is not None
        inside = self._magnifier.inside(bar) if self._magnifier else ()
        broker.open_bar(bar, inside, by_ticks=True)
        for seen in forming(bar, inside, broker.tick_grid):
            if not broker.is_paused:
                break
            marked = instance.mark()
            context.bars[index] = seen
            context.move(index, seen)
            instance.compute()
            instance.rewind(marked)
            broker.resume()
        context.bars[index] = bar
        context.move(index, bar)
        instance.compute()
        broker.close_bar()

    def update(self, bar: Bar, *, confirmed: bool) -> None:
        """Compute the newest bar, again if it was computed before: `var` goes back to where it was, `varip` stays.

        A bar with a later time than the last opens a new one; it is confirmed when it has closed. If the last was still
        forming, it closes with what was seen of it. A bar before the last, or one that has closed, is refused with
        BarRefused, and the script stays as it is.
        """
        bars = self.context.bars
        if bars and bar.time <= bars[-1].time and not (self.is_forming and bar.time == bars[-1].time):
            raise BarRefused(bar.time, bars[-1].time)
        if self.is_forming and bar.time > bars[-1].time:
            self.update(bars[-1], confirmed=True)
        new = self._before is None
        if new:
            if not len(bars) % TRIM_EVERY:
                self.instance.keep.trim()
            bars.append(bar)
            saved_broker = self.broker.mark() if self.broker else None
            self._before = self.instance.mark(), saved_broker
        else:
            bars[-1] = bar
            marked, saved_broker = self._before
            self.instance.rewind(marked)
            self._before = self.instance.mark(), saved_broker
            if self.broker is not None:
                self.broker.rewind(saved_broker)
        self.context.begin(len(bars) - 1, realtime=True, confirmed=confirmed, new=new)
        if self.broker is None:
            self.instance.compute()
        elif confirmed or self.broker.settings.calc_on_every_tick:
            self._trade(bar)
        if confirmed:
            self._before = None

    def result(self) -> Result:
        """Return what the script has brought forth so far."""
        if self.broker is None:
            return Result(self.context.outputs, [], None, [])
        return Result(self.context.outputs, self.broker.trades(), self.broker.summary(), self.broker.equity())


def run(
    program: Program,
    bars: Sequence[Bar],
    *,
    symbol: Symbol,
    timeframe: Timeframe,
    inputs: Mapping[str, Any] | None = None,
    now: Callable[[], int] = milliseconds_now,
    proceed: Callable[[], None] | None = None,
    market: Market | None = None,
) -> Result:
    """Run a script over a history; ScriptFailed names the line and the bar where it stops.

    `proceed` is called every 1,024 bars and may raise what ends the run, such as a deadline that has passed; `market`
    gives the bars of other symbols and lower timeframes that the script asks for.
    """
    return stream(
        program, bars, symbol=symbol, timeframe=timeframe, inputs=inputs, now=now, proceed=proceed, market=market
    ).result()


def stream(
    program: Program,
    bars: Iterable[Bar],
    *,
    symbol: Symbol,
    timeframe: Timeframe,
    inputs: Mapping[str, Any] | None = None,
    now: Callable[[], int] = milliseconds_now,
    proceed: Callable[[], None] | None = None,
    market: Market | None = None,
) -> Stream:
    """Run a script over the bars so far and return it, to be updated as the market goes on."""
    return Stream(
        program, bars, symbol=symbol, timeframe=timeframe, inputs=inputs, now=now, proceed=proceed, market=market
    )
