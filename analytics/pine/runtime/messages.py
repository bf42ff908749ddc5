"""Alerts, the script's log, and stopping with an error."""

import re
from datetime import UTC
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, PerCall
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.date_formats import format_date
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.outputs import Alert, LogLine
from analytics.pine.runtime.plots import Plot
from analytics.pine.runtime.state import State
from analytics.pine.runtime.strings import format_message, to_string
from analytics.pine.runtime.values import is_na
from analytics.pine.runtime.zones import local

KEPT = 10_000
"""How many alerts and how many lines of the log are kept; older ones are dropped."""
LONGEST = 4_096
"""How many characters of an alert and of a line of the log are kept."""

_PLACEHOLDER = re.compile(r"\{\{\s*(plot_(\d+)|plot\(\s*\"([^\"]*)\"\s*\)|[a-z_]+)\s*\}\}")
_SERIES = ("plot", "plotshape", "plotchar", "plotarrow")


def _record(kept: list[Any], entry: Any) -> None:
    kept.append(entry)
    if len(kept) > 2 * KEPT:
        del kept[:-KEPT]


def _moment(milliseconds: int) -> str:
    return format_date(local(milliseconds, UTC), "yyyy-MM-dd'T'HH:mm:ss'Z'")


def filled(context: Context, message: str) -> str:
    """Return a message of `alertcondition` with placeholders such as `{{close}}` and `{{plot("RSI")}}` filled in."""
    names = {
        "ticker": context.symbol.ticker,
        "exchange": context.symbol.prefix,
        "interval": context.timeframe.period,
        "syminfo_currency": context.symbol.currency,
        "time": _moment(context.time),
        "timenow": _moment(context.now()),
    }

    def replaced(found: re.Match[str]) -> str:
        name = found[1]
        if found[2] is not None or found[3] is not None:
            plot = _plot(context, found[2], found[3])
            return found[0] if plot is None else to_string(context, plot.held[0][context.bar_index])
        if name in ("open", "high", "low", "close", "volume"):
            return to_string(context, getattr(context, name))
        return names.get(name, found[0])

    return _PLACEHOLDER.sub(replaced, message[:LONGEST])[:LONGEST]


def _plot(context: Context, number: str | None, title: str | None) -> Plot | None:
    plots = [plot for plot in context.outputs.plots.values() if plot.kind in _SERIES]
    if number is not None:
        return plots[int(number)] if int(number) < len(plots) else None
    return next((plot for plot in plots if plot.title == title), None)


class AlertCondition(State):
    """A condition that fires when it is true on a bar that has closed."""

    __slots__ = ("context",)

    def __init__(self, context: Context) -> None:
        self.context = context

    def __call__(self, condition: bool | None, title: str | None = "", message: str | None = "") -> None:
        context = self.context
        if condition and context.is_confirmed:
            context.waiting.append((title or "", message or ""))


def tell(context: Context) -> None:
    """Record the conditions that fired on this bar, now that all plots have their values."""
    for title, message in context.waiting:
        alert = Alert(context.bar_index, context.time, title, filled(context, message), "once_per_bar_close")
        _record(context.outputs.alerts, alert)
    context.waiting.clear()


class AlertCall(State):
    """A call of `alert`, which fires as often as its frequency allows; what has fired does not fire again."""

    __slots__ = ("context", "fired")
    passing = frozenset({"context", "fired"})

    def __init__(self, context: Context) -> None:
        self.context = context
        self.fired = -1

    def __call__(self, message: str | None, frequency: str = "once_per_bar") -> None:
        context = self.context
        if frequency == "once_per_bar_close" and not context.is_confirmed:
            return
        if frequency == "once_per_bar" and self.fired == context.bar_index:
            return
        self.fired = context.bar_index
        _record(
            context.outputs.alerts, Alert(context.bar_index, context.time, "", (message or "")[:LONGEST], frequency)
        )


def _logger(level: str) -> OfContext:
    def log(context: Context, message: Any, *values: Any) -> None:
        text = format_message(context, message, *values) if values else message
        line = LogLine(context.bar_index, context.time, level, "NaN" if is_na(text) else str(text)[:LONGEST])
        _record(context.outputs.logs, line)

    return OfContext(log)


def warn(context: Context, message: str) -> None:
    """Write into the script's log what the platform has to say of it, as a warning."""
    _record(context.outputs.logs, LogLine(context.bar_index, context.time, "warning", message[:LONGEST]))


def stop(context: Context, message: str | None) -> None:
    """Stop the script with an error of its own."""
    raise PineRuntimeError(message or "The script has stopped itself without saying why.")


BINDINGS: dict[str, Binding] = {
    "alertcondition": PerCall(AlertCondition),
    "alert": PerCall(AlertCall),
    "log.info": _logger("info"),
    "log.warning": _logger("warning"),
    "log.error": _logger("error"),
    "runtime.error": OfContext(stop),
}
