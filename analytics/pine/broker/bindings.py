"""How `strategy.*` is carried out: commands, rules and values of the broker of a script's context."""

import math
from collections.abc import Callable
from typing import Any

from analytics.pine.broker import settings as words
from analytics.pine.broker.broker import Broker
from analytics.pine.broker.commands import given
from analytics.pine.broker.margin import liquidation_price, margin_of
from analytics.pine.broker.order_bindings import ORDERS
from analytics.pine.broker.sizing import default_lots
from analytics.pine.broker.statistics import percent_of
from analytics.pine.broker.trade_values import CLOSED_TRADE_VALUES, OPEN_TRADE_VALUES
from analytics.pine.runtime.bindings import Binding, OfContext, Variable, attribute
from analytics.pine.runtime.values import NA


def _allow_entry_in(context: Any, direction: str) -> None:
    context.broker.risk.direction = direction


def _max_loss_days(context: Any, count: int, alert_message: str | None) -> None:
    del alert_message
    context.broker.risk.max_loss_days = count
    context.broker.rests = False


def _max_drawdown(context: Any, value: float, kind: str, alert_message: str | None) -> None:
    del alert_message
    context.broker.risk.max_drawdown = (value, kind)


def _max_intraday_loss(context: Any, value: float, kind: str, alert_message: str | None) -> None:
    del alert_message
    context.broker.risk.max_intraday_loss = (value, kind)
    context.broker.rests = False


def _max_orders(context: Any, count: int, alert_message: str | None) -> None:
    del alert_message
    context.broker.risk.max_orders = count
    context.broker.rests = False


def _max_position(context: Any, contracts: float) -> None:
    context.broker.risk.max_position = contracts


def _default_entry_quantity(context: Any, price: float) -> float:
    broker: Broker = context.broker
    known = given(price)
    if known is None and broker.settings.default_qty_type != words.FIXED:
        return 0.0
    return broker.lot_grid.value(
        default_lots(broker, broker.tick_grid.down((known or 0.0) / broker.tick_grid.step + 0.5), fills_there=True)
    )


def _convert_to_account(context: Any, value: float) -> float:
    return value * _rate(context.broker)


def _convert_to_symbol(context: Any, value: float) -> float:
    return value / _rate(context.broker)


def _rate(broker: Broker) -> float:
    return broker.account.point_value / broker.symbol.pointvalue


def _account_currency(context: Any) -> str:
    broker: Broker = context.broker
    declared = broker.settings.currency
    return broker.symbol.currency if declared in ("", "NONE") else declared


def _capital_held(context: Any) -> float:
    broker: Broker = context.broker
    position = broker.account.position
    return margin_of(broker, position, abs(position), broker.close_ticks) if position else 0.0


def _entry_name(context: Any) -> str | None:
    trades = context.broker.account.open
    return trades[0].entry_id if trades else None


def _mean(total: float, count: int) -> float:
    return total / count if count else NA


def _value(read: Callable[[Broker], Any]) -> Variable:
    return Variable(lambda context: read(context.broker))


def _settled(read: Callable[[Broker], float]) -> Variable:
    """Return a variable that takes in the extremes of bars."""

    def settled(context: Any) -> float:
        context.broker.settle()
        return read(context.broker)

    return Variable(settled)


def _percent(read: Callable[[Broker], float]) -> Variable:
    return Variable(lambda context: percent_of(read(context.broker), context.broker.settings.initial_capital))


def _trade_value(trades: Callable[[Broker, int], Any], read: Callable[[Any, Broker], Any], missing: Any) -> OfContext:
    def value(context: Any, number: float) -> Any:
        context.broker.settle()
        trade = None if math.isnan(number) else trades(context.broker, int(number))
        return missing if trade is None else read(trade, context.broker)

    return OfContext(value)


def _closed_trade(broker: Broker, number: int) -> Any:
    account = broker.account
    index = number - (account.closed_count - len(account.closed))
    return account.closed[index] if 0 <= index < len(account.closed) else None


def _open_trade(broker: Broker, number: int) -> Any:
    trades = broker.account.open
    return trades[number] if 0 <= number < len(trades) else None


def _constant(value: str) -> Variable:
    return Variable(lambda _: value)


