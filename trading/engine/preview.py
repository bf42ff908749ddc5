"""What an order would do, before it is placed: the same decision, taken on a copy."""

from dataclasses import dataclass, replace
from decimal import Decimal

from forexpro.core.money import ZERO, quantize
from forexpro.core.refusals import Refused
from trading.engine.commands import PlaceOrder
from trading.engine.decide import decide
from trading.engine.decision import Decision
from trading.engine.events import OrderFilled, PositionIncreased, PositionOpened
from trading.engine.evidence import fill_evidence
from trading.engine.execution import deals_commission, fill_order
from trading.engine.fill_price import market_price
from trading.engine.market import Instrument, Market
from trading.engine.orders import new_order
from trading.engine.profit import closing_profit, price_change_value, profit_conversion
from trading.engine.state import AccountState, OrderType, Side
from trading.engine.stop_out_price import stop_out_price
from trading.engine.swap import night_swap
from trading.engine.valuation import value_account


@dataclass(frozen=True, slots=True)
class Preview:
    """The outcome of an order, filled at once or, if pending, at its own price. Money in account currency.

    `margin` is what the order adds. `spread_cost` is what closing at once would lose, `commission` what its deals cost
    (zero or negative). `swap_tonight` is the swap of what it opens for the trading day that ends next, charged
    `swap_multiplier` times; None while a price for it is missing. `stop_out_price` is that of the order's symbol
    afterwards. `refusal` is what `decide` would say no with, None when it would accept.
    """

    price: Decimal
    margin: Decimal
    margin_before: Decimal
    margin_after: Decimal
    equity_after: Decimal
    free_margin_after: Decimal
    margin_level_before: Decimal | None
    margin_level_after: Decimal | None
    pip_value: Decimal
    spread_cost: Decimal
    commission: Decimal
    swap_tonight: Decimal | None
    swap_multiplier: Decimal
    stop_out_price: Decimal | None
    stop_loss_profit: Decimal | None
    take_profit_profit: Decimal | None
    refusal: Refused | None


def preview(state: AccountState, command: PlaceOrder, market: Market) -> Preview:
    """Return what placing `command` now would do; raises `Refused` only where there is nothing to compute with."""
    instrument = market.instrument(command.symbol)
    quote = market.quote(command.symbol)
    decision = Decision(state, market)
    order = new_order(decision, command, quote)
    at = order.price if order.limit_price is None else order.limit_price
    if order.type is OrderType.MARKET:
        at = market_price(instrument, order.side, quote, f"order:{order.id}")
    fill_order(decision, order, at, fill_evidence(quote))
    (price,) = (event.price for event in decision.events if isinstance(event, OrderFilled))
    before, after = value_account(state, market), value_account(decision.state, market)

    def profit_at(closing_price: Decimal) -> Decimal:
        return closing_profit(
            order.symbol, order.side, order.volume, price, closing_price, state.currency, market
        ).amount

    spread = order.side.sign * (quote.ask - quote.bid)
    multiplier = instrument.swap.multiplier(instrument.swap.next_day(market.now))
    return Preview(
        price=price,
        margin=after.margin - before.margin,
        margin_before=before.margin,
        margin_after=after.margin,
        equity_after=after.equity,
        free_margin_after=after.free_margin,
        margin_level_before=before.margin_level,
        margin_level_after=after.margin_level,
        pip_value=pip_value(instrument, order.side, order.volume, price, state.currency, market),
        spread_cost=abs(profit_at(price - spread)),
        commission=deals_commission(decision.events),
        swap_tonight=_swap_tonight(decision, instrument, multiplier),
        swap_multiplier=multiplier,
        stop_out_price=stop_out_price(decision.state, order.symbol, market),
        stop_loss_profit=profit_at(order.stop_loss) if order.stop_loss else None,
        take_profit_profit=profit_at(order.take_profit) if order.take_profit else None,
        refusal=_refusal(state, command, market),
    )


def pip_value(
    instrument: Instrument, side: Side, volume: Decimal, price: Decimal, currency: str, market: Market
) -> Decimal:
    """Return what one pip in favour is worth, converted as a profit is."""
    in_quote_currency = price_change_value(instrument, volume, instrument.pip)
    rate = profit_conversion(instrument, side, in_quote_currency, price, currency, market).rate
    return quantize(in_quote_currency * rate, currency)


def _swap_tonight(decision: Decision, instrument: Instrument, multiplier: Decimal) -> Decimal | None:
    """Return the swap, charged `multiplier` times, of the volume that a decision opens."""
    currency = decision.state.currency
    for event in decision.events:
        if isinstance(event, PositionOpened | PositionIncreased):
            added = (
                event.position if isinstance(event, PositionOpened) else replace(event.position, volume=event.volume)
            )
            try:
                # On a night that is not charged, a rate below zero makes -0.00.
                return night_swap(instrument, added, multiplier, currency, decision.market).amount + ZERO
            except Refused:
                return None
    return quantize(ZERO, currency)


def _refusal(state: AccountState, command: PlaceOrder, market: Market) -> Refused | None:
    try:
        decide(state, command, market)
    except Refused as refusal:
        return refusal
    return None
