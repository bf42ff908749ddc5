"""Programs at random and real ones with damage: never a crash, a hang or an error of the platform's own."""

import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.pine.program import check
from analytics.tests.pine.fuzzing.programs import Author, damaged
from analytics.tests.pine.fuzzing.trial import fault

CORPUS = [path.read_text() for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.pine"))]
LONG = 100_000
SHOWN_EVERY = 1_000


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_programs_at_random_are_refused_or_run(choose):
    text = Author(choose).program()

    assert not fault(text), text


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CORPUS), st.randoms(use_true_random=False))
def test_damaged_scripts_are_refused_or_run(script, choose):
    text = damaged(script, choose)

    assert not fault(text), text


@pytest.mark.parametrize("kind", ["typed", "damaged"])
def test_the_trials_reach_both_outcomes(kind):
    """What is always refused, or never, would show nothing."""
    choose = random.Random(4)
    texts = [Author(choose).program() if kind == "typed" else damaged(choose.choice(CORPUS), choose) for _ in range(30)]

    assert {bool(refused(text)) for text in texts} == {True, False}


def refused(text):
    return [found for found in check(text) if found.severity == "error"]


@pytest.mark.long
def test_a_hundred_thousand_programs():
    """Half of them are made at random from the reference, half are scripts of the corpus with damage."""
    faults: dict[int, str] = {}
    for number in range(LONG):
        choose = random.Random(number)
        text = Author(choose).program() if number % 2 else damaged(choose.choice(CORPUS), choose)
        found = fault(text)
        if found:
            faults[number] = found
        if number % SHOWN_EVERY == 0:
            sys.stderr.write(f"{number:,} of {LONG:,} programs, {len(faults)} faults\n")

    assert not faults
