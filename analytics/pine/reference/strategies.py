"""`strategy.*` and currencies."""

ENTRIES = """
strategy.entry(id string, direction strategy_direction, qty float?, limit float?, stop float?, oca_name string = "", oca_type input string = strategy.oca.none, comment string?, alert_message string?, disable_alert bool = false) -> void
    Order a position, turning an opposite one round.
strategy.order(id string, direction strategy_direction, qty float?, limit float?, stop float?, oca_name string = "", oca_type input string = strategy.oca.none, comment string?, alert_message string?, disable_alert bool = false) -> void
    Order a quantity, whatever the position is.
strategy.exit(id string, from_entry string = "", qty float?, qty_percent float = 100, profit float?, limit float?, loss float?, stop float?, trail_price float?, trail_points float?, trail_offset float?, oca_name string = "", comment string?, comment_profit string?, comment_loss string?, comment_trailing string?, alert_message string?, alert_profit string?, alert_loss string?, alert_trailing string?, disable_alert bool = false) -> void
    Order exits at a target, at a stop and behind the price.
strategy.close(id string, comment string?, qty float?, qty_percent float = 100, alert_message string?, immediately bool = false, disable_alert bool = false) -> void
    Close what an entry opened.
strategy.close_all(comment string?, alert_message string?, immediately bool = false, disable_alert bool = false) -> void
    Close the position.
strategy.cancel(id string) -> void
    Take an order back.
strategy.cancel_all() -> void
    Take all orders back.
strategy.convert_to_account(value float) -> series float
    An amount of the symbol's currency in that of the account.
strategy.convert_to_symbol(value float) -> series float
    An amount of the account's currency in that of the symbol.
strategy.default_entry_qty(fill_price float) -> series float
    The quantity that an entry would have at a price.
strategy.risk.allow_entry_in(value input strategy_direction) -> void
    Let entries go in one direction only.
strategy.risk.max_cons_loss_days(count simple int, alert_message simple string?) -> void
    Stop after so many losing days in a row.
strategy.risk.max_drawdown(value simple float, type simple string, alert_message simple string?) -> void
    Stop after such a loss of equity.
strategy.risk.max_intraday_filled_orders(count simple int, alert_message simple string?) -> void
    Stop for the day after so many orders.
strategy.risk.max_intraday_loss(value simple float, type simple string, alert_message simple string?) -> void
    Stop for the day after such a loss.
strategy.risk.max_position_size(contracts simple float) -> void
    Hold no more than so much.
strategy.closedtrades.commission(trade_num int) -> series float
    What was paid for the trade.
strategy.closedtrades.entry_bar_index(trade_num int) -> series int
    The bar of the entry.
strategy.closedtrades.entry_comment(trade_num int) -> series string
    The comment of the entry.
strategy.closedtrades.entry_id(trade_num int) -> series string
    The name of the entry.
strategy.closedtrades.entry_price(trade_num int) -> series float
    The price of the entry.
strategy.closedtrades.entry_time(trade_num int) -> series int
    The time of the entry.
strategy.closedtrades.exit_bar_index(trade_num int) -> series int
    The bar of the exit.
strategy.closedtrades.exit_comment(trade_num int) -> series string
    The comment of the exit.
strategy.closedtrades.exit_id(trade_num int) -> series string
    The name of the exit.
strategy.closedtrades.exit_price(trade_num int) -> series float
    The price of the exit.
strategy.closedtrades.exit_time(trade_num int) -> series int
    The time of the exit.
strategy.closedtrades.max_drawdown(trade_num int) -> series float
    The greatest loss on the way.
strategy.closedtrades.max_drawdown_percent(trade_num int) -> series float
    The greatest loss on the way in per cent.
strategy.closedtrades.max_runup(trade_num int) -> series float
    The greatest profit on the way.
strategy.closedtrades.max_runup_percent(trade_num int) -> series float
    The greatest profit on the way in per cent.
strategy.closedtrades.profit(trade_num int) -> series float
    The profit of the trade.
strategy.closedtrades.profit_percent(trade_num int) -> series float
    The profit of the trade in per cent.
strategy.closedtrades.size(trade_num int) -> series float
    The quantity, negative if short.
strategy.opentrades.commission(trade_num int) -> series float
    What was paid for the trade.
strategy.opentrades.entry_bar_index(trade_num int) -> series int
    The bar of the entry.
strategy.opentrades.entry_comment(trade_num int) -> series string
    The comment of the entry.
strategy.opentrades.entry_id(trade_num int) -> series string
    The name of the entry.
strategy.opentrades.entry_price(trade_num int) -> series float
    The price of the entry.
strategy.opentrades.entry_time(trade_num int) -> series int
    The time of the entry.
strategy.opentrades.max_drawdown(trade_num int) -> series float
    The greatest loss on the way.
strategy.opentrades.max_drawdown_percent(trade_num int) -> series float
    The greatest loss on the way in per cent.
strategy.opentrades.max_runup(trade_num int) -> series float
    The greatest profit on the way.
strategy.opentrades.max_runup_percent(trade_num int) -> series float
    The greatest profit on the way in per cent.
strategy.opentrades.profit(trade_num int) -> series float
    The profit of the trade.
strategy.opentrades.profit_percent(trade_num int) -> series float
    The profit of the trade in per cent.
strategy.opentrades.size(trade_num int) -> series float
    The quantity, negative if short.
strategy.account_currency simple string
    The currency of the account.
strategy.avg_losing_trade series float
    The mean loss.
strategy.avg_losing_trade_percent series float
    The mean loss in per cent.
strategy.avg_trade series float
    The mean result.
strategy.avg_trade_percent series float
    The mean result in per cent.
strategy.avg_winning_trade series float
    The mean profit.
strategy.avg_winning_trade_percent series float
    The mean profit in per cent.
strategy.closedtrades series int
    How many trades are closed.
strategy.closedtrades.first_index series int
    The number of the oldest closed trade that is kept.
strategy.equity series float
    Capital, results and open profit.
strategy.eventrades series int
    How many trades broke even.
strategy.grossloss series float
    The sum of losses.
strategy.grossloss_percent series float
    The sum of losses in per cent.
strategy.grossprofit series float
    The sum of profits.
strategy.grossprofit_percent series float
    The sum of profits in per cent.
strategy.initial_capital series float
    The capital at the start.
strategy.losstrades series int
    How many trades lost.
strategy.margin_liquidation_price series float
    The price at which the position would be liquidated.
strategy.max_contracts_held_all series float
    The largest position.
strategy.max_contracts_held_long series float
    The largest long position.
strategy.max_contracts_held_short series float
    The largest short position.
strategy.max_drawdown series float
    The greatest fall of the equity.
strategy.max_drawdown_percent series float
    The greatest fall of the equity in per cent.
strategy.max_runup series float
    The greatest rise of the equity.
strategy.max_runup_percent series float
    The greatest rise of the equity in per cent.
strategy.netprofit series float
    The result of closed trades.
strategy.netprofit_percent series float
    The result of closed trades in per cent.
strategy.openprofit series float
    The profit of the open position.
strategy.openprofit_percent series float
    The profit of the open position in per cent.
strategy.opentrades series int
    How many trades are open.
strategy.opentrades.capital_held series float
    The capital that the position binds.
strategy.position_avg_price series float
    The mean price of the position.
strategy.position_entry_name series string
    The name of the order that opened the position.
strategy.position_size series float
    The position, negative if short.
strategy.wintrades series int
    How many trades won.
strategy.long const strategy_direction = "long"
    Buy.
strategy.short const strategy_direction = "short"
    Sell.
strategy.direction.all const strategy_direction = "all"
    Both directions.
strategy.direction.long const strategy_direction = "long"
    Long only.
strategy.direction.short const strategy_direction = "short"
    Short only.
strategy.fixed const string = "fixed"
    A number of contracts.
strategy.cash const string = "cash"
    An amount of money.
strategy.percent_of_equity const string = "percent_of_equity"
    A part of the equity.
strategy.commission.cash_per_contract const string = "cash_per_contract"
    Money for each contract.
strategy.commission.cash_per_order const string = "cash_per_order"
    Money for each order.
strategy.commission.percent const string = "percent"
    A part of the volume.
strategy.oca.cancel const string = "cancel"
    A fill takes the others back.
strategy.oca.none const string = "none"
    Each order is by itself.
strategy.oca.reduce const string = "reduce"
    A fill makes the others smaller.
currency.AED const string = "AED"
    The currency AED.
currency.ARS const string = "ARS"
    The currency ARS.
currency.AUD const string = "AUD"
    The currency AUD.
currency.BDT const string = "BDT"
    The currency BDT.
currency.BHD const string = "BHD"
    The currency BHD.
currency.BRL const string = "BRL"
    The currency BRL.
currency.BTC const string = "BTC"
    The currency BTC.
currency.CAD const string = "CAD"
    The currency CAD.
currency.CHF const string = "CHF"
    The currency CHF.
currency.CLP const string = "CLP"
    The currency CLP.
currency.CNY const string = "CNY"
    The currency CNY.
currency.COP const string = "COP"
    The currency COP.
currency.CZK const string = "CZK"
    The currency CZK.
currency.DKK const string = "DKK"
    The currency DKK.
currency.EGP const string = "EGP"
    The currency EGP.
currency.ETH const string = "ETH"
    The currency ETH.
currency.EUR const string = "EUR"
    The currency EUR.
currency.GBP const string = "GBP"
    The currency GBP.
currency.HKD const string = "HKD"
    The currency HKD.
currency.HUF const string = "HUF"
    The currency HUF.
currency.IDR const string = "IDR"
    The currency IDR.
currency.ILS const string = "ILS"
    The currency ILS.
currency.INR const string = "INR"
    The currency INR.
currency.ISK const string = "ISK"
    The currency ISK.
currency.JPY const string = "JPY"
    The currency JPY.
currency.KES const string = "KES"
    The currency KES.
currency.KRW const string = "KRW"
    The currency KRW.
currency.KWD const string = "KWD"
    The currency KWD.
currency.LKR const string = "LKR"
    The currency LKR.
currency.MAD const string = "MAD"
    The currency MAD.
currency.MXN const string = "MXN"
    The currency MXN.
currency.MYR const string = "MYR"
    The currency MYR.
currency.NGN const string = "NGN"
    The currency NGN.
currency.NOK const string = "NOK"
    The currency NOK.
currency.NONE const string = ""
    No currency in particular.
currency.NZD const string = "NZD"
    The currency NZD.
currency.PEN const string = "PEN"
    The currency PEN.
currency.PHP const string = "PHP"
    The currency PHP.
currency.PKR const string = "PKR"
    The currency PKR.
currency.PLN const string = "PLN"
    The currency PLN.
currency.QAR const string = "QAR"
    The currency QAR.
currency.RON const string = "RON"
    The currency RON.
currency.RSD const string = "RSD"
    The currency RSD.
currency.RUB const string = "RUB"
    The currency RUB.
currency.SAR const string = "SAR"
    The currency SAR.
currency.SEK const string = "SEK"
    The currency SEK.
currency.SGD const string = "SGD"
    The currency SGD.
currency.THB const string = "THB"
    The currency THB.
currency.TND const string = "TND"
    The currency TND.
currency.TRY const string = "TRY"
    The currency TRY.
currency.TWD const string = "TWD"
    The currency TWD.
currency.USD const string = "USD"
    The currency USD.
currency.USDT const string = "USDT"
    The currency USDT.
currency.VES const string = "VES"
    The currency VES.
currency.VND const string = "VND"
    The currency VND.
currency.ZAR const string = "ZAR"
    The currency ZAR.
"""
