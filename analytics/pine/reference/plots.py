"""Plots and what declares a script."""

ENTRIES = """
indicator(title const string, shorttitle const string = "", overlay const bool = false, format const string = format.inherit, precision const int?, scale const scale_type?, max_bars_back const int = 0, timeframe const string = "", timeframe_gaps const bool = true, explicit_plot_zorder const bool = false, max_lines_count const int = 50, max_labels_count const int = 50, max_boxes_count const int = 50, calc_bars_count const int = 0, max_polylines_count const int = 50, dynamic_requests const bool = true, behind_chart const bool = true) -> void
    Declare the script to be an indicator.
strategy(title const string, shorttitle const string = "", overlay const bool = false, format const string = format.inherit, precision const int?, scale const scale_type?, pyramiding const int = 0, calc_on_order_fills const bool = false, calc_on_every_tick const bool = false, max_bars_back const int = 0, backtest_fill_limits_assumption const int = 0, default_qty_type const string = strategy.fixed, default_qty_value const float = 1, initial_capital const float = 1000000, currency const string = currency.NONE, slippage const int = 0, commission_type const string = strategy.commission.percent, commission_value const float = 0, process_orders_on_close const bool = false, close_entries_rule const string = "FIFO", margin_long const float?, margin_short const float?, explicit_plot_zorder const bool = false, max_lines_count const int = 50, max_labels_count const int = 50, max_boxes_count const int = 50, calc_bars_count const int = 0, risk_free_rate const float = 2, use_bar_magnifier const bool = false, fill_orders_on_standard_ohlc const bool = false, max_polylines_count const int = 50, dynamic_requests const bool = true, behind_chart const bool = true, calc_on_every_history_tick const bool = false) -> void
    Declare the script to be a strategy.
library(title const string, overlay const bool = false, dynamic_requests const bool = true) -> void
    Declare the script to be a library.
plot(series float, title const string = "", color color = color.blue, linewidth input int = 1, style input plot_style = plot.style_line, trackprice input bool = false, histbase input float = 0, offset simple int = 0, join input bool = false, editable input bool = true, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false, linestyle input string?) -> plot
    Plot a series.
plotshape(series bool, title const string = "", style input string = shape.xcross, location input string = location.abovebar, color color = color.blue, offset simple int = 0, text const string = "", textcolor color?, editable input bool = true, size const string = size.auto, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
plotshape(series float, title const string = "", style input string = shape.xcross, location input string = location.abovebar, color color = color.blue, offset simple int = 0, text const string = "", textcolor color?, editable input bool = true, size const string = size.auto, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
    Plot shapes where a condition is true, or at prices.
plotchar(series bool, title const string = "", char input string = "★", location input string = location.abovebar, color color = color.blue, offset simple int = 0, text const string = "", textcolor color?, editable input bool = true, size const string = size.auto, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
plotchar(series float, title const string = "", char input string = "★", location input string = location.abovebar, color color = color.blue, offset simple int = 0, text const string = "", textcolor color?, editable input bool = true, size const string = size.auto, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
    Plot a character where a condition is true, or at prices.
plotarrow(series float, title const string = "", colorup color = color.teal, colordown color = color.maroon, offset simple int = 0, minheight input int = 5, maxheight input int = 100, editable input bool = true, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
    Plot arrows up for positive values and down for negative ones.
plotbar(open float, high float, low float, close float, title const string = "", color color = color.blue, editable input bool = true, show_last input int?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
    Plot bars.
plotcandle(open float, high float, low float, close float, title const string = "", color color = color.blue, wickcolor color?, editable input bool = true, show_last input int?, bordercolor color?, display input plot_display = display.all, format input string?, precision input int?, force_overlay const bool = false) -> void
    Plot candles.
bgcolor(color color, offset simple int = 0, editable input bool = true, show_last input int?, title const string = "", display input plot_display = display.all, force_overlay const bool = false) -> void
    Colour the background of the bar.
barcolor(color color, offset simple int = 0, editable input bool = true, show_last input int?, title const string = "", display input plot_display = display.all) -> void
    Colour the bar.
hline(price input float, title const string = "", color input color = color.blue, linestyle input hline_style = hline.style_dashed, linewidth input int = 1, editable input bool = true, display input plot_display = display.all) -> hline
    Draw a level.
fill(plot1 plot, plot2 plot, color color?, title const string = "", editable input bool = true, show_last input int?, fillgaps const bool = false, display input plot_display = display.all) -> void
fill(hline1 hline, hline2 hline, color color?, title const string = "", editable input bool = true, fillgaps const bool = false, display input plot_display = display.all) -> void := hline1, hline2, color, title, editable, na, fillgaps, display
fill(hline1 hline, hline2 hline, top_value float, bottom_value float, top_color color, bottom_color color, title const string = "", display input plot_display = display.all, fillgaps const bool = false, editable input bool = true) -> void
fill(plot1 plot, plot2 plot, top_value float, bottom_value float, top_color color, bottom_color color, title const string = "", display input plot_display = display.all, fillgaps const bool = false, editable input bool = true) -> void
    Fill what lies between two plots or levels.
plot.style_area const plot_style = "area"
    An area.
plot.style_areabr const plot_style = "areabr"
    An area with gaps.
plot.style_circles const plot_style = "circles"
    Circles.
plot.style_columns const plot_style = "columns"
    Columns.
plot.style_cross const plot_style = "cross"
    Crosses.
plot.style_histogram const plot_style = "histogram"
    A histogram.
plot.style_line const plot_style = "line"
    A line.
plot.style_linebr const plot_style = "linebr"
    A line with gaps.
plot.style_stepline const plot_style = "stepline"
    Steps.
plot.style_stepline_diamond const plot_style = "stepline_diamond"
    Steps with diamonds.
plot.style_steplinebr const plot_style = "steplinebr"
    Steps with gaps.
plot.linestyle_dashed const string = "dashed"
    Dashed.
plot.linestyle_dotted const string = "dotted"
    Dotted.
plot.linestyle_solid const string = "solid"
    Solid.
hline.style_dashed const hline_style = "dashed"
    Dashed.
hline.style_dotted const hline_style = "dotted"
    Dotted.
hline.style_solid const hline_style = "solid"
    Solid.
shape.arrowdown const string = "arrowdown"
    An arrow down.
shape.arrowup const string = "arrowup"
    An arrow up.
shape.circle const string = "circle"
    A circle.
shape.cross const string = "cross"
    A cross.
shape.diamond const string = "diamond"
    A diamond.
shape.flag const string = "flag"
    A flag.
shape.labeldown const string = "labeldown"
    A label down.
shape.labelup const string = "labelup"
    A label up.
shape.square const string = "square"
    A square.
shape.triangledown const string = "triangledown"
    A triangle down.
shape.triangleup const string = "triangleup"
    A triangle up.
shape.xcross const string = "xcross"
    A slanting cross.
location.abovebar const string = "abovebar"
    Above the bar.
location.absolute const string = "absolute"
    At the value.
location.belowbar const string = "belowbar"
    Below the bar.
location.bottom const string = "bottom"
    At the bottom.
location.top const string = "top"
    At the top.
display.all const plot_display = 31
    Everywhere.
display.data_window const plot_display = 4
    In the data window.
display.none const plot_display = 0
    Nowhere.
display.pane const plot_display = 1
    In the pane.
display.pine_screener const plot_display = 16
    In the screener of scripts.
display.price_scale const plot_display = 8
    On the price scale.
display.status_line const plot_display = 2
    In the status line.
scale.left const scale_type = "left"
    The left scale.
scale.none const scale_type = "none"
    No scale.
scale.right const scale_type = "right"
    The right scale.
"""
