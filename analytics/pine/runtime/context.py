"""What a running script sees of the world: the current bar, the symbol, the state of the chart, its outputs."""

import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.outputs import Outputs
from analytics.pine.runtime.snapshots import Snapshot
from analytics.pine.runtime.state import State
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA


def milliseconds_now() -> int:
    """Return the time now in milliseconds UTC."""
    return clock.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a script declares about itself in `indicator`, `strategy` or `library`, as far as built-ins need it."""

    version: int = 6
    title: str = ""
    overlay: bool = False
    max_lines_count: int = 50
    max_labels_count: int = 50
    max_boxes_count: int = 50
    max_polylines_count: int = 50
    max_bars_back: int = 5000
    calc_bars_count: int = 0
    format: str = "inherit"
    precision: int | None = None


@dataclass(slots=True)
class Context:
    """The world of one script on one symbol and timeframe.

    `bars` are all bars known so far: the whole history before the run starts, then one more for each bar that opens.
    The caller steps through them with `begin`, which sets the values of the current bar.
    """

    symbol: Symbol
    timeframe: Timeframe
    bars: list[Bar] = field(default_factory=list)
    declaration: Declaration = field(default_factory=Declaration)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    main_timeframe: Timeframe | None = None
    broker: Any = None
    outputs: Outputs = field(default_factory=Outputs)
    now: Callable[[], int] = milliseconds_now
    rates: Any = None
    """What currencies are worth in each other, as far as anybody here knows."""

    bar_index: int = -1
    time: int = 0
    open: float = NA
    high: float = NA
    low: float = NA
    close: float = NA
    volume: float = NA
    is_history: bool = True
    is_realtime: bool = False
    is_confirmed: bool = True
    is_new: bool = True
    last_history_index: int = -1
    accumulators: dict[str, State] = field(default_factory=dict)
    drawn: int = 0
    random_places: int = 0
    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Titles and messages of conditions that fire when this bar is computed."""

    def begin(self, bar_index: int, *, realtime: bool = False, confirmed: bool = True, new: bool = True) -> None:
        """Make a bar of `bars` the current one; `new` says that it is computed for the first time."""
        self.bar_index = bar_index
        self.time, self.open, self.high, self.low, self.close, self.volume = self.bars[bar_index]
        self.is_history = not realtime
        self.is_realtime = realtime
        self.is_confirmed = confirmed
        self.is_new = new
        if not realtime:
            self.last_history_index = len(self.bars) - 1

    def move(self, bar_index: int, bar: Bar) -> None:
        """Make a bar of the history the current one, after `begin` made one before it."""
        self.bar_index = bar_index
        self.time, self.open, self.high, self.low, self.close, self.volume = bar

    def save(self) -> Any:
        """Return what a computation of the current bar may change: running values and drawings."""
        drawings = {kind: dict(held) for kind, held in self.outputs.drawings.items()}
        accumulators = {name: (state, state.save()) for name, state in self.accumulators.items()}
        return accumulators, self.drawn, drawings, Snapshot([drawings])

    def restore(self, saved: Any) -> None:
        """Go back to what `save` returned, before a bar is computed again; alerts and the log stay."""
        accumulators, self.drawn, drawings, contents = saved
        contents.restore()
        self.outputs.drawings = {kind: dict(held) for kind, held in drawings.items()}
        self.accumulators = {name: state for name, (state, _) in accumulators.items()}
        for state, value in accumulators.values():
            state.restore(value)

    @property
    def is_first(self) -> bool:
        """Return whether this is the first bar."""
        return self.bar_index == 0

    @property
    def is_last(self) -> bool:
        """Return whether this is the last bar that is known, or one in real time."""
        return self.bar_index == len(self.bars) - 1
