"""Scripts as people write them: each compiles, runs, and comes to the same result in whatever way its bars arrive."""

from pathlib import Path

import pytest

from analytics.pine.program import compile, run, stream
from analytics.pine.saved_states import load_state, save_state
from analytics.tests.pine.program.markets import EURUSD, HALF_HOURS, half_hours, market
from analytics.tests.pine.program.test_differential import shown

SCRIPTS = sorted((Path(__file__).parents[1] / "corpus").glob("*.pine"))
BARS = half_hours()
MIDDLE = 400
GIVEN = {"symbol": EURUSD, "timeframe": HALF_HOURS, "market": market, "now": lambda: BARS[-1].time}
OTHERWISE_IN_REAL_TIME = (
    "barstate.",
    "varip",
    "timenow",
    "last_bar_",
    "request.",
    ".all",
    "timeframe = ",
    "timeframe=",
)
"""What the language itself makes depend on whether a bar is history."""


def test_there_are_enough_scripts():
    assert len(SCRIPTS) >= 150
    assert sum("strategy(" in path.read_text() for path in SCRIPTS) >= 25


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_of_the_corpus(path):
    text = path.read_text()
    program = compile(text)
    whole = run(program, BARS, **GIVEN)
    assert run(compile(text), BARS, **GIVEN).result_hash() == whole.result_hash()

    live = stream(program, BARS[:MIDDLE], **GIVEN)
    state = save_state(live)
    for bar in BARS[MIDDLE:]:
        live.update(bar, confirmed=True)
    again = load_state(state, compile(text), now=GIVEN["now"], market=market)
    for bar in BARS[MIDDLE:]:
        again.update(bar, confirmed=True)

    assert again.result().result_hash() == live.result().result_hash()
    if not any(word in text for word in OTHERWISE_IN_REAL_TIME):
        assert shown(live.result()) == shown(whole)
