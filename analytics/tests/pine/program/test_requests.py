"""Expressions on the bars of other timeframes and symbols, on half-hourly bars that start on a full hour."""

import pytest

from analytics.pine.diagnostics import ScriptFailed
from analytics.pine.program import compile, run
from analytics.pine.runtime.symbols import Symbol
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, START, bars_of, plotted, ran, script, streamed

CLOSES = [1.0, 2.0, 4.0, 3.0, 5.0, 6.0]
TICKER = "syminfo.tickerid"


def hourly(expression: str, more: str = "") -> str:
    return f"request.security({TICKER}, '60', {expression}{more})"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"plot(request.security({TICKER}, timeframe.period, close))", CLOSES),
        (f"plot(request.security({TICKER}, '', ta.sma(close, 2)))", [None, 1.5, 3, 3.5, 4, 5.5]),
        (f"plot({hourly('close')})", [None, 2, 2, 3, 3, 6]),
        (f"plot({hourly('open')})", [None, 1, 1, 2, 2, 3]),
        (f"plot({hourly('high')})", [None, 3, 3, 5, 5, 7]),
        (f"plot({hourly('volume')})", [None, 20, 20, 20, 20, 20]),
        (f"plot({hourly('close[1]')})", [None, None, None, 2, 2, 3]),
        (f"plot({hourly('ta.sma(close, 2)')})", [None, None, None, 2.5, 2.5, 4.5]),
        (f"plot({hourly('bar_index')})", [None, 0, 0, 1, 1, 2]),
        (f"plot({hourly('close', ', lookahead = barmerge.lookahead_on')})", [2, 2, 3, 3, 6, 6]),
        (f"plot({hourly('close[1]', ', lookahead = barmerge.lookahead_on')})", [None, None, 2, 2, 3, 3]),
        (f"plot({hourly('close', ', barmerge.gaps_on')})", [None, 2, None, 3, None, 6]),
        (f"plot({hourly('close', ', barmerge.gaps_on, barmerge.lookahead_on')})", [2, None, 3, None, 6, None]),
        (f"[a, b] = {hourly('[high, low]')}\nplot(a - b)", [None, 3, 3, 4, 4, 5]),
        # what the expression depends on is computed on the other bars as well
        (f"x = close * 10\ny = x + 1\nz = open\nplot({hourly('y')})", [None, 21, 21, 31, 31, 61]),
        (f"var s = 0.0\ns += close\nplot({hourly('s')})", [None, 2, 2, 5, 5, 11]),
        (f"f() => ta.cum(close)\nplot({hourly('f()')})", [None, 2, 2, 5, 5, 11]),
        (f"k = close\nf() => k[1]\nplot({hourly('f()')})", [None, None, None, 2, 2, 3]),
        (f"f(x, tf) => request.security({TICKER}, tf, x)\nplot(f(close, '60') + f(close * 10, '60'))", [None, 22, 22, 33, 33, 66]),
        (f"f(n) =>\n    x = ta.sma(close, n)\n    y = x * 2\n    {hourly('y')}\nplot(f(1) + f(2))", [None, None, None, 11, 11, 21]),
        (f"g(x) => {hourly('x')}\nf(x) => g(x + 1)\nplot(f(close))", [None, 3, 3, 4, 4, 7]),
        (f"f(x, tf) =>\n    a = request.security({TICKER}, tf, x)\n    b = request.security({TICKER}, tf, a + ta.change(a))\n    a + b\nplot(f(close, '60'))", [None, None, None, 7, 7, 15]),
        (f"g(x, tf) => request.security({TICKER}, tf, x)\nf(x, tf) =>\n    y = g(x, tf)\n    z = g(y + 1, tf)\n    g(z + y, tf)\nplot(f(close, '60'))", [None, 5, 5, 7, 7, 13]),
        (f"x = 0.0\nif close > 2\n    x := close\nplot({hourly('x')})", [None, 0, 0, 3, 3, 6]),
        (f"a = array.new<float>()\na.push(close)\na.push(open)\nplot({hourly('a.sum()')})", [None, 3, 3, 5, 5, 9]),
        (f"type P\n    float v\np = P.new(close)\np.v += 1\nplot({hourly('p.v')})", [None, 3, 3, 4, 4, 7]),
        (f"var a = array.new<float>()\nadd(x) =>\n    a.push(x)\n    a.size()\nn = add(close)\nplot({hourly('a.size()')})", [None, 1, 1, 2, 2, 3]),
        (f"var a = array.new<float>()\na.push(close)\nlabel.new(bar_index, a.shift())\na.push(1)\nplot({hourly('a.size()')})", [None, 1, 1, 2, 2, 3]),
        (f"v = 0.0\nif close > 0\n    n = 1\n    v := {hourly('ta.sma(close, n)')}\nplot(v)", [None, 2, 2, 3, 3, 6]),
        (f"v = 0.0\nif close > 0\n    a = {hourly('close')}\n    b = {hourly('a + 1')}\n    v := b\nplot(v)", [None, 3, 3, 4, 4, 7]),
        (f"type L\n    float p\nvar a = array.from(L.new(1))\nfor l in a\n    x = l\n    x.p := close\nplot({hourly('a.first().p')})", [None, 2, 2, 3, 3, 6]),
        (f"n = 0\nfor i = 0 to 9\n    if i > close\n        break\n    n += 1\nplot({hourly('n')})", [None, 3, 3, 4, 4, 7]),
        (f"n = input.int(2)\nplot({hourly('ta.sma(close, n)')})", [None, None, None, 2.5, 2.5, 4.5]),
        (f"plot({hourly('timeframe.multiplier')})", [None, 60, 60, 60, 60, 60]),
        (f"plot(ta.change({hourly('close')}))", [None, None, 0, 1, 0, 3]),
    ],
)  # fmt: skip
def test_values(body, expected):
    assert plotted(body, CLOSES) == expected


