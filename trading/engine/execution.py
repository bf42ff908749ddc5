"""How deals are done: opening a position from an order, closing one wholly or in part."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from forexpro.core.money import ZERO, quantize
from trading.engine.commands import BalanceReason
from trading.engine.commission import FREE, Commission, deal_commission, reversal_commission, settlement_moment
from trading.engine.decision import Decision
from trading.engine.events import (
    BalanceUpdated,
    CloseReason,
    CommissionBlocked,
    EngineEvent,
    OrderFilled,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
)
from trading.engine.evidence import closing_evidence, commission_evidence, opening_evidence
from trading.engine.fill_price import market_price
from trading.engine.guards import ready
from trading.engine.margin import frozen_rate, margin_conversion
from trading.engine.market import Instrument, Quote
from trading.engine.netting import closing_volume, increased, netted_position
from trading.engine.nights import charge_nights
from trading.engine.profit import closing_profit, profit_formula
from trading.engine.state import Order, Position
from trading.engine.terms import CommissionEntry, CommissionSettlement

DEALS = (OrderFilled, PositionReduced, PositionClosed)


def fill_order(decision: Decision, order: Order, price: Decimal, fill: dict[str, Any]) -> None:
    """Fill `order` at `price`.

    On a hedging account it opens a position of its own. On a netting account it adds to the position in its symbol, or
    closes as much of it as it is opposed to and opens the rest, if any, in the other direction.
    """
    instrument = decision.market.instrument(order.symbol)
    held = netted_position(decision.state, order.symbol)
    closing = closing_volume(decision.state, order)
    opening = order.volume - closing
    adds = held is not None and not closing
    position_id, evidence = order.id, fill
    commission, of_closing = FREE, None
    if held is not None and (adds or not opening):
        position_id = held.id
    if held is not None and adds:
        held = charge_nights(decision, held)
    if opening:
        account = decision.state.currency, decision.market
        if closing:
            of_closing, commission = reversal_commission(instrument, order.side, closing, opening, price, *account)
        else:
            commission = deal_commission(instrument, CommissionEntry.IN, order.side, opening, price, *account)
        conversion = margin_conversion(instrument, order.side, price, decision.state.currency, decision.market)
        opened = Position(
            id=order.id,
            symbol=order.symbol,
            side=order.side,
            volume=opening,
            open_price=price,
            opened_at=decision.market.now,
            margin_conversion=frozen_rate(conversion),
            stop_loss=order.stop_loss,
            take_profit=order.take_profit,
            comment=order.comment,
            commission=commission.amount,
        )
        opened = replace(opened, guards=ready(order.guards, opened, instrument))
        evidence = opening_evidence(fill, instrument, opened, conversion, decision.state)
        evidence |= commission_evidence(commission)
    requested = order.working_price
    decision.emit(
        OrderFilled(
            order_id=order.id,
            symbol=order.symbol,
            side=order.side,
            order_type=order.type,
            volume=order.volume,
            price=price,
            requested_price=requested,
            slippage_points=int(order.side.sign * (price - requested) / instrument.point),
            position_id=position_id,
            evidence=evidence,
            opened_volume=opening,
            commission=commission.amount,
        )
    )
    if held is not None and closing:
        close_position(
            decision, held, closing, price, CloseReason.ORDER, fill, order_id=order.id, commission=of_closing
        )
    if not opening:
        return
    if held is not None and adds:
        grown = increased(held, opened)
        decision.emit(PositionIncreased(opening, replace(grown, guards=ready(order.guards, grown, instrument))))
    else:
        decision.emit(PositionOpened(opened))
    _charge_commission(decision, instrument, commission, position_id)


def deals_commission(events: Iterable[EngineEvent]) -> Decimal:
    """Return what the deals among `events` cost, zero or negative, whether paid at once or later."""
    return sum((event.commission for event in events if isinstance(event, DEALS)), ZERO)


def close_at_market(
    decision: Decision, position: Position, volume: Decimal, quote: Quote, reason: CloseReason, fill: dict[str, Any]
) -> None:
    """Close `volume` lots of a position at the quote, worsened by the slippage."""
    instrument = decision.market.instrument(position.symbol)
    price = market_price(instrument, position.side.opposite, quote, closing_deal(position))
    close_position(decision, position, volume, price, reason, fill)


def closing_deal(position: Position) -> str:
    """Return the name under which the slippage of closing a position as it is now is drawn."""
    return f"close:{position.id}:{position.volume}"


def close_position(
    decision: Decision,
    position: Position,
    volume: Decimal,
    price: Decimal,
    reason: CloseReason,
    fill: dict[str, Any],
    *,
    order_id: int | None = None,
    opposite_position_id: int | None = None,
    commission: Commission | None = None,
) -> None:
    """Close `volume` lots of a position at `price` and book the result.

    The nights that it was held are charged first. `commission` is what its terms ask of the deal unless it is given.
    """
    position = charge_nights(decision, position)
    state = decision.state
    instrument = decision.market.instrument(position.symbol)
    if commission is None:
        commission = deal_commission(
            instrument,
            CommissionEntry.OUT,
            position.side.opposite,
            volume,
            price,
            state.currency,
            decision.market,
        )
    profit = closing_profit(
        position.symbol, position.side, volume, position.open_price, price, state.currency, decision.market
    )
    remaining = position.volume - volume
    swap = quantize(position.swap * volume / position.volume, state.currency) if remaining else position.swap
    formula = profit_formula(profit, instrument, position.side, volume, position.open_price, price, state.currency)
    evidence = closing_evidence(fill, profit.conversion, formula) | commission_evidence(commission)
    if remaining:
        decision.emit(
            PositionReduced(
                position_id=position.id,
                symbol=position.symbol,
                side=position.side,
                volume=volume,
                remaining_volume=remaining,
                open_price=position.open_price,
                price=price,
                profit=profit.amount,
                swap=swap,
                reason=reason,
                evidence=evidence,
                order_id=order_id,
                opposite_position_id=opposite_position_id,
                commission=commission.amount,
            )
        )
    else:
        decision.emit(
            PositionClosed(
                position_id=position.id,
                symbol=position.symbol,
                side=position.side,
                volume=volume,
                open_price=position.open_price,
                price=price,
                profit=profit.amount,
                swap=swap,
                reason=reason,
                evidence=evidence,
                order_id=order_id,
                opposite_position_id=opposite_position_id,
                commission=commission.amount,
            )
        )
    reference = f"position:{position.id}"
    book(decision, profit.amount, BalanceReason.TRADE, reference)
    if swap:
        book(decision, swap, BalanceReason.SWAP, reference)
    _charge_commission(decision, decision.market.instrument(position.symbol), commission, position.id)


def _charge_commission(decision: Decision, instrument: Instrument, commission: Commission, position_id: int) -> None:
    """Take a deal's commission from the balance, or set it aside until it is settled."""
    if not commission.amount or instrument.commission is None:
        return
    settlement = instrument.commission.settlement
    if settlement is CommissionSettlement.INSTANT:
        book(decision, commission.amount, BalanceReason.COMMISSION, f"position:{position_id}")
    else:
        settles_at = settlement_moment(instrument, settlement, decision.market.now)
        decision.emit(CommissionBlocked(position_id, -commission.amount, settles_at))


def book(decision: Decision, amount: Decimal, reason: BalanceReason, reference: str) -> None:
    """Move the balance (or, for the reason `credit`, the credit) by `amount`."""
    state = decision.state
    to_credit = reason is BalanceReason.CREDIT
    decision.emit(
        BalanceUpdated(
            amount=amount,
            reason=reason,
            balance=state.balance if to_credit else state.balance + amount,
            credit=state.credit + amount if to_credit else state.credit,
            reference=reference,
        )
    )
