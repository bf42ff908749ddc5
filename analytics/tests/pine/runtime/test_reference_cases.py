"""Every indicator case of the reference data, its script carried out by hand."""

import csv
import gzip
import json
import os
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.repeated import Repeated
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls

HOURS = "1705-1700:3456|1700-1700:2"
Script = Callable[[], list[Any]]


def directory() -> Path:
    if "REFERENCE_DATA" not in os.environ:
        pytest.skip("REFERENCE_DATA does not point at recorded indicators")
    return Path(os.environ["REFERENCE_DATA"]) / "conformance" / "pine" / "indicators"


def moment(text: str) -> int:
    return int(text) * 1000 if text.isdigit() else int(datetime.fromisoformat(text).timestamp() * 1000)


def number(text: str) -> float:
    value = float(text)
    return NA if value == 1e100 else value


def rows_of(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(text.splitlines()))


def bb(c: Context, calls: Calls) -> Script:
    bands, width = calls["ta.bb"], calls["ta.bbw"]
    return lambda: [*bands(c.close, 20, 2), width(c.close, 20, 2.1)]


def kc(c: Context, calls: Calls) -> Script:
    bands, width = calls["ta.kc"], calls["ta.kcw"]
    return lambda: [*bands(c.close, 20, 2, True), width(c.close, 20, 2.1, False)]


def correlation(c: Context, calls: Calls) -> Script:
    correlated, simple, exponential = calls["ta.correlation"], calls["ta.sma"], calls["ta.ema"]
    return lambda: [correlated(simple(c.close, 20), exponential(c.close, 10), 20)]


def cross(c: Context, calls: Calls) -> Script:
    ema1, ema2 = calls["ta.ema"], calls["ta.ema"]
    any_, over, under = calls["ta.cross"], calls["ta.crossover"], calls["ta.crossunder"]

    def bar() -> list[Any]:
        first, second = ema1(c.close, 5), ema2(c.close, 11)
        return [
            0.5 if any_(first, second) else 0.0,
            1.0 if over(first, second) else 0.0,
            -1.0 if under(first, second) else 0.0,
        ]

    return bar


def dmi(c: Context, calls: Calls) -> Script:
    movement = calls["ta.dmi"]
    return lambda: list(movement(17, 14))


def highest_lowest(c: Context, calls: Calls) -> Script:
    names = ["highest", "highest", "lowest", "lowest", "highestbars", "highestbars", "lowestbars", "lowestbars"]
    places = [calls[f"ta.{name}"] for name in names]
    sources = [lambda: c.high, lambda: c.close, lambda: c.low, lambda: c.close] * 2
    return lambda: [place(source(), 10) for place, source in zip(places, sources, strict=True)]


def linreg(c: Context, calls: Calls) -> Script:
    one, two = calls["ta.linreg"], calls["ta.linreg"]
    return lambda: [one(c.close, 20, 0), two(c.close, 20, 10)]


def macd(c: Context, calls: Calls) -> Script:
    lines = calls["ta.macd"]
    return lambda: list(lines(c.close, 12, 26, 9))


def mfi_rsi_stoch(c: Context, calls: Calls) -> Script:
    mfi, rsi, stoch = calls["ta.mfi"], calls["ta.rsi"], calls["ta.stoch"]
    return lambda: [mfi(c.close, 14), rsi(c.close, 14), stoch(c.close, c.high, c.low, 20)]


def pivot(c: Context, calls: Calls) -> Script:
    high, high_close, low, low_close = (calls[f"ta.pivot{side}"] for side in ("high", "high", "low", "low"))
    return lambda: [high(c.high, 10, 5), high_close(c.close, 10, 5), low(c.low, 10, 5), low_close(c.close, 10, 5)]


def supertrend(c: Context, calls: Calls) -> Script:
    trend = calls["ta.supertrend"]

    def bar() -> list[Any]:
        band, direction = trend(3, 10)
        return [band if direction < 0 else NA, band if direction > 0 else NA]

    return bar


def tr_atr(c: Context, calls: Calls) -> Script:
    false, true, variable, average = calls["ta.tr()"], calls["ta.tr()"], calls["ta.tr"], calls["ta.atr"]
    return lambda: [false(False), true(True), variable(), average(14)]


