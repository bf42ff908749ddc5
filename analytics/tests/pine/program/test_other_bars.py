"""What a script computes comes out the same whether it is asked for on longer bars, or runs on a chart of these."""

import re
from bisect import bisect_right
from pathlib import Path

import pytest

from analytics.pine.diagnostics import CompilationFailed
from analytics.pine.other_candles import grouped
from analytics.pine.program import compile, run
from analytics.pine.runtime.timeframes import Timeframe
from analytics.tests.pine.program.markets import EURUSD, HALF_HOURS, half_hours

TEXTS = {path.stem: path.read_text() for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.pine"))}
SCRIPTS = [name for name, text in TEXTS.items() if "strategy(" not in text and "request." not in text]
DECLARED = re.compile(r"^(?:var )?(?:float |int |bool )?([A-Za-z_]\w*) = ", re.MULTILINE)
HOURS = Timeframe.parse("60")
MOST = 12
AGAIN = """
once_more(value) =>
    asked = request.security(syminfo.tickerid, "60", value)
    request.security(syminfo.tickerid, "60", asked)
"""


def shown(text, way):
    """Return a script that also plots what it declares, as far as that are numbers or conditions, and their titles."""
    names = list(dict.fromkeys(DECLARED.findall(text)))[:MOST]
    lines = [(f"own {value}", f"plot({way.format(value)}, 'own {value}')") for name in names for value in (name, f"{name} ? 1 : 0")]  # fmt: skip
    base = f"{text.rstrip()}\n{AGAIN}"
    while True:
        source = base + "\n".join(line for _, line in lines) + "\n"
        try:
            return compile(source), [title for title, _ in lines]
        except CompilationFailed as failed:
            first = base.count("\n") + 1
            wrong = {found.line - first for found in failed.diagnostics if found.severity == "error"}
            assert min(wrong) >= 0
            lines = [line for place, line in enumerate(lines) if place not in wrong]


@pytest.mark.parametrize("name", SCRIPTS)
def test_values_on_longer_bars(name):
    bars = half_hours(300)
    hours = grouped(bars, EURUSD, HOURS)
    starts = [bar.time for bar in hours]
    asking, titles = shown(TEXTS[name], "once_more({0})")
    computing, _ = shown(TEXTS[name], "{0}")
    asked = run(asking, bars, symbol=EURUSD, timeframe=HALF_HOURS)
    computed = run(computing, hours, symbol=EURUSD, timeframe=HOURS)

    last = {bisect_right(starts, bar.time) - 1: index for index, bar in enumerate(bars)}
    for title in titles:
        values, wanted = asked.plot(title), computed.plot(title)
        found = [values[last[hour]] for hour in range(len(hours) - 1)]
        assert found == pytest.approx(wanted[:-1], rel=1e-9, abs=1e-12, nan_ok=True), title
