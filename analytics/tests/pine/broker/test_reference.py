"""Six strategies against lists of trades of TradingView, where REFERENCE_DATA names a directory that has them."""

import csv
import gzip
import math
import os
from collections import deque
from datetime import datetime
from pathlib import Path
from statistics import fmean

import pytest

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.orders import Kind, Notes
from analytics.pine.broker.settings import StrategySettings
from analytics.tests.pine.broker.desk import Candle, Symbol

EURUSD = Symbol(mintick=0.00001, mincontract=0.1, timezone="America/New_York", hours="1700-1700:23456")


def rows(name):
    if "REFERENCE_DATA" not in os.environ:
        pytest.skip("REFERENCE_DATA does not point at lists of trades")
    path = Path(os.environ["REFERENCE_DATA"]) / "conformance" / "pine" / "strategies" / name
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


def milliseconds(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


class Average:
    """A smoothed average that begins with the mean of its first values."""

    def __init__(self, length, alpha):
        self.alpha = alpha
        self.first = deque(maxlen=length)
        self.value = math.nan

    def __call__(self, source):
        if math.isnan(source):
            return math.nan
        if math.isnan(self.value):
            self.first.append(source)
            if len(self.first) == self.first.maxlen:
                self.value = fmean(self.first)
        else:
            self.value += self.alpha * (source - self.value)
        return self.value


def exponential(length):
    return Average(length, 2 / (length + 1))


def wilder(length):
    return Average(length, 1 / length)


class BarUpDown:
    def __init__(self):
        self.before = math.nan

    def __call__(self, broker, bar):
        broker.risk.max_intraday_loss = (1, "percent_of_equity")
        if bar.close > bar.open > self.before:
            broker.place(Kind.ENTRY, "BarUp", "long")
        if bar.close < bar.open < self.before:
            broker.place(Kind.ENTRY, "BarDn", "short")
        self.before = bar.close


class Bollinger:
    def __init__(self):
        self.window = deque(maxlen=20)
        self.before = (math.nan, math.nan, math.nan)

    def __call__(self, broker, bar):
        self.window.append(bar.close)
        lower = upper = math.nan
        if len(self.window) == 20:
            mean = fmean(self.window)
            deviation = math.sqrt(fmean((close - mean) ** 2 for close in self.window))
            lower, upper = mean - 2 * deviation, mean + 2 * deviation
        close, below, above = self.before
        group = {"oca_name": "BollingerBands", "oca_type": "cancel"}
        if bar.close > lower and close <= below:
            broker.place(Kind.ENTRY, "BBandLE", "long", stop=lower, **group)
        else:
            broker.cancel("BBandLE")
        if bar.close < upper and close >= above:
            broker.place(Kind.ENTRY, "BBandSE", "short", stop=upper, **group)
        else:
            broker.cancel("BBandSE")
        self.before = (bar.close, lower, upper)


class Rsi:
    def __init__(self):
        self.gains, self.losses = wilder(14), wilder(14)
        self.close = self.rsi = math.nan

    def __call__(self, broker, bar):
        change = bar.close - self.close
        self.close = bar.close
        if math.isnan(change):
            return
        gain, loss = self.gains(max(change, 0)), self.losses(max(-change, 0))
        rsi = 100 - 100 / (1 + gain / loss) if loss else 100.0
        if rsi > 30 and self.rsi <= 30:
            broker.place(Kind.ENTRY, "RsiLE", "long")
        if rsi < 70 and self.rsi >= 70:
            broker.place(Kind.ENTRY, "RsiSE", "short")
        self.rsi = rsi


class Macd:
    def __init__(self):
        self.fast, self.slow, self.signal = exponential(12), exponential(26), exponential(9)
        self.delta = math.nan

    def __call__(self, broker, bar):
        macd = self.fast(bar.close) - self.slow(bar.close)
        delta = macd - self.signal(macd)
        if delta > 0 and self.delta <= 0:
            broker.place(Kind.ENTRY, "MacdLE", "long")
        if delta < 0 and self.delta >= 0:
            broker.place(Kind.ENTRY, "MacdSE", "short")
        self.delta = delta


class Supertrend:
    def __init__(self):
        self.range = wilder(10)
        self.close = math.nan
        self.lower = self.upper = 0.0
        self.direction = 0

    def __call__(self, broker, bar):
        reach = bar.high - bar.low
        if not math.isnan(self.close):
            reach = max(reach, abs(bar.high - self.close), abs(bar.low - self.close))
        average = self.range(reach)
        if not math.isnan(average):
            self.turn(broker, bar, (bar.high + bar.low) / 2, 3 * average)
        self.close = bar.close

    def turn(self, broker, bar, middle, distance):
        lower, upper = middle - distance, middle + distance
        if lower <= self.lower and self.close >= self.lower:
            lower = self.lower
        if self.upper and upper >= self.upper and self.close <= self.upper:
            upper = self.upper
        if self.direction >= 0:
            direction = -1 if self.direction and bar.close > upper else 1
        else:
            direction = 1 if bar.close < lower else -1
        if self.direction and direction < self.direction:
            broker.place(Kind.ENTRY, "My Long Entry Id", "long")
        if self.direction and direction > self.direction:
            broker.place(Kind.ENTRY, "My Short Entry Id", "short")
        self.direction, self.lower, self.upper = direction, lower, upper


class Flips:
    """Turns the position round on every tenth bar."""

    def __call__(self, broker, bar):
        number, rest = divmod(broker.bar_index - 20, 10)
        if number < 0 or rest:
            return
        name = "Short" if number % 2 else "Long"
        notes = Notes(comment=f"Flip to {name} #{number}")
        broker.place(Kind.ENTRY, name, name.lower(), notes=notes)


PERCENT = {"default_qty_type": "percent_of_equity"}
CASES = {
    "barupdn": (BarUpDown, "ohlcv", "barupdn_trades.csv.gz", {**PERCENT, "default_qty_value": 10}),
    "bollinger": (Bollinger, "ohlcv", "bollinger_trades.csv.gz", {}),
    "rsi": (Rsi, "ohlcv", "rsi_trades.csv", {}),
    "macd": (Macd, "ohlcv", "macd_trades.csv.gz", {}),
    "supertrend": (Supertrend, "ohlcv", "supertrend_trades.csv.gz", {**PERCENT, "default_qty_value": 15}),
    "slippage": (
        Flips,
        "slippage_direction_ohlcv",
        "slippage_direction_trades.csv.gz",
        {"initial_capital": 10_000, "slippage": 15, "commission_value": 0.1},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_trades_equal_those_of_tradingview(case):
    script, bars, trades, declared = CASES[case]
    expected = rows(trades)
    broker, strategy = Broker(StrategySettings(**declared), EURUSD), script()
    for row in rows(f"{bars}.csv.gz"):
        prices = (float(row[name]) for name in ("open", "high", "low", "close"))
        bar = Candle(milliseconds(row["time"]), *prices)
        broker.open_bar(bar)
        strategy(broker, bar)
        broker.close_bar()

    listed = broker.trades()
    if declared.get("slippage"):
        # This list was exported within its last bar, and has that moment as the end of the open trade.
        expected[-1]["Date/Time"] = "2025-09-14T17:00:00-0400"
    assert [
        (row.number, row.type, row.time, row.signal, round(row.price, 5), round(row.quantity, 1)) for row in listed
    ] == [
        (
            int(row["Trade #"]),
            row["Type"],
            milliseconds(row["Date/Time"]),
            row["Signal"],
            float(row["Price USD"]),
            float(row["Position size (qty)"]),
        )
        for row in expected
    ]
    # Money is exported with two digits or three, rounded more than once.
    for ours, theirs in zip(listed, expected, strict=True):
        assert ours.profit == pytest.approx(float(theirs["Net P&L USD"]), abs=0.006)
        assert ours.runup == pytest.approx(float(theirs["Run-up USD"]), abs=0.006)
        assert ours.drawdown == pytest.approx(float(theirs["Drawdown USD"]), abs=0.006)
        assert ours.cumulative_profit == pytest.approx(float(theirs["Cumulative P&L USD"]), abs=0.011)
        assert ours.profit_percent == pytest.approx(float(theirs["Net P&L %"]), abs=0.011)
        assert ours.runup_percent == pytest.approx(float(theirs["Run-up %"]), abs=0.011)
        assert ours.drawdown_percent == pytest.approx(float(theirs["Drawdown %"]), abs=0.011)
