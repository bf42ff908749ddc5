"""What a request must satisfy. Every refusal has a stable code, a sentence for people and the numbers behind it."""

from datetime import datetime, timedelta
from decimal import Decimal

from forexpro.core.money import ZERO, amount_text
from forexpro.core.refusals import Refused
from trading.engine.market import Instrument, Market, Quote, TradeMode
from trading.engine.state import AccountState, Order, OrderType, Policy, Position, Side
from trading.engine.valuation import Valuation, closing_price, opening_price

_OPENS = {TradeMode.FULL: tuple(Side), TradeMode.LONG_ONLY: (Side.BUY,), TradeMode.SHORT_ONLY: (Side.SELL,)}
_TRADE_MODES = {
    TradeMode.LONG_ONLY: "can only be bought at the moment.",
    TradeMode.SHORT_ONLY: "can only be sold at the moment.",
    TradeMode.CLOSE_ONLY: "cannot be traded at the moment. Positions can still be closed.",
    TradeMode.DISABLED: "cannot be traded at the moment.",
}


def ensure_opening_allowed(policy: Policy, instrument: Instrument, side: Side) -> None:
    """Refuse to open anything where the account, or the symbol in this direction, may not."""
    if not policy.trading_enabled:
        raise Refused("trading_disabled", "Trading is disabled on this account. Positions can still be closed.")
    if side not in _OPENS.get(instrument.trade_mode, ()):
        raise _mode_refusal(instrument)


def _mode_refusal(instrument: Instrument) -> Refused:
    return Refused(
        "symbol_disabled",
        f"{instrument.symbol} {_TRADE_MODES[instrument.trade_mode]}",
        {"symbol": instrument.symbol, "trade_mode": str(instrument.trade_mode)},
    )


def is_tradable(instrument: Instrument, at: datetime) -> bool:
    """Return whether anything can be done in a symbol: it is not disabled and its market is open."""
    return instrument.trade_mode is not TradeMode.DISABLED and instrument.hours.is_open(at)


def ensure_tradable(instrument: Instrument, at: datetime) -> None:
    """Refuse to place, fill, change or close anything in a symbol that is disabled or whose market is closed."""
    if instrument.trade_mode is TradeMode.DISABLED:
        raise _mode_refusal(instrument)
    if not instrument.hours.is_open(at):
        opens_at = instrument.hours.next_opening(at)
        reopening = "" if opens_at is None else f" It opens on {opens_at:%d %B at %H:%M} UTC."
        raise Refused(
            "market_closed",
            f"The market of {instrument.symbol} is closed.{reopening}",
            {"symbol": instrument.symbol, "opens_at": None if opens_at is None else opens_at.isoformat()},
        )


def fresh_quote(market: Market, symbol: str, policy: Policy) -> Quote:
    """Return the quote of `symbol` to trade at; refuse where nothing can be done, or where it came too long ago."""
    ensure_tradable(market.instrument(symbol), market.now)
    quote = market.quote(symbol)
    age = market.now - quote.received_at
    if age > timedelta(seconds=policy.quote_max_age_seconds):
        raise Refused(
            "quote_stale",
            f"The last price of {symbol} is {age.total_seconds():.0f} seconds old. Wait for a new one.",
            {
                "symbol": symbol,
                "age_seconds": f"{age.total_seconds():.3f}",
                "maximum_seconds": str(policy.quote_max_age_seconds),
            },
        )
    return quote


def ensure_volume(instrument: Instrument, volume: Decimal) -> None:
    """Refuse a volume below the minimum, above the maximum or between two steps."""
    details = {
        "volume": str(volume),
        "minimum": str(instrument.volume_min),
        "maximum": str(instrument.volume_max),
        "step": str(instrument.volume_step),
    }
    if volume < instrument.volume_min:
        raise Refused("volume_too_small", f"The smallest volume is {_plain(instrument.volume_min)} lots.", details)
    if volume > instrument.volume_max:
        raise Refused("volume_too_large", f"The largest volume is {_plain(instrument.volume_max)} lots.", details)
    if volume % instrument.volume_step:
        raise Refused("volume_step", f"Volume goes in steps of {_plain(instrument.volume_step)} lots.", details)


def ensure_price(instrument: Instrument, name: str, price: Decimal) -> None:
    """Refuse a price that is not positive or finer than a point (or than the tick size, where there is one)."""
    step = instrument.tick_size or instrument.point
    if price <= 0 or price % step:
        raise Refused(
            "price_invalid",
            f"{name} must be above zero and a multiple of {_plain(step)}; it was {_plain(price)}.",
            {"field": _field(name), "price": str(price), "step": str(step)},
        )


def ensure_order_prices(instrument: Instrument, order: Order, quote: Quote, policy: Policy) -> None:
    """Refuse a pending order whose price is missing, misplaced or too near, or whose stop loss or take profit is.

    Where the market is does not matter to an order that waits for another's fill, nor to one that fills at once.
    """
    ensure_price(instrument, "The price", order.price)
    is_stop = order.type is not OrderType.LIMIT
    stands_apart = order.waits and not order.waits_for_parent
    if stands_apart and not (is_stop and policy.marketable_stops_accepted):
        ensure_beyond(
            instrument,
            f"The price of a {order.side} {order.type.replace('_', ' ')}",
            order.price,
            opening_price(order.side, quote),
            above=(order.side is Side.BUY) == is_stop,
        )
    if order.type is OrderType.STOP_LIMIT:
        if order.limit_price is None:
            raise Refused("limit_price_required", "A stop-limit order needs a limit price.", {"field": "limit_price"})
        ensure_price(instrument, "The limit price", order.limit_price)
    elif order.limit_price is not None:
        raise Refused("limit_price_not_allowed", "Only a stop-limit order has a limit price.", {"field": "limit_price"})
    fills_at = order.price if order.limit_price is None else order.limit_price
    ensure_protection(instrument, order.side, fills_at, order.stop_loss, order.take_profit)
    ensure_deviation(order)


