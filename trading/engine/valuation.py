"""What an account is worth at the present quotes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forexpro.core.money import ZERO, quantum
from trading.engine.conversion import conversion_symbols
from trading.engine.margin import margin_required
from trading.engine.market import Instrument, Market, Quote
from trading.engine.profit import Profit, closing_profit
from trading.engine.state import AccountState, LevelUnit, Policy, Position, Side

LEVEL_DIGITS = 2


@dataclass(frozen=True, slots=True)
class PositionValue:
    """`price` is where the position would close now; `profit` in account currency, without swap; `pips` signed."""

    price: Decimal
    profit: Decimal
    pips: Decimal


@dataclass(frozen=True, slots=True)
class Valuation:
    """Money in account currency. `margin_level` is equity / margin in percent, None while no margin is in use.

    `blocked` is commission that leaves the balance later, `reserved` money of withdrawals under way; neither is
    in equity.
    """

    balance: Decimal
    credit: Decimal
    floating: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
    margin_level: Decimal | None
    positions: Mapping[int, PositionValue]
    blocked: Decimal = ZERO
    reserved: Decimal = ZERO

    def at_or_below(self, level: Decimal, unit: LevelUnit = LevelUnit.PERCENT) -> bool:
        """Return whether the account has come down to `level`: the exact margin level in percent, or equity in money.

        Never without margin in use or, in money, without anything held.
        """
        if unit is LevelUnit.MONEY:
            return bool(self.positions or self.margin) and self.equity <= level
        return bool(self.margin) and self.equity * 100 <= self.margin * level

    def in_percent(self, level: Decimal, unit: LevelUnit) -> Decimal:
        """Return a margin call or stop-out level as a margin level; one in money by the margin now in use."""
        percent = level if unit is LevelUnit.PERCENT else margin_level(level, self.margin)
        return level if percent is None else percent

    def is_called(self, policy: Policy) -> bool:
        """Return whether the account is at or below its margin call level."""
        return self.at_or_below(policy.margin_call_level, policy.level_unit)

    def is_stopped_out(self, policy: Policy) -> bool:
        """Return whether the account is at or below its stop-out level.

        Covered positions that need no margin are stopped out when equity is negative, if the policy says so (MT5).
        """
        if not self.margin:
            return policy.stop_out_fully_hedged and bool(self.positions) and self.equity < 0
        return self.at_or_below(policy.stop_out_level, policy.level_unit)


def threshold_equities(
    policy: Policy, margin: Decimal, *, has_positions: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Return the equities at or below which an account is called and is stopped out; None where it never is.

    Covered positions without margin are stopped out below zero, if at all.
    """
    in_money = policy.level_unit is LevelUnit.MONEY
    if not margin:
        call = policy.margin_call_level if in_money and has_positions else None
        return call, ZERO if has_positions and policy.stop_out_fully_hedged else None
    if in_money:
        return policy.margin_call_level, policy.stop_out_level
    return margin * policy.margin_call_level / 100, margin * policy.stop_out_level / 100


def closing_price(side: Side, quote: Quote) -> Decimal:
    """Return the price at which a position of `side` closes: a long at bid, a short at ask."""
    return quote.bid if side is Side.BUY else quote.ask


def opening_price(side: Side, quote: Quote) -> Decimal:
    """Return the price at which an order of `side` fills at the market: a buy at ask, a sell at bid."""
    return quote.ask if side is Side.BUY else quote.bid


def position_profit(position: Position, price: Decimal, currency: str, market: Market) -> Profit:
    """Return what closing the whole position at `price` brings, without its swap."""
    return closing_profit(position.symbol, position.side, position.volume, position.open_price, price, currency, market)


def pips_between(instrument: Instrument, side: Side, open_price: Decimal, price: Decimal) -> Decimal:
    """Return the distance from `open_price` to `price` in pips, positive where it favours `side`."""
    return side.sign * (price - open_price) / instrument.pip


def margin_level(equity: Decimal, margin: Decimal) -> Decimal | None:
    """Return equity / margin in percent, with two decimal places; None, not zero, when there is no margin."""
    return (equity / margin * 100).quantize(quantum(LEVEL_DIGITS), rounding=ROUND_HALF_UP) if margin else None


def value_account(state: AccountState, market: Market) -> Valuation:
    """Value every position at its closing price; raises `Refused` when a quote for it is missing."""
    positions = {}
    floating = ZERO
    for position in state.positions.values():
        price = closing_price(position.side, market.quote(position.symbol))
        profit = position_profit(position, price, state.currency, market).amount
        pips = pips_between(market.instrument(position.symbol), position.side, position.open_price, price)
        positions[position.id] = PositionValue(price, profit, pips)
        floating += profit + position.swap
    equity = state.balance + state.credit + floating - state.set_aside
    margin = margin_required(state, market)
    return Valuation(
        balance=state.balance,
        credit=state.credit,
        floating=floating,
        equity=equity,
        margin=margin,
        free_margin=equity - margin,
        margin_level=margin_level(equity, margin),
        positions=positions,
        blocked=state.blocked,
        reserved=state.reserved,
    )


def symbols_needed(
    state: AccountState, instruments: Mapping[str, Instrument], extra_symbols: Iterable[str] = ()
) -> set[str]:
    """Return the symbols whose quotes a decision may need: all that the account holds, `extra_symbols`, conversions."""
    traded = {position.symbol for position in state.positions.values()}
    traded.update(order.symbol for order in state.orders.values())
    traded.update(extra_symbols)
    needed = set()
    for symbol in traded & instruments.keys():
        needed.add(symbol)
        for currency in (instruments[symbol].quote_currency, instruments[symbol].margin_currency):
            needed.update(name for name in conversion_symbols(currency, state.currency) if name in instruments)
    return needed