def heikin_ashi(bars):
    """Return opens and closes by the definition, step by step."""
    opens, closes = [], []
    for bar in bars:
        opens.append((opens[-1] + closes[-1]) / 2 if opens else (bar.open + bar.close) / 2)
        closes.append((bar.open + bar.high + bar.low + bar.close) / 4)
    return opens, closes


@pytest.mark.parametrize("timeframe", ["30", "60"])
def test_heikin_ashi_candles_of_the_chart(timeframe):
    bars = bars_of(CLOSES)
    if timeframe == "60":
        bars = [first.and_then(second) for first, second in zip(bars[::2], bars[1::2], strict=True)]
    opens, closes = heikin_ashi(bars)
    asked = f"request.security(ticker.heikinashi({TICKER}), '{timeframe}', {{0}}, lookahead = barmerge.lookahead_on)"

    for name, wanted in (
        ("open", opens),
        ("close", closes),
        ("high", [max(bar.high, *pair) for bar, *pair in zip(bars, opens, closes, strict=True)]),
        ("low", [min(bar.low, *pair) for bar, *pair in zip(bars, opens, closes, strict=True)]),
        ("volume", [bar.volume for bar in bars]),
    ):
        seen = plotted(f"plot({asked.format(name)})", CLOSES)
        assert seen[:: len(seen) // len(bars)] == pytest.approx(wanted)


def test_heikin_ashi_candles_of_others():
    other = bars_of([closing * 10 for closing in CLOSES])
    body = "plot(request.security(ticker.heikinashi('FX:GBPUSD'), '30', close))"

    result = run(
        compile(script(body)),
        bars_of(CLOSES),
        symbol=EURUSD,
        timeframe=HALF_HOURS,
        market=lambda name, timeframe: (Symbol("GBPUSD", prefix="FX"), other) if name == "FX:GBPUSD" else None,
    )

    assert result.outputs.plots[0].values == pytest.approx(heikin_ashi(other)[1])


def test_what_shows_or_orders_is_not_done_on_other_bars():
    body = f"x = 0.0\nif close > 0\n    x := close\n    log.info('seen')\nplot({hourly('x')})"
    result = run(compile(script(body)), bars_of(CLOSES), symbol=EURUSD, timeframe=HALF_HOURS)

    assert len(result.outputs.logs) == len(CLOSES)


def test_in_real_time_the_hour_is_seen_as_it_is_so_far():
    live = streamed(f"plot({hourly('close')}, 'c')\nplot({hourly('ta.cum(close)')}, 's')", CLOSES[:3])
    bars = bars_of([*CLOSES, 9.0])
    for close in (8.0, 3.5):
        live.update(bars[3]._replace(close=close), confirmed=False)
        assert live.result().plot("c")[-1] == close
        assert live.result().plot("s")[-1] == 2 + close
    live.update(bars[3], confirmed=True)
    for bar in bars[4:]:
        live.update(bar._replace(close=1.0), confirmed=False)
        live.update(bar, confirmed=True)

    assert live.result().plot("c")[3:] == [3, 5, 6, 9]
    assert live.result().plot("s")[3:] == [5, 10, 11, 20]


def market(symbol, timeframe):
    if symbol != "OTHER":
        return None
    step = timeframe.seconds * 1000
    closes = [100.0 + index for index in range(3 * 1_800_000 // step)]
    bars = [bar._replace(time=START + index * step) for index, bar in enumerate(bars_of(closes))]
    return Symbol("OTHER"), bars


def with_market(body):
    result = run(compile(script(body)), bars_of(CLOSES[:3]), symbol=EURUSD, timeframe=HALF_HOURS, market=market)
    return result.outputs.plots[0].values


def test_other_symbols_and_lower_timeframes_come_from_the_market():
    assert with_market("plot(request.security('OTHER', '30', close))") == [100, 101, 102]
    assert with_market("plot(request.security('OTHER', '10', close))") == [102, 105, 108]
    body = "a = request.security_lower_tf('OTHER', '10', close)\nplot(a.size() + a.first())"
    assert with_market(body) == [103, 106, 109]


def test_a_symbol_that_is_not_there_is_an_error_unless_that_is_ignored():
    with pytest.raises(ScriptFailed, match="NONE"):
        with_market("x = 1\nplot(request.security('NONE', '60', close))")
    assert [value != value for value in with_market(
        "plot(request.security('NONE', '60', close, ignore_invalid_symbol = true))"
    )] == [True] * 3  # fmt: skip


def test_candles_of_ticks_are_not_there():
    body = "plot(nz(request.security('', '100T', close), -1) + request.security_lower_tf('', '1T', close).size())"
    alone = ran(body, CLOSES)

    assert alone.outputs.plots[0].values == [-1] * len(CLOSES)
    assert [line.message for line in alone.outputs.logs] == [
        'There are no bars of "EURUSD" in the timeframe "100T" here: what is asked of them is na.',
        'There are no bars of "EURUSD" in the timeframe "1T" here: what is asked of them is na.',
    ]
    with pytest.raises(ScriptFailed, match='"1T"'):
        with_market("plot(request.security_lower_tf('', '1T', close).size())")
    ignored = "a = request.security_lower_tf('', '1T', close, ignore_invalid_timeframe = true)\nplot(a.size())"
    assert with_market(ignored) == [0, 0, 0]


def test_on_other_bars_a_strategy_orders_nothing():
    body = f"""
counted() =>
    strategy.entry("Inside", strategy.long)
    strategy.exit("Out", "Inside", stop = low)
    strategy.close("Inside")
    strategy.close_all()
    strategy.cancel("Inside")
    strategy.cancel_all()
    strategy.risk.max_position_size(1)
    var int count = 0
    count += 1
    count + strategy.position_size + strategy.closedtrades + strategy.equity
plot({hourly("counted()")})
strategy.entry("Chart", strategy.long, qty = 2)
plot(strategy.position_size)
"""
    result = run(
        compile(f'//@version=6\nstrategy("Counting", initial_capital = 1000)\n{body}'),
        bars_of(CLOSES),
        symbol=EURUSD,
        timeframe=HALF_HOURS,
    )

    asked, position = (plot.values for plot in result.outputs.plots.values())
    assert asked[1:] == [1001, 1001, 1002, 1002, 1003]
    assert position == [0, 2, 2, 2, 2, 2]
