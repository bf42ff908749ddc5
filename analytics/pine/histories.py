"""Candles from CSV files, as charts export them: plain or packed (.gz), columns in any order and case."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import TextIO, TypeVar

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.errors import PineRuntimeError

Number = TypeVar("Number", int, float)
_TIMES = ("time", "timestamp", "datetime", "date/time", "date")
_PRICES = ("open", "high", "low", "close")
_MISSING = ("", "nan", "na", "n/a", "null")
_NOT_A_NUMBER = 1e100
_MILLISECONDS_FROM = 10**11
"""Greater numbers are milliseconds: as seconds they would lie three thousand years ahead."""
_LOOKED_AT = 5_000
"""How many rows the decimals of prices are looked for in."""


@dataclass(frozen=True, slots=True)
class History:
    """The candles of a file, oldest first; `decimals` is how many its prices have."""

    bars: list[Bar]
    decimals: int


def read_history(path: Path) -> History:
    """Return the candles of a CSV file; what cannot be read is refused with PineRuntimeError that names the line."""
    try:
        with _opened(path) as file:
            return read_candles(file, name=path.name)
    except UnicodeDecodeError as error:
        raise PineRuntimeError(f"{path.name} cannot be read: it is no text in UTF-8. Give a CSV file.") from error
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise PineRuntimeError(
            f"{path.name} cannot be read: {error}. Give a CSV file, plain or packed as .gz."
        ) from error


def _opened(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_candles(lines: Iterable[str], *, name: str) -> History:
    """Return the candles of lines of CSV; `name` is what they are called in refusals."""
    rows = csv.reader(lines)
    places = _places(next(rows, []), name)
    bars: list[Bar] = []
    decimals = 0
    for row in rows:
        if not any(row):
            continue
        try:
            cells = [row[place] if place is not None else "" for place in places]
            prices = cells[1:5]
            opening, high, low, close = (_read(float, price, "price") for price in prices)
            volume = _read(_number, cells[5], "volume")
            bar = Bar(_read(moment, cells[0], "time"), opening, high, low, close, volume)
        except (ValueError, IndexError) as error:
            problem = error if isinstance(error, ValueError) else "it has too few columns"
            raise PineRuntimeError(
                f"{name}, line {rows.line_num}: {problem}. Correct the line or leave it out."
            ) from error
        if not all(abs(price) < _NOT_A_NUMBER for price in bar[1:5]):
            raise PineRuntimeError(f"{name}, line {rows.line_num}: a price is missing. Leave the line out.")
        if bars and bar.time <= bars[-1].time:
            raise PineRuntimeError(f"{name}, line {rows.line_num}: not later than the line before. Sort by time.")
        if len(bars) < _LOOKED_AT:
            decimals = max(decimals, *map(_decimals, prices))
        bars.append(bar)
    if not bars:
        raise PineRuntimeError(f"{name} has no candles. Give a file with at least one below its heading.")
    return History(bars, decimals)


def _places(heading: list[str], name: str) -> list[int | None]:
    columns: dict[str, int] = {}
    for place, title in enumerate(heading):
        columns.setdefault(title.strip().lower(), place)  # a plot may be called as a column of the candles is
    time = next((columns[title] for title in _TIMES if title in columns), None)
    missing = [title for title in _PRICES if title not in columns]
    if time is None:
        missing.insert(0, "time")
    if missing:
        raise PineRuntimeError(f"{name} has no column {', '.join(missing)}. Its first line must name the columns.")
    return [time, *(columns[title] for title in _PRICES), columns.get("volume")]


def _read(reader: Callable[[str], Number], text: str, what: str) -> Number:
    try:
        return reader(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f'"{text}" is no {what}') from error


def _number(text: str) -> float:
    text = text.strip()
    value = nan if text.lower() in _MISSING else float(text)
    return nan if abs(value) >= _NOT_A_NUMBER else value


def _decimals(text: str) -> int:
    mantissa, _, exponent = text.strip().lower().partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))


def moment(text: str) -> int:
    """Return a time in milliseconds UTC: seconds or milliseconds since 1970, or ISO 8601, without a zone in UTC."""
    text = text.strip()
    if text.lstrip("-").replace(".", "", 1).isdigit() and len(text) != len("20240102"):
        number = float(text)
        return round(number) if abs(number) >= _MILLISECONDS_FROM else round(number * 1000)
    read = datetime.fromisoformat(text)
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)
