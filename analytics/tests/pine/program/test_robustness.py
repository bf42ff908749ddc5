"""Whatever a text is, compiling it gives a program or diagnostics; whatever a program does, it ends with a result or a line."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.pine.diagnostics import CompilationFailed, ScriptFailed
from analytics.pine.program import check, compile, run
from analytics.tests.pine.program.markets import half_hours, market
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of

SCRIPTS = sorted((Path(__file__).parent / "examples").glob("*.pine"))
CLOSES = [float(10 + index % 7 - index % 3) for index in range(120)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_examples_compile_and_run(path):
    program = compile(path.read_text())
    result = run(program, bars_of(CLOSES), symbol=EURUSD, timeframe=HALF_HOURS)

    assert any(len(plot.values) == len(CLOSES) for plot in result.outputs.plots.values())


IDIOMS = (Path(__file__).parent / "examples" / "idioms.txt").read_text().split("\n===\n")


@pytest.mark.parametrize("version", [5, 6])
@pytest.mark.parametrize("body", IDIOMS, ids=range(len(IDIOMS)))
def test_how_people_write_compiles_and_runs(body, version):
    program = compile(f'//@version={version}\nindicator("t", overlay = true)\n{body}')

    run(program, bars_of(CLOSES[:40]), symbol=EURUSD, timeframe=HALF_HOURS)


OF_A_VERSION = (Path(__file__).parent / "examples" / "idioms_of_a_version.txt").read_text().split("\n===\n")


@pytest.mark.parametrize("text", OF_A_VERSION, ids=range(len(OF_A_VERSION)))
def test_how_people_write_in_one_version_compiles_and_runs(text):
    version, _, body = text.partition("\n")
    kind = "strategy" if "strategy." in body else "indicator"
    declared = "indicator(" in body or "strategy(" in body
    head = "" if declared else f'{kind}("t", overlay = true)\n'
    program = compile(f"//@version={version}\n{head}{body}")

    run(program, half_hours()[:120], symbol=EURUSD, timeframe=HALF_HOURS, market=market)


def broken(text: str, seed: int) -> str:
    """Return a script with a few of its words exchanged, doubled or left out."""
    choose = random.Random(seed)
    words = text.replace("(", " ( ").split(" ")
    for _ in range(choose.randrange(1, 6)):
        place, other = choose.randrange(len(words)), choose.randrange(len(words))
        words[place] = choose.choice([words[other], "", words[place] * 2, "\n", "na", ")", "[", "=>", ":="])
    return " ".join(words).replace(" ( ", "(")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(25))
def test_broken_examples_are_refused_or_run(path, seed):
    text = broken(path.read_text(), seed)
    lines = text.count("\n") + 1

    places = [one.line for one in check(text)]

    assert all(1 <= line <= lines for line in places)
    with suppress(CompilationFailed, ScriptFailed):
        run(compile(text), bars_of(CLOSES[:20]), symbol=EURUSD, timeframe=HALF_HOURS)


WORDS = st.sampled_from(
    ["close", "x", "y", "1", "2.5", "'t'", "true", "na", "+", "-", "*", "/", "%", "==", "!=", "<", "and", "or", "not", "?",
     ":", "(", ")", "[", "]", ",", "=", ":=", "=>", "ta.sma(", "math.max(", "str.tostring(", "f(", "array.from(", "plot(",
     "if", "for i = 0 to", "while", "switch", "var", "int", "float", "type P", "enum E", "\n", "\n    ", "\n        ",
     "request.security('', '60',", "P.new(", ".x", "color.red", "input.int(", "[a, b] =", "method f(", "break"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_words_give_diagnostics(words):
    for found in check(f"//@version=6\nindicator('t')\n{words}"):
        assert found.message
