"""Placing, previewing, changing and cancelling orders."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Required, TypedDict, Unpack

from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.engine.commands import CancelOrder, ModifyOrder, PlaceOrder
from trading.engine.preview import Preview, preview
from trading.engine.state import BreakEven, OrderType, PartialTakeProfit, Side, TimeInForce, TrailingStop
from trading.models import Order
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts
from trading.services.answers import Answer
from trading.services.execution import execute

COMMENT_LENGTH_MAX: int = Order._meta.get_field("comment").max_length or 0
OCO_GROUP_LENGTH_MAX: int = Order._meta.get_field("oco_group").max_length or 0


class OrderTerms(TypedDict, total=False):
    """What can be said of an order, by the names of `PlaceOrder`; `volume` in lots."""

    symbol: Required[str]
    side: Required[Side]
    type: Required[OrderType]
    volume: Required[Decimal]
    price: Decimal | None
    limit_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    comment: str
    time_in_force: TimeInForce
    expires_at: datetime | None
    deviation_points: int | None
    oco_group: str
    parent_id: int | None
    trailing_stop: TrailingStop | None
    break_even: BreakEven | None
    partial_take_profits: tuple[PartialTakeProfit, ...]


def order_place(
    *, account_id: int, origin: Origin, idempotency_key: str | None = None, **terms: Unpack[OrderTerms]
) -> Answer:
    """Place an order: a market order fills at once, any other waits for its price."""
    return execute(account_id, _place_command(terms), origin=origin, idempotency_key=idempotency_key)


def order_preview(*, account_id: int, **terms: Unpack[OrderTerms]) -> Preview:
    """Return what placing this order would do now; changes nothing."""
    command = _place_command(terms)
    ticks = newest_ticks()
    (loaded,) = load_accounts([account_id])
    return preview(loaded.state, command, group_market(loaded.conditions, ticks, datetime.now(UTC)))


class OrderChanges(TypedDict, total=False):
    """What can be changed of a working order, by the names of `ModifyOrder`; None and () remove."""

    price: Decimal
    limit_price: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    expires_at: datetime | None
    trailing_stop: TrailingStop | None
    break_even: BreakEven | None
    partial_take_profits: tuple[PartialTakeProfit, ...]


def order_modify(
    *,
    account_id: int,
    order_id: int,
    origin: Origin,
    idempotency_key: str | None = None,
    **changes: Unpack[OrderChanges],
) -> Answer:
    """Change a working order; what is left out stays as it is."""
    return execute(account_id, ModifyOrder(order_id, **changes), origin=origin, idempotency_key=idempotency_key)


def order_cancel(*, account_id: int, order_id: int, origin: Origin, idempotency_key: str | None = None) -> Answer:
    """Withdraw a working order."""
    return execute(account_id, CancelOrder(order_id), origin=origin, idempotency_key=idempotency_key)


def _place_command(terms: OrderTerms) -> PlaceOrder:
    _ensure_length("comment", "A comment", terms.get("comment", ""), COMMENT_LENGTH_MAX)
    _ensure_length("oco_group", "The name of a group", terms.get("oco_group", ""), OCO_GROUP_LENGTH_MAX)
    return PlaceOrder(0, **terms)


def _ensure_length(field: str, name: str, text: str, maximum: int) -> None:
    if len(text) > maximum:
        raise Refused(
            f"{field}_too_long",
            f"{name} has at most {maximum} characters.",
            {"field": field, "length": len(text), "maximum": maximum},
            http_status=400,
        )
