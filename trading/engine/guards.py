"""Guards of a position, trailing stop, break-even and partial take profits: what they must be, where they act next."""

from dataclasses import replace
from decimal import Decimal

from forexpro.core.money import round_price
from forexpro.core.refusals import Refused
from trading.engine.commands import ModifyOrder, ModifyPosition, PlaceOrder, given
from trading.engine.market import Instrument
from trading.engine.state import Guards, PartialTakeProfit, Position, Side, TrailingStop
from trading.engine.validation import ensure_beyond, ensure_price, ensure_volume

PARTIAL_TAKE_PROFITS_MAX = 5


def asked_guards(command: PlaceOrder | ModifyOrder | ModifyPosition, present: Guards | None) -> Guards | None:
    """Return what `command` makes of the present guards; None where nothing is left of them."""
    before = present or Guards()
    guards = Guards(
        given(command.trailing_stop, before.trailing_stop),
        given(command.break_even, before.break_even),
        given(command.partial_take_profits, before.partial_take_profits),
    )
    return None if guards == Guards() else guards


def ready(guards: Guards | None, position: Position, instrument: Instrument) -> Guards | None:
    """Return guards for an open position: with the prices at which they move next, none where nothing is left of them.

    Partial take profits come nearest first.
    """
    if guards is None:
        return None
    trailing, break_even = guards.trailing_stop, guards.break_even
    if trailing is not None:
        next_move = round_price(_next_trail(trailing, position, instrument), instrument.digits)
        trailing = replace(trailing, moves_at=next_move)
    if break_even is not None:
        reached_at = position.open_price + position.side.sign * break_even.profit_points * instrument.point
        break_even = replace(break_even, moves_at=round_price(reached_at, instrument.digits))
    partial = sorted(guards.partial_take_profits, key=lambda target: position.side.sign * target.price)
    prepared = Guards(trailing, break_even, tuple(partial))
    return None if prepared == Guards() else prepared


def _next_trail(trailing: TrailingStop, position: Position, instrument: Instrument) -> Decimal:
    sign, point = position.side.sign, instrument.point
    activation = trailing.distance_points if trailing.activation_points is None else trailing.activation_points
    starts_at = position.open_price + sign * activation * point
    if position.stop_loss is None:
        return starts_at
    follows_at = position.stop_loss + sign * (trailing.distance_points + trailing.step_points) * point
    return max(starts_at, follows_at) if position.side is Side.BUY else min(starts_at, follows_at)


def ensure_guards(
    instrument: Instrument, side: Side, volume: Decimal, reference: Decimal, guards: Guards | None
) -> None:
    """Refuse guards of a position of `volume` lots that could not act, or would act at once at `reference`."""
    if guards is None:
        return
    least = max(1, instrument.stops_level_points)
    trailing, break_even = guards.trailing_stop, guards.break_even
    if trailing is not None:
        _ensure_points("trailing_stop", "The distance of a trailing stop", trailing.distance_points, least)
        _ensure_points("trailing_stop", "The step of a trailing stop", trailing.step_points, 1)
        if trailing.activation_points is not None:
            _ensure_points("trailing_stop", "The profit that starts a trailing stop", trailing.activation_points, 0)
    if break_even is not None:
        _ensure_points("break_even", "The offset of break-even", break_even.offset_points, 0)
        needed = break_even.offset_points + least
        _ensure_points("break_even", "The profit that moves the stop loss", break_even.profit_points, needed)
    _ensure_partial_take_profits(instrument, side, volume, reference, guards.partial_take_profits)


def _ensure_partial_take_profits(
    instrument: Instrument, side: Side, volume: Decimal, reference: Decimal, targets: tuple[PartialTakeProfit, ...]
) -> None:
    field = "partial_take_profits"
    if len(targets) > PARTIAL_TAKE_PROFITS_MAX:
        raise Refused(
            "partial_take_profits_too_many",
            f"A position has at most {PARTIAL_TAKE_PROFITS_MAX} partial take profits.",
            {"field": field, "count": str(len(targets)), "maximum": str(PARTIAL_TAKE_PROFITS_MAX)},
        )
    for target in targets:
        ensure_price(instrument, "The partial take profit", target.price)
        ensure_beyond(instrument, "The partial take profit", target.price, reference, above=side is Side.BUY)
        ensure_volume(instrument, target.volume)
    total = sum(target.volume for target in targets)
    if total > volume:
        raise Refused(
            "partial_take_profits_volume",
            f"The partial take profits close {total} lots; the position has {volume}.",
            {"field": field, "total": str(total), "volume": str(volume)},
        )


def _ensure_points(field: str, name: str, points: int, least: int) -> None:
    if points < least:
        raise Refused(
            "points_too_few",
            f"{name} must be at least {least} points; it was {points}.",
            {"field": field, "points": str(points), "minimum": str(least)},
        )
