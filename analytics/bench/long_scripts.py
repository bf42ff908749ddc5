"""Scripts of 300 lines, each another mixture of what scripts consist of."""

from random import Random

LINES = 300
PARTS = (
    """
length{n} = input.int({a}, "Length {n}", minval = 1, group = "Part {n}")
source{n} = input.source(close, "Source {n}")
average{n} = ta.ema(source{n}, length{n})
slower{n} = ta.sma(source{n}, length{n} * 2)
plot(bar_index > {a} ? average{n} - slower{n} : na, color = average{n} > slower{n} ? color.green : color.red)
""",
    """
smooth{n}(float value, simple int length) =>
    float result = na
    result := na(result[1]) ? value : (result[1] * (length - 1) + value) / length
    result + ta.change(value) / {a}
smoothed{n} = smooth{n}(hl2, {a})
faster{n} = smooth{n}(close, {b})
""",
    """
type Level{n}
    float price
    int bar = 0
    bool broken = false
method reached(Level{n} this, float value) =>
    this.broken := this.broken or value > this.price
    this.broken
var levels{n} = array.new<Level{n}>()
if ta.pivothigh(high, {a}, {a}) > 0
    levels{n}.push(Level{n}.new(high[{a}], bar_index - {a}))
    if levels{n}.size() > {b}
        levels{n}.shift()
for level in levels{n}
    if level.reached(close)
        level.price += {b} * syminfo.mintick
""",
    """
var total{n} = 0.0
var count{n} = 0
if close > open and volume > volume[1]
    total{n} += close - open
    count{n} += 1
else if close < open
    total{n} -= open - close
else
    count{n} := math.max(count{n} - 1, 0)
mean{n} = count{n} > 0 ? total{n} / count{n} : 0.0
""",
    """
[middle{n}, upper{n}, lower{n}] = ta.bb(close, {a}, {b} / 10.0)
[line{n}, signal{n}, rest{n}] = ta.macd(close, {a}, {a} + {b}, 9)
inside{n} = close < upper{n} and close > lower{n} or rest{n} > rest{n}[1]
state{n} = switch
    inside{n} and line{n} > signal{n} => 1
    close > upper{n} => 2
    close < lower{n} => -2
    => 0
""",
    """
sum{n} = 0.0
for index = 0 to {a}
    if na(close[index])
        break
    sum{n} += close[index] * ({b} - index)
highest{n} = 0.0
step{n} = 0
while step{n} < {b}
    highest{n} := math.max(highest{n}, nz(high[step{n}]))
    step{n} += 1
""",
    """
if barstate.islast
    text{n} = "Part {n}: " + str.tostring(close, "#.#####") + (close > open ? " up" : " down")
    label.new(bar_index, high, text{n}, style = label.style_label_down, color = color.new(color.blue, {b}))
    line.new(bar_index - {a}, low[{a}], bar_index, low, color = color.orange, width = 2)
""",
    """
higher{n} = request.security(syminfo.tickerid, "D", ta.rsi(close, {a}))
crossed{n} = ta.crossover(higher{n}, 50) or ta.crossunder(ta.rsi(close, {b}), 30)
alertcondition(crossed{n}, "Crossed {n}", "{{{{ticker}}}} at {{{{close}}}}")
""",
    """
enum Way{n}
    up = "Upwards"
    down = "Downwards"
way{n} = input.enum(Way{n}.up, "Way {n}")
wanted{n} = way{n} == Way{n}.up ? close > close[{a}] : close < close[{a}]
since{n} = ta.barssince(wanted{n})
value{n} = ta.valuewhen(wanted{n}, close, 0)
""",
    """
var counts{n} = map.new<string, int>()
key{n} = str.tostring(dayofweek)
counts{n}.put(key{n}, nz(counts{n}.get(key{n})) + 1)
matrix{n} = matrix.new<float>(2, 2, close)
matrix{n}.set(0, 1, open)
trace{n} = matrix{n}.trace() / {a} + math.round(ta.atr({a}), 5) * {b}
""",
)
"""Pieces of scripts; `n` makes their names their own, `a` and `b` are small numbers."""


def long_script(number: int) -> str:
    """Return a script of 300 lines; each number has its own."""
    random = Random(number)  # noqa: S311  # reproducible, not secret
    lines = ["//@version=6", f'indicator("Mixture {number}", overlay = true, max_labels_count = 100)']
    part = 0
    while len(lines) < LINES:
        part += 1
        text = random.choice(PARTS).format(n=part, a=random.randrange(2, 30), b=random.randrange(5, 40))
        lines += text.strip().splitlines()
    return "\n".join(lines) + "\n"
