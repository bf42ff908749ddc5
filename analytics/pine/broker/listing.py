"""The list of trades as TradingView exports it: two rows for each trade, one for its entry and one for its exit."""

from typing import TYPE_CHECKING, NamedTuple

from analytics.pine.broker.trades import ClosedTrade

if TYPE_CHECKING:
    from analytics.pine.broker.broker import Broker

OPEN_SIGNAL = "Open"


class TradeRow(NamedTuple):
    """One row of the list; both rows of a trade carry its results. Times are the openings of bars in milliseconds UTC.

    The value is the quantity times the price of the entry, whatever a point of the symbol is worth. The percentages of
    profit and excursions are of what the entry cost, the cumulative one is of the initial capital.
    """

    number: int
    type: str
    time: int
    signal: str
    price: float
    quantity: float
    value: float
    profit: float
    profit_percent: float
    runup: float
    runup_percent: float
    drawdown: float
    drawdown_percent: float
    cumulative_profit: float
    cumulative_profit_percent: float


def trade_rows(broker: "Broker") -> list[TradeRow]:
    """Return the rows of all trades kept, oldest first; an open trade is listed as if it ended at the last close."""
    account = broker.account
    first = account.closed_count - len(account.closed)
    rows: list[TradeRow] = []
    for number, trade in enumerate((*account.closed, *_open_trades(broker)), first + 1):
        rows += _rows(number, trade, broker)
    return rows


def _open_trades(broker: "Broker") -> list[ClosedTrade]:
    """Return the open trades as they would be recorded if they were closed at the last close."""
    account = broker.account
    cumulative = account.closed[-1].cumulative_profit if account.closed else 0.0
    price = broker.last_price
    trades: list[ClosedTrade] = []
    for trade in account.open:
        size = trade.side * broker.lot_grid.value(trade.lots)
        fee = broker.charges.estimate(abs(size), price, account.point_value)
        profit = size * (price - trade.price) * account.point_value - trade.commission - fee
        cost = abs(size) * trade.price * account.point_value + trade.commission
        per_cent = 100 / cost if cost else 0.0
        cumulative += profit
        trades.append(
            ClosedTrade(
                size=size,
                entry_id=trade.entry_id,
                entry_comment=trade.comment,
                entry_bar=trade.bar,
                entry_time=trade.time,
                entry_price=trade.price,
                exit_id=OPEN_SIGNAL,
                exit_comment="",
                exit_bar=broker.bar_index,
                exit_time=broker.time,
                exit_price=price,
                profit=profit,
                profit_percent=profit * per_cent,
                commission=trade.commission + fee,
                max_runup=trade.max_runup,
                max_runup_percent=trade.max_runup * per_cent,
                max_drawdown=trade.max_drawdown,
                max_drawdown_percent=trade.max_drawdown * per_cent,
                cumulative_profit=cumulative,
                entry_order=trade.order,
                exit_order=0,
            )
        )
    return trades


def _rows(number: int, trade: ClosedTrade, broker: "Broker") -> tuple[TradeRow, TradeRow]:
    side = "long" if trade.size > 0 else "short"
    quantity = abs(trade.size)
    capital = broker.settings.initial_capital
    entry = TradeRow(
        number=number,
        type=f"Entry {side}",
        time=trade.entry_time,
        signal=trade.entry_comment or trade.entry_id,
        price=trade.entry_price,
        quantity=quantity,
        value=quantity * trade.entry_price,
        profit=trade.profit,
        profit_percent=trade.profit_percent,
        runup=trade.max_runup,
        runup_percent=trade.max_runup_percent,
        drawdown=-trade.max_drawdown,
        drawdown_percent=-trade.max_drawdown_percent,
        cumulative_profit=trade.cumulative_profit,
        cumulative_profit_percent=trade.cumulative_profit / capital * 100 if capital else 0.0,
    )
    return entry, entry._replace(
        type=f"Exit {side}",
        time=trade.exit_time,
        signal=trade.exit_comment or trade.exit_id,
        price=trade.exit_price,
    )
