"""Mid prices as a pure function of seed and time.

Every currency, metal, coin, index and energy has one path, the logarithm of its price (in dollars; an index or an
energy in its own currency). A pair is the difference of two paths, so that crosses agree with their legs exactly.

A path goes through one anchor at the end of each day (UTC): the day's reference rate where there is one, else a step of
a random walk that is pulled back towards the last reference. Between anchors it is a Brownian bridge, built by halving
(Lévy's construction) from normal numbers that seed, name and day determine, and run faster in busy hours than in quiet
ones. Evaluating a path at any moment of any year therefore takes neither state nor everything before.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketdata.catalogue import CatalogueEntry
from marketdata.gateways.simulator import reference_rates

Floats = NDArray[np.floating[Any]]

DAY_MS = 86_400_000
TRADING_DAYS = 260
# Where symbols without reference rates begin: 2015-01-01, in days since 1970-01-01.
FIRST_DAY = 16_436
# The pull back towards the last reference, per day.
REVERSION = 1 / 60
# How much of a path's movement it shares with its class: the dollar moves all currencies, bitcoin all coins.
SHARED_VARIANCE = 0.6


@dataclass(frozen=True, slots=True)
class Sampling:
    """How finely a day of history is looked at: 2**levels cells of movement, a sample every so many milliseconds.

    A coarse path is the fine one at fewer points, so that both agree where they meet.
    """

    levels: int
    sample_ms: int

    @property
    def cells(self) -> int:
        return int(2**self.levels)

    @property
    def samples(self) -> int:
        return DAY_MS // self.sample_ms


FINE = Sampling(levels=12, sample_ms=20_000)
COARSE = Sampling(levels=8, sample_ms=300_000)
# Within one of the day's fine cells (about 20 seconds), for live ticks.
FINE_LEVELS = 7
FINE_CELLS = 2**FINE_LEVELS

# How busy the hours of a UTC day are: Asia, Europe, both sides of the Atlantic, the evening.
_HOUR_WEIGHTS = (
    *(0.5, 0.6, 0.6, 0.5, 0.5, 0.6),
    *(0.9, 1.4, 1.6, 1.4, 1.2, 1.1),
    *(1.5, 2.0, 2.0, 1.8, 1.4, 1.0),
    *(0.8, 0.7, 0.6, 0.4, 0.4, 0.5),
)
_EVEN_HOURS = (1.0,) * 24
_HOURS_MS = np.arange(25) * (DAY_MS / 24)


@cache
def _clock(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return how much of a day's movement has happened at the start of each hour and at the end."""
    return tuple(sum(weights[:hour]) / sum(weights) for hour in range(25))


@cache
def _grid(clock: tuple[float, ...], sampling: Sampling) -> tuple[NDArray[np.int64], Floats]:
    """Return in which cell of a day each sample falls, both ends included, and how far into the cell."""
    milliseconds = np.arange(sampling.samples + 1) * float(sampling.sample_ms)
    positions = np.interp(milliseconds, _HOURS_MS, clock) * sampling.cells
    cells = np.minimum(positions.astype(np.int64), sampling.cells - 1)
    return cells, positions - cells


@cache
def _ramp(cells: int) -> Floats:
    return np.linspace(0.0, 1.0, cells + 1)


@lru_cache(maxsize=16)
def _normals(seed: int, name: str, *position: int, count: int) -> Floats:
    """Return normal numbers that depend on nothing but the arguments; a longer draw starts with the shorter one."""
    return np.random.default_rng((seed, zlib.crc32(name.encode()), *position)).standard_normal(count)


def _bridge(normals: Floats, levels: int) -> Floats:
    """Return a Brownian bridge over [0, 1] at 2**levels + 1 even points, made of 2**levels - 1 normal numbers."""
    cells = 2**levels
    bridge = np.zeros(cells + 1)
    used = 0
    for level in range(levels):
        step = cells >> level
        half = step // 2
        count = 1 << level
        ends = bridge[::step]
        bridge[half::step] = (ends[:-1] + ends[1:]) / 2 + normals[used : used + count] * (sqrt(step / cells) / 2)
        used += count
    return bridge


