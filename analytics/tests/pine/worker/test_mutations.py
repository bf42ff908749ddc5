"""The example scripts, changed at random and run contained: each ends in the same result or diagnostic every time."""

import random

import pytest

from analytics.pine.worker.outcomes import Failure
from analytics.tests.pine.program.scripts import script
from analytics.tests.pine.program.test_robustness import IDIOMS, SCRIPTS
from analytics.tests.pine.worker.hostile import RUNNING, WHOLE
from analytics.tests.pine.worker.runs import contained
from analytics.tests.pine.worker.test_hostile import FAULTS

TEXTS = [path.read_text() for path in SCRIPTS] + [script(body) for body in IDIOMS]
"""The scripts whose words are exchanged; those that mean harm lend theirs."""
STRANGE = [
    *"()[]{}<>,.:?=+-*/%#\"'\\@;!$^&|~`",
    *("9223372036854775807", "-1", "0", "na", "1e308", "1e-308", "1e308 * 10", "bar_index", "int(na)", "close[1]"),
    *("while true", "for i = 0 to 1000000", "if true", "switch", "=>", ":=", "var ", "varip ", "type T", "enum E", "method "),
    *("__class__", "__builtins__", "\x00", "\u2028", "\ufeff", "\r", "\t", "\n    ", "\n", "  "),
    *("str.repeat('a', 40000)", "array.new<float>(100000)", "request.security('', '60', close)", "//", "/*", '"""'),
]  # fmt: skip


def mutated(seed):
    """Return an example with pieces exchanged, doubled, cut out or put in."""
    choose = random.Random(seed)
    text = choose.choice(TEXTS)
    other = choose.choice([*TEXTS, *(body for body, _ in RUNNING.values()), *(body for body, _ in WHOLE.values())])
    for _ in range(choose.randrange(1, 9)):
        begin = choose.randrange(len(text) + 1)
        end = min(len(text), begin + choose.choice([0, 1, 2, 5, 20, 80]))
        start = choose.randrange(max(1, len(other)))
        piece = choose.choice(
            ["", text[begin:end] * choose.choice([2, 3, 50]), choose.choice(STRANGE), other[start : start + 60]]
        )
        text = text[:begin] + piece + text[end:]
    return text


def looked_at(seed):
    text = mutated(seed)
    outcome = contained(text)
    if isinstance(outcome, Failure):
        assert not {found.code for found in outcome.diagnostics} & FAULTS, (seed, outcome)
        assert all(found.message for found in outcome.diagnostics)
    return outcome


@pytest.mark.parametrize("seed", range(25))
def test_mutated_examples_are_contained(seed):
    outcome = looked_at(seed)

    if not isinstance(outcome, Failure) or outcome.code not in ("run-time", "memory"):
        assert outcome.result_hash() == contained(mutated(seed)).result_hash()


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_thousands_of_mutated_examples_are_contained(block):
    for seed in range(1000 + block * 200, 1200 + block * 200):
        looked_at(seed)