BINDINGS: dict[str, Binding] = {
    **ORDERS,
    "strategy.default_entry_qty": OfContext(_default_entry_quantity),
    "strategy.convert_to_account": OfContext(_convert_to_account),
    "strategy.convert_to_symbol": OfContext(_convert_to_symbol),
    "strategy.risk.allow_entry_in": OfContext(_allow_entry_in),
    "strategy.risk.max_cons_loss_days": OfContext(_max_loss_days),
    "strategy.risk.max_drawdown": OfContext(_max_drawdown),
    "strategy.risk.max_intraday_filled_orders": OfContext(_max_orders),
    "strategy.risk.max_intraday_loss": OfContext(_max_intraday_loss),
    "strategy.risk.max_position_size": OfContext(_max_position),
    "strategy.account_currency": Variable(_account_currency),
    "strategy.initial_capital": attribute("broker.settings.initial_capital"),
    "strategy.position_size": attribute("broker.account.size"),
    "strategy.position_avg_price": attribute("broker.account.average_price"),
    "strategy.position_entry_name": Variable(_entry_name),
    "strategy.equity": attribute("broker.account.equity"),
    "strategy.netprofit": attribute("broker.account.net_profit"),
    "strategy.netprofit_percent": _percent(lambda broker: broker.account.net_profit),
    "strategy.openprofit": attribute("broker.account.open_profit"),
    "strategy.openprofit_percent": _percent(lambda broker: broker.account.open_profit),
    "strategy.grossprofit": attribute("broker.account.gross_profit"),
    "strategy.grossprofit_percent": _percent(lambda broker: broker.account.gross_profit),
    "strategy.grossloss": attribute("broker.account.gross_loss"),
    "strategy.grossloss_percent": _percent(lambda broker: broker.account.gross_loss),
    "strategy.max_drawdown": _settled(lambda broker: broker.account.max_drawdown),
    "strategy.max_drawdown_percent": _settled(lambda broker: broker.account.drawdown_percent),
    "strategy.max_runup": _settled(lambda broker: broker.account.max_runup),
    "strategy.max_runup_percent": _settled(lambda broker: broker.account.runup_percent),
    "strategy.max_contracts_held_all": _value(
        lambda broker: broker.lot_grid.value(max(broker.account.held_long, broker.account.held_short))
    ),
    "strategy.max_contracts_held_long": _value(lambda broker: broker.lot_grid.value(broker.account.held_long)),
    "strategy.max_contracts_held_short": _value(lambda broker: broker.lot_grid.value(broker.account.held_short)),
    "strategy.margin_liquidation_price": _value(liquidation_price),
    "strategy.wintrades": attribute("broker.account.wins"),
    "strategy.losstrades": attribute("broker.account.losses"),
    "strategy.eventrades": _value(
        lambda broker: broker.account.closed_count - broker.account.wins - broker.account.losses
    ),
    "strategy.avg_trade": _value(lambda broker: _mean(broker.account.net_profit, broker.account.closed_count)),
    "strategy.avg_trade_percent": _value(
        lambda broker: _mean(
            100 * (broker.account.long.ratios + broker.account.short.ratios), broker.account.closed_count
        )
    ),
    "strategy.avg_winning_trade": _value(lambda broker: _mean(broker.account.gross_profit, broker.account.wins)),
    "strategy.avg_winning_trade_percent": _value(
        lambda broker: _mean(
            100 * (broker.account.long.win_ratios + broker.account.short.win_ratios), broker.account.wins
        )
    ),
    "strategy.avg_losing_trade": _value(lambda broker: _mean(broker.account.gross_loss, broker.account.losses)),
    "strategy.avg_losing_trade_percent": _value(
        lambda broker: _mean(
            100 * (broker.account.long.loss_ratios + broker.account.short.loss_ratios), broker.account.losses
        )
    ),
    "strategy.closedtrades": attribute("broker.account.closed_count"),
    "strategy.closedtrades.first_index": _value(
        lambda broker: broker.account.closed_count - len(broker.account.closed)
    ),
    "strategy.opentrades": _value(lambda broker: len(broker.account.open)),
    "strategy.opentrades.capital_held": Variable(_capital_held),
    "strategy.long": _constant(words.LONG),
    "strategy.short": _constant(words.SHORT),
    "strategy.direction.all": _constant(words.BOTH_DIRECTIONS),
    "strategy.direction.long": _constant(words.LONG),
    "strategy.direction.short": _constant(words.SHORT),
    "strategy.fixed": _constant(words.FIXED),
    "strategy.cash": _constant(words.CASH),
    "strategy.percent_of_equity": _constant(words.PERCENT_OF_EQUITY),
    "strategy.commission.percent": _constant(words.COMMISSION_PERCENT),
    "strategy.commission.cash_per_order": _constant(words.COMMISSION_PER_ORDER),
    "strategy.commission.cash_per_contract": _constant(words.COMMISSION_PER_CONTRACT),
    "strategy.oca.none": _constant(words.OCA_NONE),
    "strategy.oca.cancel": _constant(words.OCA_CANCEL),
    "strategy.oca.reduce": _constant(words.OCA_REDUCE),
    **{
        f"strategy.closedtrades.{name}": _trade_value(_closed_trade, read, missing)
        for name, (read, missing) in CLOSED_TRADE_VALUES.items()
    },
    **{
        f"strategy.opentrades.{name}": _trade_value(_open_trade, read, missing)
        for name, (read, missing) in OPEN_TRADE_VALUES.items()
    },
}
