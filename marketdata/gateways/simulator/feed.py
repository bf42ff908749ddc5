"""The feed of the simulated market."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from marketdata.catalogue import CatalogueEntry
from marketdata.feeds import Candle, FeedStatus, Interval
from marketdata.gateways.simulator import reference_rates
from marketdata.gateways.simulator.paths import COARSE, DAY_MS, FINE, Sampling, SimulatedMarket
from marketdata.gateways.simulator.spreads import rollover_widening
from marketdata.sessions import TradingHours
from marketdata.ticks import PRICE_DIGITS, Tick, tick_source

SOURCE = tick_source("sim")
STEP_MS = 100
# A quiet symbol's quote is renewed this often, so that it never looks stale.
LONGEST_SILENCE_STEPS = 50
# Symbols with a spread below this part of their price tick up to three times as often as the others.
LIQUID_SPREAD = 0.0002
# Bars of days and weeks before that need no more than the coarse path: shorter bars hardly reach back so far.
FINE_HISTORY_DAYS = 200

MarketHours = Literal["always", "real"]


@dataclass(frozen=True, slots=True)
class _Instrument:
    code: str
    digits: int
    typical_spread: int
    hours: TradingHours
    is_crypto: bool

    @property
    def point_units(self) -> int:
        return int(10 ** (PRICE_DIGITS - self.digits))


class SimulatorFeed:
    """Prices of every catalogue symbol, the same for the same seed and time."""

    name = "simulator"
    can_wait = False

    def __init__(
        self,
        entries: Mapping[str, CatalogueEntry],
        *,
        seed: int,
        ticks_per_second: float,
        market_hours: MarketHours,
        clock_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self.status = FeedStatus.CONNECTING
        self.status_detail = _("The simulated market is starting.")
        self._market = SimulatedMarket(entries, seed)
        self._instruments = {
            code: _Instrument(
                code=code,
                digits=entry.digits,
                typical_spread=entry.typical_spread_points,
                hours=TradingHours.from_json(entry.sessions),
                is_crypto=entry.asset_class == "crypto",
            )
            for code, entry in entries.items()
        }
        self._seed = seed
        self._ticks_per_second = ticks_per_second
        self._market_hours = market_hours
        self._clock_ms, self._sleep = clock_ms, sleep
        # History is asked for symbol by symbol, days before weeks.
        self._day_bars = lru_cache(maxsize=2_048)(self._compute_day_bars)
        self._open_minutes = lru_cache(maxsize=16_384)(self._compute_open_minutes)

    async def stream(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[Tick]]:
        instruments = [self._instruments[code] for code in symbols if code in self._instruments]
        chances = np.array([self._tick_chance(instrument) for instrument in instruments])
        step = self._clock_ms() // STEP_MS
        first = True
        while True:
            ticks = self._ticks(instruments, chances, step, all_of_them=first)
            self._report(instruments, step * STEP_MS)
            if ticks:
                yield ticks
            first = False
            # After a pause of the process the market goes on from now: what nobody could see is history.
            step = max(step + 1, self._clock_ms() // STEP_MS)
            await self._sleep(max(0.0, (step * STEP_MS - self._clock_ms()) / 1000))

    def trades_at(self, hours: TradingHours, at: datetime) -> bool:
        return not self._keeps_hours(_milliseconds(at) // DAY_MS) or hours.is_open(at)

    async def candles(self, symbol: str, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        instrument = self._instruments.get(symbol)
        if instrument is None:
            return []
        return await asyncio.to_thread(self._candles, instrument, interval, start, end)

    def _tick_chance(self, instrument: _Instrument) -> float:
        """Return the chance of a tick in one step."""
        point = float(10**-instrument.digits)
        spread = instrument.typical_spread * point / self._market.mid(instrument.code, self._clock_ms())
        return self._ticks_per_second * STEP_MS / 1000 * min(3.0, max(1.0, LIQUID_SPREAD / spread))

    def _ticks(
        self, instruments: Sequence[_Instrument], chances: NDArray[np.float64], step: int, *, all_of_them: bool
    ) -> list[Tick]:
        time_ms = step * STEP_MS
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
        random = np.random.default_rng((self._seed, step))
        draws, widths = random.random(len(instruments)), random.random(len(instruments))
        widening = rollover_widening(time_ms)
        ticks = []
        for index, instrument in enumerate(instruments):
            due = all_of_them or draws[index] < chances[index] or (step + index) % LONGEST_SILENCE_STEPS == 0
            if due and (self._market_hours == "always" or instrument.hours.is_open(moment)):
                width = (0.8 + 0.6 * widths[index] ** 2) * (1.0 if instrument.is_crypto else widening)
                bid, ask = self._quote(instrument, self._market.mid(instrument.code, time_ms), width)
                ticks.append(Tick(instrument.code, bid, ask, time_ms, time_ms, SOURCE))
        return ticks

    def _quote(self, instrument: _Instrument, mid: float, width: float) -> tuple[int, int]:
        """Return bid and ask in units of 10^-8, whole points apart, around a mid price."""
        spread = max(1, round(instrument.typical_spread * width))
        bid = max(1, round(mid * 10**instrument.digits - spread / 2))
        return bid * instrument.point_units, (bid + spread) * instrument.point_units

    def _report(self, instruments: Sequence[_Instrument], time_ms: int) -> None:
        self.status = FeedStatus.LIVE
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
        if self._market_hours == "real":
            self.status_detail = _("Simulated prices, in the trading hours of the real markets.")
        elif all(instrument.hours.is_open(moment) for instrument in instruments):
            self.status_detail = _("Simulated prices. They move at any hour of any day.")
        else:
            self.status_detail = _("Simulated prices. They move now, although real markets are closed.")

    def _candles(self, instrument: _Instrument, interval: Interval, start: datetime, end: datetime) -> list[Candle]:
        length = interval.milliseconds
        first = interval.opening_ms(_milliseconds(start) + length - 1)
        limit = min(_milliseconds(end), self._clock_ms())
        first = max(first, interval.opening_ms(self._market.first_day(instrument.code) * DAY_MS + length - 1))
        if interval in (Interval.D1, Interval.W1):
            openings = range(first, limit - length + 1, length)
            bars = (self._merged_days(instrument, opening // DAY_MS, length // DAY_MS) for opening in openings)
            return [bar for bar in bars if bar is not None]
        days = range(first // DAY_MS, -(-limit // DAY_MS))
        candles = (bar for day in days for bar in self._bars(instrument, day, length, FINE))
        return [bar for bar in candles if first <= _milliseconds(bar.time) <= limit - length]

    def _merged_days(self, instrument: _Instrument, first_day: int, days: int) -> Candle | None:
        """Return the bar over some whole days; None where the market was shut throughout."""
        fine_from = self._clock_ms() // DAY_MS - FINE_HISTORY_DAYS
        parts = [
            bar
            for day in range(first_day, first_day + days)
            for bar in self._day_bars(instrument, day, FINE if day >= fine_from else COARSE)
        ]
        if not parts:
            return None
        return Candle(
            time=datetime.fromtimestamp(first_day * DAY_MS / 1000, UTC),
            open=parts[0].open,
            high=max(part.high for part in parts),
            low=min(part.low for part in parts),
            close=parts[-1].close,
            volume=sum(part.volume for part in parts),
        )

    def _compute_day_bars(self, instrument: _Instrument, day: int, sampling: Sampling) -> list[Candle]:
        return self._bars(instrument, day, DAY_MS, sampling)

    def _bars(self, instrument: _Instrument, day: int, length: int, sampling: Sampling) -> list[Candle]:
        """Return a day's bars of `length` milliseconds; none of those in which the market was shut."""
        shape = (DAY_MS // length, length // sampling.sample_ms)
        is_open = self._open_samples(instrument, day, sampling).reshape(shape)
        if not is_open.any():
            return []
        bids = self._bids(instrument, day, sampling)
        # A bar runs up to the price with which the next one opens.
        before, after = bids[:-1].reshape(shape), bids[1:].reshape(shape)
        highs = np.where(is_open, np.maximum(before, after), np.iinfo(np.int64).min).max(axis=1)
        lows = np.where(is_open, np.minimum(before, after), np.iinfo(np.int64).max).min(axis=1)
        first_open, last_open = is_open.argmax(axis=1), shape[1] - 1 - is_open[:, ::-1].argmax(axis=1)
        # As many ticks as the live feed would make on average in what was open of the bar.
        ticks = is_open.sum(axis=1) * (sampling.sample_ms / 1000 * self._ticks_per_second)
        return [
            Candle(
                time=datetime.fromtimestamp((day * DAY_MS + row * length) / 1000, UTC),
                open=_price(before[row, first_open[row]], instrument.digits),
                high=_price(highs[row], instrument.digits),
                low=_price(lows[row], instrument.digits),
                close=_price(after[row, last_open[row]], instrument.digits),
                volume=max(1, int(ticks[row])),
            )
            for row in np.flatnonzero(is_open.any(axis=1))
        ]

    def _bids(self, instrument: _Instrument, day: int, sampling: Sampling) -> NDArray[np.int64]:
        """Return the bids of a day's samples, its end included, in points."""
        mids = self._market.samples(instrument.code, day, sampling)
        bids: NDArray[np.int64] = np.rint(mids * 10**instrument.digits - instrument.typical_spread / 2).astype(np.int64)
        return bids

    def _open_samples(self, instrument: _Instrument, day: int, sampling: Sampling) -> NDArray[np.bool_]:
        """Return which samples of a day have a price."""
        if self._keeps_hours(day):
            minutes = np.arange(sampling.samples) * sampling.sample_ms // 60_000
            return self._open_minutes(instrument.hours, day)[minutes]
        return np.full(sampling.samples, True)

    def _keeps_hours(self, day: int) -> bool:
        """Return whether symbols have prices only while their real markets are open."""
        # 1970-01-01 was a Thursday. Reference rates are of working days; after the last the simulation never sleeps.
        is_weekend = (day + 3) % 7 >= 5
        return self._market_hours == "real" or (is_weekend and day <= reference_rates.last_day())

    def _compute_open_minutes(self, hours: TradingHours, day: int) -> NDArray[np.bool_]:
        start = day * 86_400
        return np.array([hours.is_open(datetime.fromtimestamp(start + minute * 60, UTC)) for minute in range(1440)])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _price(points: int, digits: int) -> Decimal:
    return Decimal(int(points)).scaleb(-digits)
