"""Changing and closing positions at a person's request."""

from dataclasses import replace
from decimal import Decimal

from forexpro.core.refusals import Refused
from trading.engine.commands import UNCHANGED, CloseAll, CloseBy, ClosePosition, ModifyPosition, given
from trading.engine.commission import FREE, close_by_commission
from trading.engine.decision import Decision
from trading.engine.events import CloseReason, PositionModified
from trading.engine.evidence import fill_evidence
from trading.engine.execution import close_at_market, close_position
from trading.engine.guards import asked_guards, ensure_guards, ready
from trading.engine.liquidation import settle
from trading.engine.state import AccountState, Position
from trading.engine.validation import ensure_market_protection, ensure_position_not_frozen, ensure_volume, fresh_quote
from trading.engine.valuation import closing_price


def modify(decision: Decision, command: ModifyPosition) -> None:
    """Set or remove stop loss, take profit and guards; nothing happens when they are as asked already."""
    position = open_position(decision.state, command.position_id)
    stop_loss = given(command.stop_loss, position.stop_loss)
    take_profit = given(command.take_profit, position.take_profit)
    instrument = decision.market.instrument(position.symbol)
    guards = ready(asked_guards(command, position.guards), replace(position, stop_loss=stop_loss), instrument)
    if (stop_loss, take_profit, guards) == (position.stop_loss, position.take_profit, position.guards):
        return
    quote = fresh_quote(decision.market, position.symbol, decision.state.policy)
    ensure_position_not_frozen(instrument, position, quote)
    # A level that stays may have come nearer to the market than a new one is allowed to be.
    ensure_market_protection(
        instrument,
        position.side,
        quote,
        stop_loss if stop_loss != position.stop_loss else None,
        take_profit if take_profit != position.take_profit else None,
    )
    new = guards
    if guards is not None and command.partial_take_profits is UNCHANGED:
        new = replace(guards, partial_take_profits=())
    ensure_guards(instrument, position.side, position.volume, closing_price(position.side, quote), new)
    decision.emit(
        PositionModified(position.id, stop_loss, take_profit, guards=guards, levels_since=decision.market.now)
    )


def close(decision: Decision, command: ClosePosition) -> None:
    """Close a position at the market, wholly or in part."""
    position = open_position(decision.state, command.position_id)
    volume = position.volume if command.volume is None else command.volume
    if volume != position.volume:
        _ensure_partial_volume(decision, position, volume)
    if not command.by_dealer:
        quote = fresh_quote(decision.market, position.symbol, decision.state.policy)
        ensure_position_not_frozen(decision.market.instrument(position.symbol), position, quote)
    reason = CloseReason.DEALER if command.by_dealer else CloseReason.CLIENT
    _close_now(decision, position, volume, reason)
    settle(decision)


def close_by(decision: Decision, command: CloseBy) -> None:
    """Close two opposite positions of a symbol against each other, without a spread.

    The smaller volume of the two is closed on both, at the opening price of the opposite one: the position realises
    the difference of the two and what both deals cost, the opposite nothing (MT5, close by).
    """
    position = open_position(decision.state, command.position_id)
    opposite = open_position(decision.state, command.opposite_position_id)
    if position.symbol != opposite.symbol or position.side is opposite.side:
        raise Refused(
            "not_opposite",
            "Only a long and a short position in the same symbol can be closed against each other.",
            {"position_id": position.id, "opposite_position_id": opposite.id},
        )
    volume, price = min(position.volume, opposite.volume), opposite.open_price
    fill = fill_evidence(fresh_quote(decision.market, position.symbol, decision.state.policy))
    instrument = decision.market.instrument(position.symbol)
    both = close_by_commission(instrument, volume, price, decision.state.currency, decision.market)
    for closed, other, commission in ((position, opposite, both), (opposite, position, FREE)):
        close_position(
            decision,
            closed,
            volume,
            price,
            CloseReason.CLOSE_BY,
            fill,
            opposite_position_id=other.id,
            commission=commission,
        )
    settle(decision)


def close_all(decision: Decision, command: CloseAll) -> None:
    """Close every position, or every one of a symbol, oldest first."""
    chosen = [
        position
        for _, position in sorted(decision.state.positions.items())
        if command.symbol in (None, position.symbol)
    ]
    if not chosen:
        raise Refused("nothing_to_close", "There is no open position to close.", {"symbol": command.symbol})
    for position in chosen:
        _close_now(decision, position, position.volume, CloseReason.CLIENT)
    settle(decision)


def open_position(state: AccountState, position_id: int) -> Position:
    """Return an open position of the account, or refuse: it was closed or never there."""
    try:
        return state.positions[position_id]
    except KeyError:
        raise Refused(
            "position_not_found", "This position is no longer open.", {"position_id": position_id}, http_status=404
        ) from None


def _ensure_partial_volume(decision: Decision, position: Position, volume: Decimal) -> None:
    instrument = decision.market.instrument(position.symbol)
    if volume > position.volume:
        raise Refused(
            "volume_exceeds_position",
            f"The position has {position.volume} lots; {volume} cannot be closed.",
            {"volume": str(volume), "position_volume": str(position.volume)},
        )
    # The maximum is a rule for opening: a position may be larger after it was lowered, and must remain closable.
    instrument = replace(instrument, volume_max=max(instrument.volume_max, position.volume))
    ensure_volume(instrument, volume)
    ensure_volume(instrument, position.volume - volume)


def _close_now(decision: Decision, position: Position, volume: Decimal, reason: CloseReason) -> None:
    quote = fresh_quote(decision.market, position.symbol, decision.state.policy)
    close_at_market(decision, position, volume, quote, reason, fill_evidence(quote))