def ensure_deviation(order: Order) -> None:
    """Refuse a deviation that is negative, or of an order that never fills beyond its price."""
    if order.deviation_points is None:
        return
    details = {"field": "deviation_points", "deviation_points": str(order.deviation_points)}
    if order.type not in (OrderType.MARKET, OrderType.STOP):
        raise Refused("deviation_not_allowed", "Only market and stop orders can deviate from their price.", details)
    if order.deviation_points < 0:
        raise Refused("deviation_negative", "The largest deviation is zero points or more.", details)


def ensure_order_not_frozen(instrument: Instrument, order: Order, quote: Quote) -> None:
    """Refuse to change or withdraw an order that the market is about to reach (MT5, freeze level)."""
    if not order.waits_for_parent:
        _ensure_not_frozen(instrument, "order", order.working_price, opening_price(order.side, quote))


def ensure_position_not_frozen(instrument: Instrument, position: Position, quote: Quote) -> None:
    """Refuse to change or close a position whose stop loss or take profit the market is about to reach."""
    for level in (position.stop_loss, position.take_profit):
        if level is not None:
            _ensure_not_frozen(instrument, "position", level, closing_price(position.side, quote))


def _ensure_not_frozen(instrument: Instrument, name: str, level: Decimal, price: Decimal) -> None:
    frozen = instrument.freeze_level_points
    if frozen and abs(price - level) <= frozen * instrument.point:
        raise Refused(
            "frozen",
            f"The market is within {frozen} points of {_plain(level)}: this {name} cannot be changed now.",
            {"level": str(level), "price": str(price), "freeze_level_points": str(frozen)},
        )


def ensure_protection(
    instrument: Instrument,
    side: Side,
    reference: Decimal,
    stop_loss: Decimal | None,
    take_profit: Decimal | None,
) -> None:
    """Refuse a stop loss or take profit on the wrong side of `reference`, or nearer to it than the stops level."""
    if stop_loss is not None:
        ensure_price(instrument, "The stop loss", stop_loss)
        ensure_beyond(instrument, "The stop loss", stop_loss, reference, above=side is Side.SELL)
    if take_profit is not None:
        ensure_price(instrument, "The take profit", take_profit)
        ensure_beyond(instrument, "The take profit", take_profit, reference, above=side is Side.BUY)


def ensure_market_protection(
    instrument: Instrument, side: Side, quote: Quote, stop_loss: Decimal | None, take_profit: Decimal | None
) -> None:
    """Refuse levels of an open position, or of one about to open, that its closing price has reached already."""
    ensure_protection(instrument, side, closing_price(side, quote), stop_loss, take_profit)


def ensure_margin(state: AccountState, before: Valuation, margin_after: Decimal, *, commission: Decimal = ZERO) -> None:
    """Refuse a deal after which more margin would be in use than the equity before it; reducing margin is allowed.

    `margin_after` is of the same quotes as `before`, and the highest that the deal comes to. `commission` (zero or
    negative) is what it costs: that has to be free as well (MT5, commission, blocking of assets). The spread just paid
    does not count against the deal.
    """
    details = {
        "equity": str(before.equity),
        "margin": str(before.margin),
        "free_margin": str(before.free_margin),
        "margin_after": str(margin_after),
        "currency": state.currency,
    }
    floor = state.policy.equity_floor
    if floor is not None and before.equity <= floor:
        raise Refused(
            "equity_floor_reached",
            f"Equity of {amount_text(before.equity, state.currency)} has reached this account's limit of "
            f"{amount_text(floor, state.currency)}.",
            details | {"equity_floor": str(floor)},
        )
    if margin_after > before.margin and margin_after - commission > before.equity:
        needed = f"{amount_text(margin_after - before.margin, state.currency)} of margin"
        if commission:
            details["commission"] = str(commission)
            needed += f" and {amount_text(-commission, state.currency)} of commission"
        raise Refused(
            "insufficient_margin",
            f"This needs {needed}; {amount_text(before.free_margin, state.currency)} is free. "
            "Reduce the volume or add funds.",
            details | {"margin_needed": str(margin_after - before.margin)},
        )


def ensure_beyond(instrument: Instrument, name: str, price: Decimal, reference: Decimal, *, above: bool) -> None:
    """Refuse a price that is not above (or below) `reference` by at least the stops level."""
    distance = price - reference if above else reference - price
    minimum = instrument.stops_level_points * instrument.point
    details = {
        "field": _field(name),
        "price": str(price),
        "reference": str(reference),
        "minimum_distance_points": str(instrument.stops_level_points),
    }
    where = "above" if above else "below"
    if distance <= 0:
        raise Refused("price_wrong_side", f"{name} must be {where} {reference}; it was {_plain(price)}.", details)
    if distance < minimum:
        raise Refused(
            "price_too_close",
            f"{name} must be at least {instrument.stops_level_points} points {where} {reference}; "
            f"it was {_plain(price)}.",
            details,
        )


def _field(name: str) -> str:
    for field in ("stop loss", "take profit", "limit price"):
        if name.endswith(field):
            return field.replace(" ", "_")
    return "price"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
