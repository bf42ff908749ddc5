"""Scripts whose values and trades on TradingView are known, where REFERENCE_DATA names a directory that has them."""

import csv
import gzip
import json
import os
from datetime import datetime
from math import isclose
from pathlib import Path

import pytest

from analytics.pine.histories import read_history
from analytics.pine.instruments import symbol_of, timeframe_of
from analytics.pine.program import compile, run

INDICATORS = [
    "bb",
    "kc",
    "correlation",
    "cross",
    "dmi",
    "highest_lowest",
    "linreg",
    "macd",
    "mfi_rsi_stoch",
    "pivot",
    "supertrend",
    "tr_atr",
    "valuewhen",
    "vwap",
    "na",
    "series_if_for",
    "timeframe_change",
    "session",
]
STRATEGIES = ["barupdn", "bollinger", "rsi", "macd", "supertrend", "slippage_direction"]


def case_of(kind, name):
    if "REFERENCE_DATA" not in os.environ:
        pytest.skip("REFERENCE_DATA does not point at recorded scripts")
    root = Path(os.environ["REFERENCE_DATA"]) / "conformance" / "pine" / kind
    case = next(case for case in json.loads((root / "cases.json").read_text()) if case["name"] == name)
    return root, case, compile((root / case["pine"]).read_text())


def rows_of(path):
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


def result_of(root, case, program, candles):
    """Run a case as the command does: candles from the file, the instrument from its description or its ticker."""
    history = read_history(root / candles)
    described = root / "syminfo" / f"{Path(candles).name.partition('.')[0]}.toml"
    named = str(described) if described.is_file() else case["syminfo"]["ticker"]
    symbol = symbol_of(root / candles, history, named)
    assert (symbol.ticker, symbol.type) == (case["syminfo"]["ticker"], case["syminfo"]["type"])
    assert symbol.mintick == case["syminfo"]["mintick"]
    timeframe = timeframe_of(root / candles, history.bars, symbol=named)
    return run(program, history.bars, symbol=symbol, timeframe=timeframe)


@pytest.mark.parametrize("name", INDICATORS)
def test_plots_have_the_known_values(name):
    root, case, program = case_of("indicators", name)
    rows = rows_of(root / case["csv"])

    result = result_of(root, case, program, case["csv"])

    plots = [plot for plot in result.outputs.plots.values() if plot.kind == "plot"]
    assert len(plots) == len(case["columns"])
    for column, plot in zip(case["columns"], plots, strict=True):
        assert len(plot.values) == len(rows)
        for index, (row, value) in enumerate(zip(rows, plot.values, strict=True)):
            wanted = float(row[column])
            missing = wanted != wanted or wanted == 1e100
            agrees = value != value if missing else isclose(value, wanted, rel_tol=1e-7, abs_tol=1e-10)
            assert agrees, f"{column} on bar {index} is {value}, not {wanted}"


@pytest.mark.parametrize("name", STRATEGIES)
def test_strategies_make_the_known_trades(name):
    root, case, program = case_of("strategies", name)

    result = result_of(root, case, program, case["ohlcv"])

    wanted = rows_of(root / case["trades"])
    assert len(result.trades) == len(wanted)
    listed = sorted(wanted, key=lambda row: (int(row["Trade #"]), row["Type"].startswith("Exit")))
    for row, known in zip(result.trades, listed, strict=True):
        assert (row.number, row.type, row.signal) == (int(known["Trade #"]), known["Type"], known["Signal"])
        if row.signal != "Open":  # the time of the export
            assert row.time == datetime.fromisoformat(known["Date/Time"]).timestamp() * 1000, known
        assert isclose(row.price, float(known["Price USD"]), rel_tol=1e-9), known
        assert isclose(row.quantity, float(known["Position size (qty)"]), rel_tol=1e-9), known
        for title, value in (
            ("Net P&L USD", row.profit),
            ("Net P&L %", row.profit_percent),
            ("Run-up USD", row.runup),
            ("Drawdown USD", row.drawdown),
            ("Cumulative P&L USD", row.cumulative_profit),
        ):  # to the last place shown; TradingView does not always round to the nearest
            shown = known[title]
            assert abs(value - float(shown)) < 10 ** -len(shown.partition(".")[2]), (title, known)
