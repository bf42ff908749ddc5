"""The margin of an account as MetaTrader 5 computes it: conversion frozen at the opening deal, rounded per symbol."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from forexpro.core.money import ZERO, quantum
from trading.engine.conversion import Conversion, DealPrice, QuoteSide, find_conversion
from trading.engine.margin_formulae import Exposure
from trading.engine.margin_offsets import Holding, basic_hedged, exchange_margin, exchange_sides, larger_leg, netted
from trading.engine.margin_tiers import lone_margin
from trading.engine.market import Instrument, MarginMode, Market
from trading.engine.state import AccountState, HedgedMargin, Order, OrderType, Policy, Position, PositionMode, Side

# Frozen rates are kept with this many decimal places.
RATE_DIGITS = 15


def margin_conversion(instrument: Instrument, side: Side, price: Decimal, currency: str, market: Market) -> Conversion:
    """Return the margin currency to account currency rate of a deal at `price`: a buy's at ask, a sell's at bid.

    Where the traded pair itself converts, the deal price counts.
    """
    return find_conversion(
        instrument.margin_currency,
        currency,
        QuoteSide.ASK if side is Side.BUY else QuoteSide.BID,
        market,
        deal=DealPrice(instrument.symbol, price),
    )


def frozen_rate(conversion: Conversion) -> Decimal:
    """Return the rate of `conversion` in the precision in which a position keeps it."""
    return conversion.rate.quantize(quantum(RATE_DIGITS), rounding=ROUND_HALF_UP).normalize()


def order_margin(order: Order, state: AccountState, market: Market) -> Decimal:
    """Return the unrounded margin that an order reserves by itself, in account currency.

    That is a pending order's part by its kind's rate, and the whole initial margin of a market order on its way.
    """
    instrument = market.instrument(order.symbol)
    if instrument.margin_mode is MarginMode.EXCHANGE_FUTURES:
        return exchange_margin(instrument, order.side, [_order_exposure(order, instrument, state.currency, market)])
    if not _order_rate(order, instrument):
        return ZERO
    exposure = _order_exposure(order, instrument, state.currency, market)
    return lone_margin(instrument, exposure, state.policy.leverage)


def margin_required(state: AccountState, market: Market) -> Decimal:
    """Return the margin of all positions and orders, in account currency.

    A market order among the orders is on its way: it is charged the initial margin and never lowers the sum.
    """
    return sum(symbol_margins(state, market).values(), ZERO)


def symbol_margins(state: AccountState, market: Market) -> dict[str, Decimal]:
    """Return the margin by symbol, in account currency, rounded."""
    return {held.instrument.symbol: _holding_margin(held, state.policy) for held in _holdings(state, market)}


def entry_margin(state: AccountState, order: Order, price: Decimal, market: Market) -> Decimal:
    """Return the margin required while `order` is on its way to being filled at `price`."""
    on_its_way = replace(order, type=OrderType.MARKET, price=price, limit_price=None, armed=False)
    return margin_required(replace(state, orders={**state.orders, order.id: on_its_way}), market)


def _holding_margin(held: Holding, policy: Policy) -> Decimal:
    if held.instrument.margin_mode is MarginMode.EXCHANGE_FUTURES:
        return max(ZERO, *exchange_sides(held).values())
    if policy.position_mode is PositionMode.NETTING:
        return netted(held)
    if policy.hedged_margin is HedgedMargin.BASIC:
        return basic_hedged(held)
    return larger_leg(held)


def _holdings(state: AccountState, market: Market) -> Iterable[Holding]:
    by_symbol: dict[str, Holding] = {}

    def holding(instrument: Instrument) -> Holding:
        if instrument.symbol not in by_symbol:
            by_symbol[instrument.symbol] = Holding(instrument, state.policy.leverage, state.currency)
        return by_symbol[instrument.symbol]

    for position in state.positions.values():
        instrument = market.instrument(position.symbol)
        holding(instrument).positions[position.side].append(_position_exposure(position, instrument))
    for order in state.orders.values():
        instrument = market.instrument(order.symbol)
        if not _order_rate(order, instrument):
            continue
        held = holding(instrument)
        exposure = _order_exposure(order, instrument, state.currency, market)
        if order.type is OrderType.MARKET:
            held.in_flight[order.side].append(exposure)
        else:
            kind = OrderType.LIMIT if order.is_limit else order.type
            held.pending.setdefault((order.side, kind), []).append(exposure)
    return by_symbol.values()


def _position_exposure(position: Position, instrument: Instrument) -> Exposure:
    return Exposure(
        volume=position.volume,
        price=position.open_price,
        conversion=position.margin_conversion,
        rate=instrument.margin_rates.of(position.side).held,
        amount=instrument.maintenance_margin or instrument.initial_margin,
    )


def _order_exposure(order: Order, instrument: Instrument, currency: str, market: Market) -> Exposure:
    price = order.working_price
    if instrument.margin_mode is MarginMode.EXCHANGE_FUTURES and order.limit_price is not None:
        price = order.limit_price
    return Exposure(
        volume=order.volume,
        price=price,
        conversion=margin_conversion(instrument, order.side, price, currency, market).rate,
        rate=_order_rate(order, instrument),
        amount=instrument.initial_margin,
        is_order=True,
    )


def _order_rate(order: Order, instrument: Instrument) -> Decimal:
    """Return the part of the margin that an order reserves; on an exchange every order counts in full.

    One that waits for another's fill reserves nothing until then.
    """
    if order.parent_id is not None:
        return ZERO
    if instrument.margin_mode is MarginMode.EXCHANGE_FUTURES:
        return Decimal(1)
    if order.type is OrderType.MARKET:
        return instrument.margin_rates.of(order.side).initial
    return instrument.margin_rates.pending(order)
