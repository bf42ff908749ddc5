"""`ta.*`: indicators."""

ENTRIES = """
ta.alma(series float, length int, offset simple float = 0.85, sigma simple float = 6, floor simple bool = false) -> series float
    Arnaud Legoux's average: weights in the form of a bell, whose peak lies at `offset` of the window.
ta.atr(length simple int) -> series float
    The average true range, smoothed as `ta.rma` does.
ta.barssince(condition bool) -> series int
    How many bars ago the condition was last true.
ta.bb(series float, length int, mult float) -> series [float, float, float]
    Bollinger's bands: middle, upper and lower.
ta.bbw(series float, length int, mult float) -> series float
    The width of Bollinger's bands in per cent of their middle.
ta.cci(source float, length int) -> series float
    The commodity channel index.
ta.change(source N, length int = 1) -> series N
ta.change(source bool, length int = 1) -> series bool
    The difference to the value some bars ago; for a bool, whether it is another.
ta.cmo(series float, length int) -> series float
    Chande's momentum: gains less losses in per cent of both.
ta.cog(source float, length int) -> series float
    The centre of gravity of the window.
ta.correlation(source1 float, source2 float, length int) -> series float
    How strongly two series move together, from -1 to 1.
ta.cross(source1 float, source2 float) -> series bool
    Whether two series have crossed on this bar, in whichever direction.
ta.crossover(source1 float, source2 float) -> series bool
    Whether the first series has risen above the second on this bar.
ta.crossunder(source1 float, source2 float) -> series bool
    Whether the first series has fallen below the second on this bar.
ta.cum(source float) -> series float
    The sum of all values so far.
ta.dev(source float, length int) -> series float
    The mean absolute deviation from the mean.
ta.dmi(diLength simple int, adxSmoothing simple int) -> series [float, float, float]
    The directional movement: +DI, -DI and ADX.
ta.ema(source float, length simple int) -> series float
    The exponentially weighted average, begun with a simple one.
ta.falling(source float, length int) -> series bool
    Whether the value is less than each of the last ones.
ta.highest(source float, length int) -> series float
ta.highest(length int) -> series float := high, length
    The greatest value of the last bars; without a source, of the highs.
ta.highestbars(source float, length int) -> series int
ta.highestbars(length int) -> series int := high, length
    How far back the greatest value lies, as zero or less.
ta.hma(source float, length simple int) -> series float
    Hull's average: quick, and smooth nevertheless.
ta.kc(series float, length simple int, mult simple float, useTrueRange simple bool = true) -> series [float, float, float]
    Keltner's channels: middle, upper and lower.
ta.kcw(series float, length simple int, mult simple float, useTrueRange simple bool = true) -> series float
    The width of Keltner's channels in parts of their middle.
ta.linreg(source float, length int, offset simple int) -> series float
    The end of the straight line that fits the last values best.
ta.lowest(source float, length int) -> series float
ta.lowest(length int) -> series float := low, length
    The least value of the last bars; without a source, of the lows.
ta.lowestbars(source float, length int) -> series int
ta.lowestbars(length int) -> series int := low, length
    How far back the least value lies, as zero or less.
ta.macd(source float, fastlen simple int, slowlen simple int, siglen simple int) -> series [float, float, float]
    The difference of two exponential averages, its own average, and the difference of these.
ta.max(source float) -> series float
    The greatest value so far.
ta.median(source N, length int) -> series N
    The value in the middle of the window.
ta.mfi(series float, length int) -> series float
    The money flow index.
ta.min(source float) -> series float
    The least value so far.
ta.mode(source N, length int) -> series N
    The value that occurs most often in the window, the least of several.
ta.mom(source N, length int) -> series N
    The difference to the value some bars ago.
ta.percentile_linear_interpolation(source float, length int, percentage float) -> series float
    The value below which the given part of the window lies, interpolated.
ta.percentile_nearest_rank(source float, length int, percentage float) -> series float
    The value of the window below which the given part of it lies.
ta.percentrank(source float, length int) -> series float
    How many per cent of the last values are no greater than this one.
ta.pivot_point_levels(type string, anchor bool, developing bool = false) -> series array<float>
    Eleven pivot levels of the period that the anchor ends: P, R1, S1 to R5, S5.
ta.pivothigh(source float, leftbars int, rightbars int) -> series float
ta.pivothigh(leftbars int, rightbars int) -> series float := high, leftbars, rightbars
    The high that towers over the bars left and right of it, told when the last of them is there.
ta.pivotlow(source float, leftbars int, rightbars int) -> series float
ta.pivotlow(leftbars int, rightbars int) -> series float := low, leftbars, rightbars
    The low that lies under the bars left and right of it, told when the last of them is there.
ta.range(source N, length int) -> series N
    The greatest less the least value of the window.
ta.rci(source float, length int) -> series float
    The rank correlation of values and time, from -100 to 100.
ta.rising(source float, length int) -> series bool
    Whether the value is greater than each of the last ones.
ta.rma(source float, length simple int) -> series float
    The average of Wilder, as the RSI uses it.
ta.roc(source float, length int) -> series float
    The change over some bars in per cent.
ta.rsi(source float, length simple int) -> series float
    The relative strength index.
ta.sar(start simple float, inc simple float, max simple float) -> series float
    The parabolic stop and reverse.
ta.sma(source float, length int) -> series float
    The mean of the last values.
ta.stdev(source float, length int, biased bool = true) -> series float
    The standard deviation of the last values.
ta.stoch(source float, high float, low float, length int) -> series float
    Where the value lies between the lowest low and the highest high, in per cent.
ta.supertrend(factor float, atrPeriod simple int) -> series [float, float]
    The line that follows the trend, and its direction: 1 is down, -1 is up.
ta.swma(source float) -> series float
    The symmetrically weighted average of four values.
ta.tr(handle_na simple bool = false) -> series float
    The true range of the bar; if `handle_na`, the range of the first bar as well.
ta.tsi(source float, short_length simple int, long_length simple int) -> series float
    The true strength index.
ta.valuewhen(condition bool, source int, occurrence simple int) -> series int
ta.valuewhen(condition bool, source float, occurrence simple int) -> series float
ta.valuewhen(condition bool, source bool, occurrence simple int) -> series bool
ta.valuewhen(condition bool, source color, occurrence simple int) -> series color
ta.valuewhen(condition bool, source string, occurrence simple int) -> series string
    The value on the bar on which the condition was true, the n-th last time.
ta.variance(source float, length int, biased bool = true) -> series float
    The variance of the last values.
ta.vwap(source float) -> series float
ta.vwap(source float, anchor bool) -> series float
ta.vwap(source float, anchor bool, stdev_mult float) -> series [float, float, float]
    The average weighted by volume since the anchor; with a multiplier, its bands as well.
ta.vwma(source float, length int) -> series float
    The mean of the last values weighted by volume.
ta.wma(source float, length int) -> series float
    The mean of the last values, the newer ones with more weight.
ta.wpr(length int) -> series float
    Williams' %R.
ta.accdist series float
    Accumulation and distribution.
ta.iii series float
    The intraday intensity index.
ta.nvi series float
    The negative volume index.
ta.obv series float
    The on-balance volume.
ta.pvi series float
    The positive volume index.
ta.pvt series float
    The price-volume trend.
ta.tr series float
    The true range of the bar.
ta.vwap series float
    The average of `hlc3` weighted by volume since the beginning of the day.
ta.wad series float
    Williams' accumulation and distribution.
ta.wvad series float
    Williams' variable accumulation and distribution.
"""
