"""Bars, times, sessions and timeframes."""

ENTRIES = """
open series float
    The first price of the bar.
high series float
    The highest price of the bar.
low series float
    The lowest price of the bar.
close series float
    The last price of the bar.
volume series float
    The volume of the bar.
hl2 series float
    The mean of high and low.
hlc3 series float
    The mean of high, low and close.
hlcc4 series float
    The mean of high, low and twice the close.
ohlc4 series float
    The mean of the four prices.
ask series float @6
    The ask, where ticks are known.
bid series float @6
    The bid, where ticks are known.
bar_index series int
    The number of the bar, from 0.
last_bar_index series int
    The number of the last bar.
last_bar_time series int
    The time of the last bar.
time series int
    When the bar opened, in milliseconds UTC.
time_close series int
    When the bar closes, in milliseconds UTC.
time_tradingday series int
    The beginning of the trading day the bar belongs to.
timenow series int
    The time now, in milliseconds UTC.
year series int
    The year of the bar.
month series int
    The month of the bar.
weekofyear series int
    The week of the bar in its year.
dayofmonth series int
    The day of the bar in its month.
dayofweek series int
    The day of the bar in its week, 1 for Sunday.
hour series int
    The hour of the bar.
minute series int
    The minute of the bar.
second series int
    The second of the bar.
time(timeframe string) -> series int
time(timeframe string, session string) -> series int
time(timeframe string, session string, timezone string) -> series int
time(timeframe string, bars_back int, timeframe_bars_back int = 0) -> series int := timeframe, "", "", bars_back, timeframe_bars_back
time(timeframe string, timeframe_bars_back int) -> series int := timeframe, "", "", 0, timeframe_bars_back
time(timeframe string, session string, bars_back int, timeframe_bars_back int = 0) -> series int := timeframe, session, "", bars_back, timeframe_bars_back
time(timeframe string, session string, timeframe_bars_back int) -> series int := timeframe, session, "", 0, timeframe_bars_back
time(timeframe string, session string, timezone string, bars_back int = 0, timeframe_bars_back int = 0) -> series int
    When the bar of a timeframe opened, missing outside the session.
time_close(timeframe string) -> series int
time_close(timeframe string, session string) -> series int
time_close(timeframe string, session string, timezone string) -> series int
time_close(timeframe string, bars_back int, timeframe_bars_back int = 0) -> series int := timeframe, "", "", bars_back, timeframe_bars_back
time_close(timeframe string, timeframe_bars_back int) -> series int := timeframe, "", "", 0, timeframe_bars_back
time_close(timeframe string, session string, bars_back int, timeframe_bars_back int = 0) -> series int := timeframe, session, "", bars_back, timeframe_bars_back
time_close(timeframe string, session string, timeframe_bars_back int) -> series int := timeframe, session, "", 0, timeframe_bars_back
time_close(timeframe string, session string, timezone string, bars_back int = 0, timeframe_bars_back int = 0) -> series int
    When the bar of a timeframe closes, missing outside the session.
timestamp(dateString const string) -> const int
timestamp(year int, month int, day int, hour int = 0, minute int = 0, second int = 0) -> int
timestamp(timezone string, year int, month int, day int, hour int = 0, minute int = 0, second int = 0) -> int
    The moment of a date, in milliseconds UTC.
year(time int, timezone string?) -> series int
    The year of a moment.
month(time int, timezone string?) -> series int
    The month of a moment.
weekofyear(time int, timezone string?) -> series int
    The week of a moment in its year.
dayofmonth(time int, timezone string?) -> series int
    The day of a moment in its month.
dayofweek(time int, timezone string?) -> series int
    The day of a moment in its week, 1 for Sunday.
hour(time int, timezone string?) -> series int
    The hour of a moment.
minute(time int, timezone string?) -> series int
    The minute of a moment.
second(time int, timezone string?) -> series int
    The second of a moment.
dayofweek.sunday const int = 1
    Sunday.
dayofweek.monday const int = 2
    Monday.
dayofweek.tuesday const int = 3
    Tuesday.
dayofweek.wednesday const int = 4
    Wednesday.
dayofweek.thursday const int = 5
    Thursday.
dayofweek.friday const int = 6
    Friday.
dayofweek.saturday const int = 7
    Saturday.
session.isfirstbar series bool
    Whether the bar is the first of its day.
session.isfirstbar_regular series bool
    Whether the bar is the first of the regular session of its day.
session.islastbar series bool
    Whether the bar is the last of its day.
session.islastbar_regular series bool
    Whether the bar is the last of the regular session of its day.
session.ismarket series bool
    Whether the bar belongs to the regular session.
session.ispostmarket series bool
    Whether the bar lies after the regular session.
session.ispremarket series bool
    Whether the bar lies before the regular session.
session.regular const string = "regular"
    Regular hours.
session.extended const string = "extended"
    Regular hours with those before and after.
timeframe.change(timeframe string) -> series bool
    Whether a bar of the timeframe begins on this bar.
timeframe.from_seconds(seconds int) -> string
    The timeframe of so many seconds.
timeframe.in_seconds(timeframe string?) -> simple int
    How many seconds a bar of the timeframe lasts.
timeframe.isdaily simple bool
    Whether bars are days.
timeframe.isdwm simple bool
    Whether bars are days, weeks or months.
timeframe.isintraday simple bool
    Whether bars are shorter than a day.
timeframe.isminutes simple bool
    Whether bars are counted in minutes.
timeframe.ismonthly simple bool
    Whether bars are months.
timeframe.isseconds simple bool
    Whether bars are counted in seconds.
timeframe.isticks simple bool
    Whether bars are counted in ticks.
timeframe.isweekly simple bool
    Whether bars are weeks.
timeframe.main_period simple string
    The timeframe of the chart or of the declaration.
timeframe.multiplier simple int
    How many units a bar lasts.
timeframe.period simple string
    The timeframe as text.
"""
