"""What scripts may ask of single trades, closed and open, each with what is answered for a trade there is not."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analytics.pine.broker.trades import ClosedTrade, OpenTrade
from analytics.pine.runtime.values import NA

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

CLOSED_TRADE_VALUES: dict[str, tuple[Callable[[ClosedTrade, "Broker"], Any], Any]] = {
    "size": (lambda trade, _: trade.size, NA),
    "entry_id": (lambda trade, _: trade.entry_id, None),
    "entry_comment": (lambda trade, _: trade.entry_comment, None),
    "entry_bar_index": (lambda trade, _: trade.entry_bar, NA),
    "entry_time": (lambda trade, _: trade.entry_time, NA),
    "entry_price": (lambda trade, _: trade.entry_price, NA),
    "exit_id": (lambda trade, _: trade.exit_id, None),
    "exit_comment": (lambda trade, _: trade.exit_comment, None),
    "exit_bar_index": (lambda trade, _: trade.exit_bar, NA),
    "exit_time": (lambda trade, _: trade.exit_time, NA),
    "exit_price": (lambda trade, _: trade.exit_price, NA),
    "profit": (lambda trade, _: trade.profit, NA),
    "profit_percent": (lambda trade, _: trade.profit_percent, NA),
    "commission": (lambda trade, _: trade.commission, NA),
    "max_runup": (lambda trade, _: trade.max_runup, NA),
    "max_runup_percent": (lambda trade, _: trade.max_runup_percent, NA),
    "max_drawdown": (lambda trade, _: trade.max_drawdown, NA),
    "max_drawdown_percent": (lambda trade, _: trade.max_drawdown_percent, NA),
}


def _size(trade: OpenTrade, broker: "Broker") -> float:
    return trade.side * broker.lot_grid.value(trade.lots)


def _profit(trade: OpenTrade, broker: "Broker") -> float:
    """Return what closing a trade at the current price would bring, after the commission of both its orders."""
    account, size = broker.account, broker.lot_grid.value(trade.lots)
    price = broker.tick_grid.value(broker.mark_ticks)
    gross = trade.side * size * (price - trade.price) * account.point_value
    return gross - trade.commission - broker.charges.estimate(size, price, account.point_value)


def _percent_of_cost(amount: float, trade: OpenTrade, broker: "Broker") -> float:
    cost = broker.lot_grid.value(trade.lots) * trade.price * broker.account.point_value + trade.commission
    return amount / cost * 100 if cost else 0.0


OPEN_TRADE_VALUES: dict[str, tuple[Callable[[OpenTrade, "Broker"], Any], Any]] = {
    "size": (_size, NA),
    "entry_id": (lambda trade, _: trade.entry_id, None),
    "entry_comment": (lambda trade, _: trade.comment, None),
    "entry_bar_index": (lambda trade, _: trade.bar, NA),
    "entry_time": (lambda trade, _: trade.time, NA),
    "entry_price": (lambda trade, _: trade.price, NA),
    "profit": (_profit, NA),
    "profit_percent": (lambda trade, broker: _percent_of_cost(_profit(trade, broker), trade, broker), NA),
    "commission": (lambda trade, _: trade.commission, NA),
    "max_runup": (lambda trade, _: trade.max_runup, NA),
    "max_runup_percent": (lambda trade, broker: _percent_of_cost(trade.max_runup, trade, broker), NA),
    "max_drawdown": (lambda trade, _: trade.max_drawdown, NA),
    "max_drawdown_percent": (lambda trade, broker: _percent_of_cost(trade.max_drawdown, trade, broker), NA),
}
