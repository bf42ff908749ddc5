"""How long an editor waits for an answer about a script of 500 lines."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median, quantiles

from analytics.pine import editor
from analytics.pine.diagnostics import Diagnostics
from analytics.pine.editor.reading import read
from analytics.pine.syntax.lexer import lex
from forexpro.core.bench import Measurement, benchmark

LINES = 500
PLACES = 100
PART = """
// ——— Part {n} ———
length{n} = input.int({n} + 5, "Length {n}", minval = 1, maxval = 500, group = "Part {n}")
shown{n} = input.bool(true, "Show part {n}", tooltip = "Draws the bands of part {n}")
//@type What is known of a level of part {n}.
type Level{n}
    float price = na
    int since = 0
    line drawn = na
//@function The mean that a setting names.
mean{n}(float source, simple int length, simple string kind) =>
    switch kind
        "EMA" => ta.ema(source, length)
        "WMA" => ta.wma(source, length)
        => ta.sma(source, length)
method is_near(Level{n} this, float price, float distance) =>
    math.abs(this.price - price) < distance * syminfo.mintick
middle{n} = mean{n}(close, length{n}, "EMA")
width{n} = ta.stdev(close, length{n}) * 2.0
[line{n}, signal{n}, _] = ta.macd(close, 12, 26, 9)
var levels{n} = array.new<Level{n}>()
var float stop{n} = na
if ta.crossover(close, middle{n} + width{n}) and shown{n}
    found = Level{n}.new(high, bar_index, line.new(bar_index - 1, high, bar_index, high, color = color.red))
    levels{n}.push(found)
    if levels{n}.size() > 20
        oldest = levels{n}.shift()
        oldest.drawn.delete()
    stop{n} := math.min(nz(stop{n}, low), low - width{n})
else if close < stop{n}
    stop{n} := na
near{n} = 0
for level in levels{n}
    if level.is_near(close, 10 + {n})
        near{n} += 1
colour{n} = line{n} > signal{n} ? color.new(color.green, 20) : color.new(color.red, 20)
plot(shown{n} ? middle{n} : na, "Middle {n}", color = colour{n}, linewidth = 2)
plotshape(near{n} > 0, "Near {n}", style = shape.circle, location = location.belowbar, color = color.orange)
"""


def long_script() -> str:
    """Return a script of 500 lines with what people use: settings, types, methods, loops, drawings, plots."""
    lines = ["//@version=6", 'indicator("Levels", overlay = true, max_lines_count = 500)']
    part = 0
    while len(lines) < LINES:
        part += 1
        lines += PART.replace("{n}", str(part)).strip().split("\n")
    return "\n".join(lines[:LINES]) + "\n"


def _milliseconds(work: Callable[[], object]) -> float:
    """Return what a piece of work takes of a processor: whoever else is at work does not count."""
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1_000


def _unfinished(text: str, seed: int) -> tuple[str, int, int]:
    """Return the text with one of its lines cut off in the middle, and the end of that line."""
    choose = random.Random(seed)  # noqa: S311  # places to measure at
    lines = text.split("\n")
    number = choose.randrange(len(lines) - 1)
    column = choose.randrange(len(lines[number]) + 1)
    lines[number] = lines[number][:column]
    return "\n".join(lines), number, column


@benchmark
def pine_editor() -> Iterator[Measurement]:
    """Each question is asked about a text that was never seen before, as after a key was pressed."""
    text = long_script()
    floor = median(_milliseconds(lambda: lex(text, Diagnostics())) for _ in range(20))
    places = [_unfinished(text, seed) for seed in range(PLACES)]
    questions: dict[str, Callable[[str, int, int], object]] = {
        "diagnostics": lambda text, line, character: editor.diagnose(text),
        "completion": editor.complete,
        "hover": editor.hover,
        "signatures of calls": editor.signature,
        "formatting": lambda text, line, character: editor.format(text),
        "all five of one text": _everything,
    }
    for name, ask in questions.items():
        taken = []
        for place in places:
            read.cache_clear()
            taken.append(_milliseconds(partial(ask, *place)))
        slowest = quantiles(taken, n=20)[-1]
        yield Measurement(f"{name} of {LINES} lines, median", median(taken), "ms of a processor", floor, "lexing alone")
        yield Measurement(
            f"{name} of {LINES} lines, 95th percentile", slowest, "ms of a processor", floor, "lexing alone"
        )
    again = [_milliseconds(partial(editor.complete, text, *place[1:])) for place in places]
    yield Measurement(
        "completion in a text already read, median", median(again), "ms of a processor", floor, "lexing alone"
    )


def _everything(text: str, line: int, character: int) -> None:
    editor.diagnose(text)
    editor.complete(text, line, character)
    editor.hover(text, line, character)
    editor.signature(text, line, character)
    editor.format(text)
