"""What docs/pine.md shows works as it stands there."""

import re
import shlex
from contextlib import redirect_stdout
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from analytics.pine.broker.orders import MOST_WAITING
from analytics.pine.diagnostics import MOST as MOST_DIAGNOSTICS
from analytics.pine.generator.loops import MOST_STEPS
from analytics.pine.generator.script import MOST_REQUESTS
from analytics.pine.instruments import read_symbol
from analytics.pine.requested import MOST_FEEDS
from analytics.pine.runtime.messages import KEPT
from analytics.pine.runtime.numbers import LONGEST_HISTORY
from analytics.pine.runtime.strings import LONGEST
from analytics.pine.semantics.plot_counts import MOST as MOST_PLOTS
from analytics.pine.semantics.state import MOST_VARIABLES
from analytics.pine.syntax.blocks import DEEPEST_BLOCKS
from analytics.pine.syntax.expressions import DEEPEST_EXPRESSION
from analytics.pine.syntax.lexer import LONGEST_LINE, LONGEST_SOURCE_LINES
from analytics.pine.worker.limits import Limits

LIMITS = Limits()
PAGE = (settings.BASE_DIR / "docs" / "pine.md").read_text(encoding="utf-8")
MEAN = '//@version=6\nindicator("Mean")\nlength = input.int(2, "Length")\nplot(ta.sma(close, length), "Mean")\n'
CROSS = """//@version=6
strategy("Cross")
if ta.crossover(close, ta.sma(close, 3))
    strategy.entry("L", strategy.long)
if ta.crossunder(close, ta.sma(close, 3))
    strategy.close("L")
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    closes = [1.1, 1.2, 1.3, 1.2, 1.1, 1.2, 1.3, 1.2, 1.1, 1.0]
    rows = [f"{1_704_150_000 + 3600 * place},{close},1.4,1.0,{close}" for place, close in enumerate(closes)]
    (tmp_path / "FX_EURUSD, 60.csv").write_text("\n".join(["time,open,high,low,close", *rows]))
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "mean.pine").write_text(MEAN)
    (tmp_path / "scripts" / "cross.pine").write_text(CROSS)
    monkeypatch.chdir(tmp_path)


def printed(program, names):
    out = StringIO()
    with redirect_stdout(out):
        exec(program, names)
    return out.getvalue().splitlines()


def test_the_commands_run():
    (block,) = blocks("sh")
    for line in block.splitlines():
        words = shlex.split(line)
        assert words[:3] == ["python", "manage.py", "pine"]
        out = StringIO()

        call_command("pine", *words[3:], stdout=out, stderr=StringIO())

        assert out.getvalue()


def test_the_example_in_python_runs():
    running, going_on, _editing = blocks("python")

    mean, trades, live = printed(running + going_on, names := {})

    assert names["again"].result().plot("Mean")[1:-1] == names["live"].result().plot("Mean")[1:]
    assert float(mean) == pytest.approx(1.1)
    assert int(trades.split()[0]) == 2
    assert float(live) == pytest.approx(1.05)


def test_the_example_of_an_editor_runs():
    assert printed(blocks("python")[2], {}) == ["sma", "length int", "x = ta.sma(close, 20)"]


def test_the_description_of_an_instrument_is_read(tmp_path):
    (tmp_path / "x.toml").write_text(blocks("toml")[0])

    symbol = read_symbol(tmp_path / "x.toml")

    assert (symbol.tickerid, symbol.mincontract) == ("FX:EURUSD", 0.1)


@pytest.mark.parametrize(
    "limit",
    [
        f"steps of loops on one bar | {MOST_STEPS:,}",
        f"series that are plotted | {MOST_PLOTS}",
        f"places that request other bars | {MOST_REQUESTS}, each for {MOST_FEEDS} symbols",
        f"variables in one scope | {MOST_VARIABLES:,}",
        f"lines of a script, and characters of one line | {LONGEST_SOURCE_LINES:,}, and {LONGEST_LINE:,}",
        f"blocks inside each other | {DEEPEST_BLOCKS} |",
        f"expressions inside each other, the outermost counted | {DEEPEST_EXPRESSION} |",
        f"characters of a string | {LONGEST:,}",
        f"how far `[]` looks back | {LONGEST_HISTORY:,} bars",
        f"orders that wait at a time | {MOST_WAITING:,}",
        f"in a process of its own | {LIMITS.compile_seconds} seconds of the processor to compile",
        f"diagnostics of one script | {MOST_DIAGNOSTICS}",
        f"alerts and lines of the log that are kept | at least the last {KEPT:,} each",
    ],
)
def test_the_limits_are_those_of_the_code(limit):
    assert f"| {limit}" in PAGE
