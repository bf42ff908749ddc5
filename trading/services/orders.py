"""Placing, previewing, changing and cancelling orders."""

from datetime import UTC, datetime
from decimal import Decimal

from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.engine.commands import UNCHANGED, CancelOrder, ModifyOrder, PlaceOrder, Unchanged
from trading.engine.preview import Preview, preview
from trading.engine.state import OrderType, Side
from trading.models import Order
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts
from trading.services.answers import Answer
from trading.services.execution import execute

COMMENT_LENGTH_MAX: int = Order._meta.get_field("comment").max_length or 0


def order_place(
    *,
    account_id: int,
    symbol: str,
    side: Side,
    type: OrderType,
    volume: Decimal,
    price: Decimal | None = None,
    limit_price: Decimal | None = None,
    stop_loss: Decimal | None = None,
    take_profit: Decimal | None = None,
    comment: str = "",
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Place an order of `volume` lots: a market order fills at once, any other waits for its price."""
    command = _place_command(symbol, side, type, volume, price, limit_price, stop_loss, take_profit, comment)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def order_preview(
    *,
    account_id: int,
    symbol: str,
    side: Side,
    type: OrderType,
    volume: Decimal,
    price: Decimal | None = None,
    limit_price: Decimal | None = None,
    stop_loss: Decimal | None = None,
    take_profit: Decimal | None = None,
    comment: str = "",
) -> Preview:
    """Return what placing this order would do now; changes nothing."""
    command = _place_command(symbol, side, type, volume, price, limit_price, stop_loss, take_profit, comment)
    ticks = newest_ticks()
    (loaded,) = load_accounts([account_id])
    return preview(loaded.state, command, group_market(loaded.conditions, ticks, datetime.now(UTC)))


def order_modify(
    *,
    account_id: int,
    order_id: int,
    price: Decimal | Unchanged = UNCHANGED,
    limit_price: Decimal | Unchanged = UNCHANGED,
    stop_loss: Decimal | Unchanged | None = UNCHANGED,
    take_profit: Decimal | Unchanged | None = UNCHANGED,
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Change prices of a working order; None removes a stop loss or take profit."""
    command = ModifyOrder(order_id, price, limit_price, stop_loss, take_profit)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def order_cancel(*, account_id: int, order_id: int, origin: Origin, idempotency_key: str | None = None) -> Answer:
    """Withdraw a working order."""
    return execute(account_id, CancelOrder(order_id), origin=origin, idempotency_key=idempotency_key)


def _place_command(
    symbol: str,
    side: Side,
    type: OrderType,
    volume: Decimal,
    price: Decimal | None,
    limit_price: Decimal | None,
    stop_loss: Decimal | None,
    take_profit: Decimal | None,
    comment: str,
) -> PlaceOrder:
    if len(comment) > COMMENT_LENGTH_MAX:
        raise Refused(
            "comment_too_long",
            f"A comment has at most {COMMENT_LENGTH_MAX} characters.",
            {"length": len(comment), "maximum": COMMENT_LENGTH_MAX},
            http_status=400,
        )
    return PlaceOrder(0, symbol, side, type, volume, price, limit_price, stop_loss, take_profit, comment)
