"""`request.*` and `ticker.*`: data of other symbols and timeframes."""

ENTRIES = """
request.security(symbol string, timeframe string, expression T, gaps input barmerge_gaps = barmerge.gaps_off, lookahead input barmerge_lookahead = barmerge.lookahead_off, ignore_invalid_symbol input bool = false, currency string?, calc_bars_count simple int?) -> series T
    An expression on the bars of another symbol or timeframe.
request.security_lower_tf(symbol string, timeframe string, expression T, ignore_invalid_symbol input bool = false, currency string?, ignore_invalid_timeframe input bool = false, calc_bars_count simple int?) -> series array<T>
    An expression on the bars inside this one, as an array.
request.currency_rate(from string, to string, ignore_invalid_currency input bool = false) -> series float
    How much of one currency one of another is worth.
ticker.heikinashi(symbol string) -> string
    The name of a symbol as Heikin Ashi.
ticker.inherit(from_tickerid string, symbol string) -> string
    The name of a symbol with the modifiers of another.
ticker.kagi(symbol string, reversal float) -> string
ticker.kagi(symbol string, param float, style string) -> string := symbol, param
    The name of a symbol as Kagi.
ticker.linebreak(symbol string, number_of_lines int) -> string
    The name of a symbol as Line Break.
ticker.modify(tickerid string, session string?, adjustment string?, backadjustment string?, settlement_as_close string?) -> string
    The name of a symbol with other modifiers.
ticker.new(prefix string, ticker string, session string?, adjustment string?, backadjustment string?, settlement_as_close string?) -> string
    A name with its modifiers.
ticker.pointfigure(symbol string, source string, style string, param float, reversal int) -> string
    The name of a symbol as Point and Figure.
ticker.renko(symbol string, style string, param float, request_wicks bool = false, source string = "Close") -> string
    The name of a symbol as Renko.
ticker.standard(symbol string?) -> string
    The name of a symbol without modifiers.
barmerge.gaps_off const barmerge_gaps = false
    Values last until the next.
barmerge.gaps_on const barmerge_gaps = true
    Missing values between.
barmerge.lookahead_off const barmerge_lookahead = false
    Values of bars that have closed.
barmerge.lookahead_on const barmerge_lookahead = true
    Values of bars from their beginning.
adjustment.dividends const string = "dividends"
    Adjusted for dividends.
adjustment.none const string = "none"
    Not adjusted.
adjustment.splits const string = "splits"
    Adjusted for splits.
backadjustment.inherit const string = "inherit"
    As the chart.
backadjustment.off const string = "off"
    Not adjusted back.
backadjustment.on const string = "on"
    Adjusted back.
settlement_as_close.inherit const string = "inherit"
    As the chart.
settlement_as_close.off const string = "off"
    The last price as close.
settlement_as_close.on const string = "on"
    The settlement as close.
"""
