"""What a broker is asked about the business: volume, results, money in and out, exposure. Sets of rows, no loops.

Amounts of accounts in different currencies are put together at the present rates, in the vehicle currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from forexpro.core.money import ZERO
from forexpro.core.refusals import Refused
from marketdata.models import Symbol
from marketdata.ticks import Tick, moment_of, to_price
from trading.engine.conversion import VEHICLE_CURRENCY, QuoteSide, find_conversion
from trading.engine.market import Market, Quote
from trading.engine.profit import lot_size
from trading.models import TradingAccount
from trading.selectors.market import newest_ticks

_TRADING = """
    SELECT (deal.executed_at AT TIME ZONE 'UTC')::date, account.currency,
        sum(deal.volume), count(*),
        count(*) FILTER (WHERE deal.entry = 'out'), count(*) FILTER (WHERE deal.entry = 'out' AND deal.profit > 0),
        sum(deal.profit + deal.swap + deal.commission)
    FROM trading_deal deal JOIN trading_tradingaccount account ON account.id = deal.account_id
    WHERE deal.executed_at >= %(since)s AND account.kind = ANY(%(kinds)s)
    GROUP BY 1, 2
"""
_MONEY = """
    SELECT (movement.created_at AT TIME ZONE 'UTC')::date, account.currency, movement.reason, sum(posting.amount)
    FROM trading_ledgertransaction movement
    JOIN trading_tradingaccount account ON account.id = movement.account_id
    JOIN trading_posting posting ON posting.transaction_id = movement.id AND posting.balance_after IS NOT NULL
    WHERE movement.created_at >= %(since)s AND movement.reason IN ('deposit', 'withdrawal')
        AND account.kind = ANY(%(kinds)s)
    GROUP BY 1, 2, 3
"""
# Who traded in the 30 days before the last 30, and how many of them have traded since.
_ACTIVITY = """
    SELECT count(*) FILTER (WHERE newest >= %(week)s), count(*) FILTER (WHERE newest >= %(month)s),
        count(*) FILTER (WHERE oldest < %(month)s), count(*) FILTER (WHERE oldest < %(month)s AND newest >= %(month)s)
    FROM (
        SELECT max(deal.executed_at) AS newest, min(deal.executed_at) AS oldest
        FROM trading_deal deal JOIN trading_tradingaccount account ON account.id = deal.account_id
        WHERE deal.executed_at >= %(before)s AND account.kind = ANY(%(kinds)s)
        GROUP BY account.owner_id
    ) client
"""
_EXPOSURE = """
    SELECT position.symbol, count(*),
        coalesce(sum(position.volume) FILTER (WHERE position.side = 'buy'), 0),
        coalesce(sum(position.volume) FILTER (WHERE position.side = 'sell'), 0),
        coalesce(sum(position.volume * position.open_price) FILTER (WHERE position.side = 'buy'), 0),
        coalesce(sum(position.volume * position.open_price) FILTER (WHERE position.side = 'sell'), 0)
    FROM trading_position position JOIN trading_tradingaccount account ON account.id = position.account_id
    WHERE position.closed_at IS NULL AND account.kind = ANY(%(kinds)s)
    GROUP BY 1
"""
ALL_KINDS = tuple(kind.value for kind in TradingAccount.Kind)
FIGURE_DAYS = 30


@dataclass(slots=True)
class DayFigures:
    """A day's trading and money; amounts in the vehicle currency, volume in lots."""

    day: date
    volume: Decimal = ZERO
    deals: int = 0
    closed: int = 0
    won: int = 0
    result: Decimal = ZERO
    deposits: Decimal = ZERO
    withdrawals: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Activity:
    """How many clients have traded in 7 and in 30 days, and how many of those active before still are."""

    week: int
    month: int
    before: int
    kept: int

    @property
    def retention(self) -> Decimal | None:
        """Percent of those who traded in the 30 days before the last 30 that have traded since."""
        return Decimal(100 * self.kept) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the house holds against its clients in a symbol: the opposite of what they hold.

    `house_lots` is positive where the house is long. `value` of those lots and `client_result`, the floating result
    of the clients, are in the vehicle currency, None while a price is missing.
    """

    symbol: str
    positions: int
    client_long: Decimal
    client_short: Decimal
    value: Decimal | None
    client_result: Decimal | None

    @property
    def house_lots(self) -> Decimal:
        return self.client_short - self.client_long


@dataclass(frozen=True, slots=True)
class TradingFigures:
    """The last 30 days, oldest first, and how things stand; `missing_rates` are currencies that are not in the sums."""

    days: list[DayFigures]
    activity: Activity
    exposure: list[Exposure]
    missing_rates: list[str] = field(default_factory=list)

    def total(self, name: str) -> Any:
        """Return the sum over the days of one figure."""
        return sum((getattr(day, name) for day in self.days), start=type(getattr(DayFigures(date.min), name))(0))

    @property
    def win_rate(self) -> Decimal | None:
        """Percent of closing deals with a profit."""
        closed = self.total("closed")
        return Decimal(100 * self.total("won")) / closed if closed else None

    @property
    def floating_result(self) -> Decimal:
        """The clients' floating result in all symbols that have prices."""
        return sum((entry.client_result for entry in self.exposure if entry.client_result is not None), ZERO)


