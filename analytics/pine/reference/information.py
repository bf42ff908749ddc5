"""The symbol, the state of the chart, logs and errors."""

ENTRIES = """
barstate.isconfirmed series bool
    Whether the script runs on a bar that has closed.
barstate.isfirst series bool
    Whether the bar is the first.
barstate.ishistory series bool
    Whether the bar was there before the script started.
barstate.islast series bool
    Whether the bar is the last.
barstate.islastconfirmedhistory series bool
    Whether the bar is the last that had closed before the script started.
barstate.isnew series bool
    Whether the script runs on the bar for the first time.
barstate.isrealtime series bool
    Whether the bar is one in real time.
syminfo.basecurrency simple string
    The currency that is bought and sold.
syminfo.country simple string
    The country of the exchange.
syminfo.currency simple string
    The currency of the price.
syminfo.current_contract simple string
    The contract behind a continuous future.
syminfo.description simple string
    The name of the instrument.
syminfo.industry simple string
    The industry of the company.
syminfo.isin simple string
    The international number of the security.
syminfo.main_tickerid simple string
    The name of the chart's symbol with its prefix.
syminfo.mincontract simple float
    The least quantity that is traded.
syminfo.minmove simple int
    How many units of the price scale a tick is.
syminfo.mintick simple float
    The least step of the price.
syminfo.pointvalue simple float
    What a whole point is worth.
syminfo.prefix simple string
    The exchange or source.
syminfo.pricescale simple int
    One divided by the unit of the price.
syminfo.root simple string
    The root of a derivative's name.
syminfo.sector simple string
    The sector of the company.
syminfo.session simple string
    The kind of session of the chart.
syminfo.ticker simple string
    The name of the symbol.
syminfo.tickerid simple string
    The name of the symbol with its prefix.
syminfo.timezone simple string
    The time zone of the exchange.
syminfo.type simple string
    The kind of instrument.
syminfo.volumetype simple string
    What the volume counts.
syminfo.prefix(symbol simple string) -> simple string
    The prefix of a name.
syminfo.ticker(symbol simple string) -> simple string
    The name without its prefix.
chart.bg_color input color
    The colour of the chart's background.
chart.fg_color input color
    A colour that stands out from the background.
chart.is_heikinashi simple bool
    Whether the chart shows Heikin Ashi.
chart.is_kagi simple bool
    Whether the chart is Kagi.
chart.is_linebreak simple bool
    Whether the chart is Line Break.
chart.is_pnf simple bool
    Whether the chart is Point and Figure.
chart.is_range simple bool
    Whether the chart has range bars.
chart.is_renko simple bool
    Whether the chart is Renko.
chart.is_standard simple bool
    Whether the chart has bars of time.
chart.left_visible_bar_time input int
    The time of the leftmost bar that is seen.
chart.right_visible_bar_time input int
    The time of the rightmost bar that is seen.
log.error(message string) -> void
log.error(formatString string, arg any...) -> void
    Write an error into the log.
log.info(message string) -> void
log.info(formatString string, arg any...) -> void
    Write a note into the log.
log.warning(message string) -> void
log.warning(formatString string, arg any...) -> void
    Write a warning into the log.
runtime.error(message string) -> void
    Stop the script with a message.
max_bars_back(var any, num const int) -> void
    Keep so much history of a variable.
alert(message string, freq input string = alert.freq_once_per_bar) -> void
    Fire an alert.
alertcondition(condition bool, title const string?, message const string?) -> void
    Offer a condition for alerts.
alert.freq_all const string = "all"
    On each update of the bar.
alert.freq_once_per_bar const string = "once_per_bar"
    Once on each bar.
alert.freq_once_per_bar_close const string = "once_per_bar_close"
    Once on each bar, when it closes.
format.inherit const string = "inherit"
    As the symbol.
format.mintick const string = "mintick"
    In ticks of the symbol.
format.percent const string = "percent"
    In per cent.
format.price const string = "price"
    As a price.
format.volume const string = "volume"
    As a volume.
"""
