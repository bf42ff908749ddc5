"""What scripts brought forth, as JSON, as CSV like a chart's exports, and as tables for people."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from math import isnan
from typing import Any, Protocol

from analytics.pine.broker.listing import TradeRow
from analytics.pine.diagnostics import Severity
from analytics.pine.displays import columns, drawings_as_json, plain, plots_as_json
from analytics.pine.program import Result
from analytics.pine.runtime.zones import zone
from analytics.pine.scripts import Market, Outcome
from analytics.pine.semantics.tree import Input

NOT_A_NUMBER = "NaN"
_EXACT = 2**53
_OF_INPUT = ("title", "kind", "default", "minimum", "maximum", "step", "options", "tooltip", "inline", "group")


class Writable(Protocol):
    """What text can be written to: a file, or the output of a command."""

    def write(self, text: str, /) -> object: ...


def as_json(outcome: Outcome, market: Market | None = None) -> dict[str, Any]:
    """Return everything about one file as JSON; what is not available is null."""
    found: dict[str, Any] = {
        "file": str(outcome.path),
        "failed": outcome.failed,
        "diagnostics": [diagnostic.as_json(outcome.source) for diagnostic in outcome.diagnostics],
    }
    if outcome.program is not None:
        found |= {
            "version": outcome.program.version,
            "kind": outcome.program.kind,
            "inputs": [_input(setting) for setting in outcome.program.inputs],
        }
    if outcome.result is not None and market is not None:
        found |= _result(outcome.result, market)
    return found


def _input(setting: Input) -> dict[str, Any]:
    return {"name": f"in_{setting.number}"} | {name: plain(getattr(setting, name)) for name in _OF_INPUT}


def _result(result: Result, market: Market) -> dict[str, Any]:
    outputs, bars = result.outputs, market.history.bars
    return {
        "symbol": market.symbol.tickerid,
        "timeframe": market.timeframe.period,
        "times": [bar.time for bar in bars],
        "plots": plots_as_json(outputs, len(bars)),
        "drawings": drawings_as_json(outputs),
        "alerts": [plain(alert._asdict()) for alert in outputs.alerts],
        "logs": [plain(line._asdict()) for line in outputs.logs],
        "trades": [plain(row._asdict()) for row in result.trades],
        "equity": [plain(equity) for equity in result.equity],
        "summary": None if result.summary is None else plain(asdict(result.summary)),
        "hash": result.result_hash(),
    }


def write_plots(file: Writable, result: Result, market: Market) -> None:
    """Write the candles and every plotted value as CSV with times in seconds, as charts export them; na is `NaN`."""
    bars = market.history.bars
    heading = ["time", "open", "high", "low", "close", "Volume"]
    written: list[list[Any]] = []
    for plot in result.outputs.plots.values():
        values = {name: column for name, column in columns(plot, len(bars)).items() if "color" not in name}
        for name, column in values.items():
            heading.append(f"{plot.title or 'Plot'} {name}" if len(values) > 1 else plot.title or "Plot")
            written.append(column)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heading)
    for place, bar in enumerate(bars):
        time = bar.time // 1000 if bar.time % 1000 == 0 else bar.time
        writer.writerow([time, *map(_cell, bar[1:]), *(_cell(column[place]) for column in written)])


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and isnan(value)):
        return NOT_A_NUMBER
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer() and abs(value) < _EXACT)
    return int(value) if whole else value


def write_trades(file: Writable, trades: Sequence[TradeRow], market: Market) -> None:
    """Write the list of trades as TradingView exports it, with times in the instrument's time zone."""
    currency, where = market.symbol.currency, zone(market.symbol.timezone)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        [
            "Trade #",
            "Type",
            "Date/Time",
            "Signal",
            f"Price {currency}",
            "Position size (qty)",
            "Position size (value)",
            f"Net P&L {currency}",
            "Net P&L %",
            f"Run-up {currency}",
            "Run-up %",
            f"Drawdown {currency}",
            "Drawdown %",
            f"Cumulative P&L {currency}",
            "Cumulative P&L %",
        ]
    )
    for row in trades:
        time = datetime.fromtimestamp(row.time / 1000, where).strftime("%Y-%m-%dT%H:%M:%S%z")
        writer.writerow([row.number, row.type, time, row.signal, *map(_cell, row[4:])])


def write_log(file: Writable, result: Result, market: Market) -> None:
    """Write the log of a script: the time of the bar in the instrument's time zone, how grave it is, the message."""
    where = zone(market.symbol.timezone)
    for line in result.outputs.logs:
        time = datetime.fromtimestamp(line.time / 1000, where).strftime("%Y-%m-%dT%H:%M:%S%z")
        file.write(f"{time} {line.level} {line.message}\n")


def as_text(outcome: Outcome) -> str:
    """Return the diagnostics of a file for people, empty if there are none."""
    return "\n\n".join(f"{outcome.path}: {found.as_text(outcome.source)}" for found in outcome.diagnostics)


def about_log(outcome: Outcome) -> str:
    """Return a sentence about the warnings and errors in the log of a script, empty if there are none."""
    logs = [] if outcome.result is None else outcome.result.outputs.logs
    grave = [line for line in logs if line.level != "info"]
    if not grave:
        return ""
    times = "once" if len(grave) == 1 else f"{len(grave)} times"
    return f'{outcome.path}: its log warns {times}, first: "{grave[0].message}" See it all with --log.'


def overview(outcomes: Iterable[Outcome], *, ran: bool) -> str:
    """Return a table with a row for each file."""
    heading = ["file", "kind", "errors", "warnings"]
    rows = [[*heading, "plots", "trades", "net profit"] if ran else heading]
    for outcome in outcomes:
        kind = f"{outcome.program.kind} v{outcome.program.version}" if outcome.program else "-"
        row = [str(outcome.path), kind, *(str(outcome.count(severity)) for severity in Severity)]
        if ran:
            row += _figures(outcome.result)
        rows.append(row)
    return aligned(rows)


def _figures(result: Result | None) -> list[str]:
    if result is None:
        return ["-", "-", "-"]
    plots = str(len(result.outputs.plots))
    if result.summary is None:
        return [plots, "-", "-"]
    return [plots, str(result.summary.all.trades), f"{result.summary.all.net_profit:.2f}"]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as text in columns, the first two to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
