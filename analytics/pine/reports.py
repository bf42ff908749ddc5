"""What scripts brought forth, as JSON, as CSV like a chart's exports, and as tables for people."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from math import isfinite, isnan
from typing import Any, TextIO

from analytics.pine.broker.listing import TradeRow
from analytics.pine.diagnostics import Severity
from analytics.pine.program import Result
from analytics.pine.runtime.plots import Plot
from analytics.pine.runtime.zones import zone
from analytics.pine.scripts import Market, Outcome

NOT_A_NUMBER = "NaN"
_EXACT = 2**53


def as_json(outcome: Outcome, market: Market | None = None) -> dict[str, Any]:
    """Return everything about one file as JSON; what is not available is null."""
    found: dict[str, Any] = {
        "file": str(outcome.path),
        "failed": outcome.failed,
        "diagnostics": [diagnostic.as_json() for diagnostic in outcome.diagnostics],
    }
    if outcome.program is not None:
        found |= {"version": outcome.program.version, "kind": outcome.program.kind}
    if outcome.result is not None and market is not None:
        found |= _result(outcome.result, market)
    return found


def _result(result: Result, market: Market) -> dict[str, Any]:
    outputs, bars = result.outputs, market.history.bars
    plots = [
        {"title": plot.title, "kind": plot.kind, "columns": _columns(plot, len(bars))}
        for plot in outputs.plots.values()
    ]
    return {
        "symbol": market.symbol.tickerid,
        "timeframe": market.timeframe.period,
        "times": [bar.time for bar in bars],
        "plots": plots,
        "drawings": {kind: len(held) for kind, held in outputs.drawings.items()},
        "alerts": [_plain(alert._asdict()) for alert in outputs.alerts],
        "logs": [_plain(line._asdict()) for line in outputs.logs],
        "trades": [_plain(row._asdict()) for row in result.trades],
        "summary": None if result.summary is None else _plain(asdict(result.summary)),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _columns(plot: Plot, bars: int) -> dict[str, list[Any]]:
    """Return the values of a plot for every bar by column; on the bars before the first computed one there are none."""
    rows = plot.rows
    missing = [None] * (bars - len(rows))
    return {name: [*missing, *(_plain(row[place]) for row in rows)] for place, name in enumerate(plot.columns)}


def write_plots(file: TextIO, result: Result, market: Market) -> None:
    """Write the candles and every plotted value as CSV with times in seconds, as charts export them; na is `NaN`."""
    bars = market.history.bars
    heading = ["time", "open", "high", "low", "close", "Volume"]
    columns: list[list[Any]] = []
    for plot in result.outputs.plots.values():
        values = {name: column for name, column in _columns(plot, len(bars)).items() if "color" not in name}
        for name, column in values.items():
            heading.append(f"{plot.title or 'Plot'} {name}" if len(values) > 1 else plot.title or "Plot")
            columns.append(column)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heading)
    for place, bar in enumerate(bars):
        time = bar.time // 1000 if bar.time % 1000 == 0 else bar.time
        writer.writerow([time, *map(_cell, bar[1:]), *(_cell(column[place]) for column in columns)])


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and isnan(value)):
        return NOT_A_NUMBER
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer() and abs(value) < _EXACT)
    return int(value) if whole else value


def write_trades(file: TextIO, trades: Sequence[TradeRow], market: Market) -> None:
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


def as_text(outcome: Outcome) -> str:
    """Return the diagnostics of a file for people, empty if there are none."""
    return "\n\n".join(f"{outcome.path}: {found.as_text(outcome.source)}" for found in outcome.diagnostics)


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
