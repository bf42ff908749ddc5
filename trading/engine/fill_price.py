"""At which price orders and protections fill once they are reached."""

from decimal import Decimal

from trading.engine.market import Instrument, Market, Quote
from trading.engine.pricing import slippage_points
from trading.engine.state import GapPolicy, Order, OrderType, Policy, Side
from trading.engine.valuation import opening_price


def market_price(instrument: Instrument, side: Side, quote: Quote, deal: str) -> Decimal:
    """Return the price of a market execution that buys or sells now: the quote, worsened by the slippage."""
    return opening_price(side, quote) + side.sign * slippage_points(instrument.slippage, deal) * instrument.point


def limit_fill_price(limit: Decimal, side: Side, quote: Quote, *, improvement: bool) -> Decimal | None:
    """Return what a limit to buy or sell fills at: its price, or the better quote; None while it is not reached."""
    price = opening_price(side, quote)
    if side.sign * (price - limit) > 0:
        return None
    return price if improvement else limit


def stop_fill_price(
    instrument: Instrument, policy: Policy, level: Decimal, side: Side, quote: Quote, deal: str
) -> Decimal:
    """Return what a stop to buy or sell that was reached fills at: the market's price, worsened by the slippage.

    Under the gap level policy that is its own price, unless the market is further away than the symbol's gap level.
    """
    if policy.gap_policy is GapPolicy.GAP_LEVEL:
        gap = abs(opening_price(side, quote) - level)
        if gap <= instrument.gap_level_points * instrument.point:
            return level
    return market_price(instrument, side, quote, deal)


def order_fill_price(order: Order, policy: Policy, market: Market, quote: Quote) -> Decimal | None:
    """Return what an order fills at now that its turn has come; None where it is a limit and not reached."""
    instrument, deal = market.instrument(order.symbol), f"order:{order.id}"
    if order.is_limit:
        improvement = policy.limit_price_improvement
        return limit_fill_price(order.working_price, order.side, quote, improvement=improvement)
    if order.type is OrderType.MARKET:
        return market_price(instrument, order.side, quote, deal)
    return stop_fill_price(instrument, policy, order.price, order.side, quote, deal)


def exceeds_deviation(order: Order, instrument: Instrument, price: Decimal) -> bool:
    """Return whether `price` is further against the client from the order's own than it allows."""
    if order.deviation_points is None:
        return False
    return order.side.sign * (price - order.price) > order.deviation_points * instrument.point
