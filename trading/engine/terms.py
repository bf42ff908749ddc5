"""What an instrument costs besides its price: the swap of positions held overnight and the commission of deals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from forexpro.core.money import ZERO

_DAY = timedelta(days=1)
# Longer than holidays in a row go on.
_DAYS_LOOKED_BACK = 15
# Spot currencies settle two days later, so that Wednesday's night reaches over the weekend.
FOREX_WEEK = tuple(map(Decimal, (1, 1, 3, 1, 1, 0, 0)))
NEW_YORK = ZoneInfo("America/New_York")


class SwapMode(StrEnum):
    """What the rates for longs and shorts mean (MT5 names); money is per lot, percent is per year."""

    DISABLED = "disabled"
    POINTS = "points"
    MONEY_BASE = "money_base"
    MONEY_MARGIN = "money_margin"
    MONEY_PROFIT = "money_profit"
    MONEY_DEPOSIT = "money_deposit"
    PERCENT = "percent"
    PERCENT_OPEN = "percent_open"

    @property
    def is_percent(self) -> bool:
        return self in (SwapMode.PERCENT, SwapMode.PERCENT_OPEN)


class SwapConversion(StrEnum):
    """The side at which a swap is converted: the worse one for the client, or by the position's direction."""

    WORST = "worst"
    DIRECTION = "direction"


@dataclass(frozen=True, slots=True)
class SwapTerms:
    """The swap of one instrument and when it is charged.

    `week` holds the multipliers of Monday to Sunday. A trading day ends at `rollover_time` in `timezone`; a position
    open then is charged that day's multiplier. A holiday is charged on the day before it. Percent rates are divided
    by `days_in_year`. With `rounds_point_value` the value of a point is rounded before it is multiplied, as MT5 does.
    """

    mode: SwapMode = SwapMode.DISABLED
    long: Decimal = ZERO
    short: Decimal = ZERO
    week: tuple[Decimal, ...] = FOREX_WEEK
    holidays: frozenset[date] = frozenset()
    rollover_time: time = time(17)
    timezone: ZoneInfo = NEW_YORK
    days_in_year: int = 360
    conversion: SwapConversion = SwapConversion.WORST
    rounds_point_value: bool = True

    def rollover_at(self, day: date) -> datetime:
        """Return the moment (UTC) at which a trading day ends."""
        return datetime.combine(day, self.rollover_time, self.timezone).astimezone(UTC)

    def next_day(self, moment: datetime) -> date:
        """Return the trading day that is the first to end after `moment`."""
        day = moment.astimezone(self.timezone).date()
        return day if moment < self.rollover_at(day) else day + _DAY

    def multiplier(self, day: date) -> Decimal:
        """Return how many times the swap is charged on a trading day, holidays considered.

        Source: MT5, swaps: none on a holiday, whose multiplier is added to that of the day before it.
        """
        if day in self.holidays:
            return ZERO
        total = self.week[day.weekday()]
        while (day := day + _DAY) in self.holidays:
            total += self.week[day.weekday()]
        return total

    def last_charged_day(self, now: datetime) -> date | None:
        """Return the newest trading day that has ended and is charged; None where the last weeks had none."""
        newest = self.next_day(now) - _DAY
        days = (newest - count * _DAY for count in range(_DAYS_LOOKED_BACK))
        return next((day for day in days if self.multiplier(day)), None)

    def nights(self, first: date, now: datetime) -> Iterator[tuple[date, Decimal]]:
        """Yield the trading days from `first` on that have ended and are charged, with their multipliers."""
        day = first
        while self.rollover_at(day) <= now:
            if multiplier := self.multiplier(day):
                yield day, multiplier
            day += _DAY


NO_SWAP = SwapTerms()


class CommissionUnit(StrEnum):
    """What a commission rate is: an amount of money, points of price, or percent of the deal's value."""

    MONEY = "money"
    POINTS = "points"
    PERCENT = "percent"


class CommissionPer(StrEnum):
    LOT = "lot"
    DEAL = "deal"


class CommissionEntry(StrEnum):
    """The deals that are charged: those that open, those that close, or both."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class CommissionSettlement(StrEnum):
    """When a commission leaves the balance; until then it is kept out of equity."""

    INSTANT = "instant"
    DAILY = "daily"
    MONTHLY = "monthly"


class TierRange(StrEnum):
    """What chooses the tier of a deal: its lots or its value."""

    VOLUME = "volume"
    NOTIONAL = "notional"


@dataclass(frozen=True, slots=True)
class CommissionTier:
    """The rate of deals from `start` up to and including `end`; a tier that starts there goes first.

    `minimum` and `maximum` bound the commission of one deal.
    """

    rate: Decimal
    start: Decimal = ZERO
    end: Decimal | None = None
    minimum: Decimal = ZERO
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """The commission of deals in one instrument; a deal in no tier is free.

    `currency` is that of money rates, minimum and maximum, `range_currency` that of notional tiers; empty is the
    account's. `per` counts for money and points; percent is always of the whole deal.
    """

    tiers: tuple[CommissionTier, ...]
    unit: CommissionUnit = CommissionUnit.MONEY
    per: CommissionPer = CommissionPer.LOT
    entry: CommissionEntry = CommissionEntry.BOTH
    settlement: CommissionSettlement = CommissionSettlement.INSTANT
    tiered_by: TierRange = TierRange.VOLUME
    currency: str = ""
    range_currency: str = ""

    def tier(self, size: Decimal) -> CommissionTier | None:
        """Return the tier of a deal of `size`: the last one to start at or below it, unless that has ended."""
        begun = [tier for tier in self.tiers if tier.start <= size]
        chosen = max(begun, key=lambda tier: tier.start, default=None)
        return None if chosen is None or (chosen.end is not None and size > chosen.end) else chosen
