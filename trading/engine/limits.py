"""How much an account may hold and have working: numbers, volume per symbol and direction, exposure."""

from decimal import Decimal

from forexpro.core.money import ZERO, amount_text, quantize
from forexpro.core.refusals import Refused
from trading.engine.market import Instrument, Market
from trading.engine.profit import lot_size
from trading.engine.state import AccountState, Order, Position


def ensure_order_limits(state: AccountState, order: Order, market: Market) -> None:
    """Refuse an order that would be one too many, or with which a direction would have more than the volume limit."""
    limit = state.policy.orders_max
    if limit is not None and len(state.orders) >= limit:
        raise Refused(
            "orders_max",
            f"This account may have {limit} working orders. Cancel one first.",
            {"orders": str(len(state.orders)), "maximum": str(limit)},
        )
    _ensure_volume_limit(state, order, market.instrument(order.symbol))


def ensure_limits(before: AccountState, after: AccountState, order: Order, market: Market) -> None:
    """Refuse a fill of `order` that led from `before` to `after` and beyond what the account may hold."""
    policy = after.policy
    held = len(after.positions)
    if policy.positions_max is not None and held > policy.positions_max and held > len(before.positions):
        raise Refused(
            "positions_max",
            f"This account may have {policy.positions_max} open positions. Close one first.",
            {"positions": str(len(before.positions)), "maximum": str(policy.positions_max)},
        )
    if order.id not in before.orders:
        _ensure_volume_limit(before, order, market.instrument(order.symbol))
    if policy.exposure_max is not None:
        exposure = account_exposure(after, market)
        if exposure > policy.exposure_max and exposure > account_exposure(before, market):
            raise Refused(
                "exposure_max",
                f"With this deal the positions would be worth {amount_text(exposure, after.currency)}; this account "
                f"may hold {amount_text(policy.exposure_max, after.currency)}.",
                {"exposure": str(exposure), "maximum": str(policy.exposure_max), "currency": after.currency},
            )


def account_exposure(state: AccountState, market: Market) -> Decimal:
    """Return what all positions, long and short, were worth when they were opened, in account currency."""
    exposure = sum(
        (_value(position, market.instrument(position.symbol)) for position in state.positions.values()), ZERO
    )
    return quantize(exposure, state.currency)


def _value(position: Position, instrument: Instrument) -> Decimal:
    units = position.volume * lot_size(instrument)
    in_margin_currency = units if instrument.margin_mode.is_forex else units * position.open_price
    return in_margin_currency * position.margin_conversion


def _ensure_volume_limit(state: AccountState, order: Order, instrument: Instrument) -> None:
    limit = instrument.volume_limit
    if limit is None:
        return
    entries: list[Position | Order] = [*state.positions.values(), *state.orders.values()]
    taken = sum((entry.volume for entry in entries if entry.symbol == order.symbol and entry.side is order.side), ZERO)
    if taken + order.volume > limit:
        raise Refused(
            "volume_limit",
            f"Positions and orders to {order.side} {order.symbol} may have {limit} lots together; "
            f"{max(limit - taken, ZERO)} are left.",
            {"volume": str(order.volume), "taken": str(taken), "limit": str(limit)},
        )