class Path:
    """The logarithm of one price through time."""

    def __init__(self, *, name: str, asset_class: str, volatility: float, reference_price: float | None, seed: int):
        self._name, self._class, self._seed = name, asset_class, seed
        self._daily_deviation = volatility / sqrt(TRADING_DAYS)
        self._clock = _clock(_EVEN_HOURS if asset_class == "crypto" else _HOUR_WEIGHTS)
        published = reference_rates.dollar_values(name)
        if published is not None:
            days, values = published
            self.first_day = int(days[0])
            calendar = np.arange(days[0], days[-1] + 1)
            self._anchors: list[float] = np.interp(calendar, days, np.log(values)).tolist()
            self._level = self._anchors[-1]
        elif reference_price is not None:
            self.first_day = FIRST_DAY
            self._level = log(reference_price)
            self._anchors = [self._level]
        else:
            raise ValueError(f"{name} has neither reference rates nor a reference price to start from")
        self._day = lru_cache(maxsize=2)(self._compute_day)
        self._cell: Callable[[int, int], list[float]] = lru_cache(maxsize=2)(self._compute_cell)

    def samples(self, day: int, sampling: Sampling) -> Floats:
        """Return the path throughout `day`, both ends included."""
        points, (cells, parts) = self._day(day, sampling), _grid(self._clock, sampling)
        return points[cells] * (1 - parts) + points[cells + 1] * parts

    def value(self, day: int, millisecond: float) -> float:
        """Return the path at one moment, with the movement of seconds that `samples` leaves out."""
        position = float(np.interp(millisecond, _HOURS_MS, self._clock)) * FINE.cells
        cell = min(int(position), FINE.cells - 1)
        fine = (position - cell) * FINE_CELLS
        index = min(int(fine), FINE_CELLS - 1)
        points = self._cell(day, cell)
        return float(points[index] + (points[index + 1] - points[index]) * (fine - index))

    def _anchor(self, day: int) -> float:
        """Return the path at the end of `day`."""
        offset = day - self.first_day
        missing = offset + 1 - len(self._anchors)
        if missing > 0:
            # Some days more than asked for, so that a running feed does this once a year.
            steps = self._shared_normals("walk", count=offset + 366)
            anchor = self._anchors[-1]
            for step in steps[len(self._anchors) :].tolist():
                anchor += REVERSION * (self._level - anchor) + self._daily_deviation * step
                self._anchors.append(anchor)
        return self._anchors[offset]

    def _compute_day(self, day: int, sampling: Sampling) -> Floats:
        start, end = self._anchor(day - 1), self._anchor(day)
        bridge = _bridge(self._shared_normals("day", day, count=sampling.cells - 1), sampling.levels)
        return start + (end - start) * _ramp(sampling.cells) + self._daily_deviation * bridge

    def _compute_cell(self, day: int, cell: int) -> list[float]:
        start, end = self._day(day, FINE)[cell : cell + 2]
        bridge = _bridge(self._shared_normals("cell", day, cell, count=FINE_CELLS - 1), FINE_LEVELS)
        points = start + (end - start) * _ramp(FINE_CELLS) + self._daily_deviation / sqrt(FINE.cells) * bridge
        return list(map(float, points))

    def _shared_normals(self, purpose: str, *position: int, count: int) -> Floats:
        shared = _normals(self._seed, f"{purpose} {self._class}", *position, count=count)
        own = _normals(self._seed, f"{purpose} {self._name}", *position, count=count)
        return sqrt(SHARED_VARIANCE) * shared + sqrt(1 - SHARED_VARIANCE) * own


class SimulatedMarket:
    """The paths of a catalogue, and the mid price of each symbol that they make."""

    def __init__(self, entries: Mapping[str, CatalogueEntry], seed: int):
        self._paths: dict[str, Path] = {}
        for entry in entries.values():
            if entry.volatility is not None:
                self._add(entry, seed)
        self._legs = {code: self._legs_of(entry) for code, entry in entries.items()}

    def _add(self, entry: CatalogueEntry, seed: int) -> None:
        # USDJPY anchors the yen, EURUSD the euro, XAUUSD gold, US30 itself.
        is_pair = entry.base_currency != entry.quote_currency
        name = entry.code
        if is_pair:
            name = entry.quote_currency if entry.base_currency == "USD" else entry.base_currency
        self._paths[name] = Path(
            name=name,
            asset_class=entry.asset_class,
            volatility=entry.volatility or 0.0,
            reference_price=None if entry.reference_price is None else float(entry.reference_price),
            seed=seed,
        )

    def _legs_of(self, entry: CatalogueEntry) -> tuple[tuple[float, Path], ...]:
        if entry.base_currency == entry.quote_currency:
            return ((1.0, self._paths[entry.code]),)
        signs = ((1.0, entry.base_currency), (-1.0, entry.quote_currency))
        return tuple((sign, self._paths[currency]) for sign, currency in signs if currency != "USD")

    def first_day(self, code: str) -> int:
        """Return the first day since 1970-01-01 on which a symbol has a price throughout."""
        return 1 + max(path.first_day for _, path in self._legs[code])

    def samples(self, code: str, day: int, sampling: Sampling) -> Floats:
        """Return the mid price throughout `day`, both ends included."""
        total = np.zeros(sampling.samples + 1)
        for sign, path in self._legs[code]:
            total += sign * path.samples(day, sampling)
        return np.exp(total)

    def mid(self, code: str, time_ms: int) -> float:
        """Return the mid price at a moment in milliseconds since the epoch, with its movement of seconds."""
        day, millisecond = divmod(time_ms, DAY_MS)
        return exp(sum(sign * path.value(day, millisecond) for sign, path in self._legs[code]))