def valuewhen(c: Context, calls: Calls) -> Script:
    slow, fast, crossed, value = calls["ta.sma"], calls["ta.sma"], calls["ta.cross"], calls["ta.valuewhen"]
    return lambda: [value(crossed(slow(c.close, 7), fast(c.close, 14)), c.close, 1)]


def vwap(c: Context, calls: Calls) -> Script:
    plain, four, six = calls["ta.vwap()"], calls["ta.vwap()"], calls["ta.vwap()"]
    change4, change6 = calls["timeframe.change"], calls["timeframe.change"]
    return lambda: [plain(c.close), four(c.close, change4("240")), *six(c.close, change6("360"), 2.0)]


def na(c: Context, calls: Calls) -> Script:
    nz, fixnan, missing = calls["nz"], calls["fixnan"], calls["na"]

    def bar() -> list[Any]:
        value = c.bar_index if c.bar_index % 2 == 0 else NA
        return [value, 0 if missing(value) else 1, nz(value, 0), nz(value, 2), fixnan(value)]

    return bar


def series_if_for(c: Context, calls: Calls) -> Script:
    in_loop, in_branch = Repeated(c, calls["ta.ema"]), calls["ta.ema"]
    ema1: list[float] = [NA]
    ema2: list[float] = [NA, NA]

    def bar() -> list[Any]:
        for factor in (1, 2, 3):
            one = in_loop(c.close * factor, 5)
        ema1.append(one)
        ema2.append(in_branch(c.close, 10) if c.bar_index % 4 == 3 else NA)
        return [ema1[-1], ema1[-2], ema2[-1], ema2[-3]]

    return bar


def timeframe_change(c: Context, calls: Calls) -> Script:
    shown = {"15": 1, "240": 1.5, "D": 2, "2D": 2.2, "W": 2.5, "3W": 2.8, "M": 3}
    places = dict.fromkeys(shown, calls["timeframe.change"])
    return lambda: [shown[name] if place(name) else 0 for name, place in places.items()]


def session(c: Context, calls: Calls) -> Script:
    names = ["isfirstbar", "isfirstbar_regular", "islastbar", "islastbar_regular", "ismarket"]
    shown = [1, 1.5, 2, 2.5, 3]
    places = [calls[f"session.{name}"] for name in names]
    return lambda: [value if place() else 0 for value, place in zip(shown, places, strict=True)]


SCRIPTS: dict[str, Callable[[Context, Calls], Script]] = {
    script.__name__: script
    for script in (
        bb, kc, correlation, cross, dmi, highest_lowest, linreg, macd, mfi_rsi_stoch, pivot, supertrend, tr_atr,
        valuewhen, vwap, na, series_if_for, timeframe_change, session,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_values_are_those_of_the_reference(name: str) -> None:
    root = directory()
    case = next(case for case in json.loads((root / "cases.json").read_text()) if case["name"] == name)
    rows = rows_of(root / case["csv"])
    assert len(rows) >= 100
    times = [moment(row["time"]) for row in rows]
    minutes = min(after - before for before, after in pairwise(times)) // 60_000
    bars = [
        Bar(time, *(float(row[column]) for column in ("open", "high", "low", "close")), float(row.get("Volume") or NA))
        for time, row in zip(times, rows, strict=True)
    ]
    symbol = Symbol("EURUSD", timezone="US/Eastern", hours=HOURS)
    context = Context(symbol, Timeframe.parse(str(minutes)), bars)
    bar = SCRIPTS[name](context, Calls(context))
    for index, row in enumerate(rows):
        context.begin(index)
        for column, value in zip(case["columns"], bar(), strict=True):
            wanted = number(row[column])
            agrees = value != value if wanted != wanted else isclose(value, wanted, rel_tol=1e-7, abs_tol=1e-10)
            assert agrees, f"{column} on bar {index} is {value}, not {wanted}"


def test_no_case_is_left_out() -> None:
    cases = json.loads((directory() / "cases.json").read_text())
    assert {case["name"] for case in cases} == set(SCRIPTS)