class Rates:
    """Present rates into the vehicle currency, each found once."""

    def __init__(self, ticks: Mapping[str, Tick], now: datetime):
        quotes = {symbol: _quote(tick) for symbol, tick in ticks.items()}
        self._market = Market(now=now, instruments={}, quotes=quotes)
        self._found: dict[str, Decimal | None] = {VEHICLE_CURRENCY: Decimal(1)}

    def rate(self, currency: str) -> Decimal | None:
        """Return what a unit of `currency` is worth; None while there is no price for it."""
        if currency not in self._found:
            try:
                conversion = find_conversion(currency, VEHICLE_CURRENCY, QuoteSide.BID, self._market)
                self._found[currency] = conversion.rate
            except Refused:
                self._found[currency] = None
        return self._found[currency]

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote of a symbol, as it was received."""
        return self._market.quotes.get(symbol)

    @property
    def missing(self) -> list[str]:
        """Currencies that were asked for and have no rate."""
        return sorted(currency for currency, rate in self._found.items() if rate is None)


def has_live_accounts() -> bool:
    """Return whether anybody trades real money here."""
    return TradingAccount.objects.filter(kind=TradingAccount.Kind.LIVE).exists()


def trading_figures(*, kinds: Iterable[str] = ALL_KINDS, now: datetime | None = None) -> TradingFigures:
    """Return the figures of accounts of some kinds: four queries, however many rows there are, and one for symbols."""
    now = now or datetime.now(UTC)
    today = now.date()
    first = today - timedelta(days=FIGURE_DAYS - 1)
    days = {first + timedelta(days=number): DayFigures(first + timedelta(days=number)) for number in range(FIGURE_DAYS)}
    rates = Rates(newest_ticks(), now)
    since = datetime.combine(first, datetime.min.time(), UTC)
    parameters: dict[str, Any] = {
        "kinds": list(kinds),
        "since": since,
        "week": now - timedelta(days=7),
        "month": now - timedelta(days=30),
        "before": now - timedelta(days=60),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TRADING, parameters)
        for day, currency, volume, deals, closed, won, result in cursor.fetchall():
            figures = days.setdefault(day, DayFigures(day))
            figures.volume += volume
            figures.deals += deals
            figures.closed += closed
            figures.won += won
            figures.result += result * (rates.rate(currency) or 0)
        cursor.execute(_MONEY, parameters)
        for day, currency, reason, amount in cursor.fetchall():
            figures = days.setdefault(day, DayFigures(day))
            value = amount * (rates.rate(currency) or 0)
            if reason == "deposit":
                figures.deposits += value
            else:
                figures.withdrawals -= value
        cursor.execute(_ACTIVITY, parameters)
        activity = Activity(*cursor.fetchone())
    return TradingFigures([days[day] for day in sorted(days)], activity, exposure(kinds, rates), rates.missing)


def exposure(kinds: Iterable[str], rates: Rates) -> list[Exposure]:
    """Return what the house holds in every symbol that clients hold, the largest value first."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPOSURE, {"kinds": list(kinds)})
        rows = cursor.fetchall()
    symbols = Symbol.objects.in_bulk([row[0] for row in rows])
    found = [_exposure(row, symbols.get(row[0]), rates) for row in rows]
    return sorted(found, key=lambda entry: (-abs(entry.value or ZERO), entry.symbol))


def _exposure(row: tuple[Any, ...], symbol: Symbol | None, rates: Rates) -> Exposure:
    code, positions, long, short, long_at, short_at = row
    quote = rates.quote(code)
    rate = None if symbol is None else rates.rate(symbol.quote_currency)
    value = result = None
    if symbol is not None and quote is not None and rate is not None:
        lot = lot_size(symbol) * rate
        value = (short - long) * lot * (quote.bid + quote.ask) / 2
        result = (quote.bid * long - long_at + short_at - quote.ask * short) * lot
    return Exposure(code, positions, long, short, value, result)


def _quote(tick: Tick) -> Quote:
    return Quote(
        symbol=tick.symbol,
        bid=to_price(tick.bid),
        ask=to_price(tick.ask),
        time=moment_of(tick.time_ms),
        received_at=moment_of(tick.received_ms),
        tick_id=tick.id,
    )
