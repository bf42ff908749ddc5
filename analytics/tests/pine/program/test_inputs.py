import pytest

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.tests.pine.program.scripts import plotted

CLOSES = [1.0, 2.0, 4.0]
BODY = """
enum Side
    long = "Long"
    short
n = input.int(2, "N", minval = 1, maxval = 9)
src = input.source(close, "Source")
how = input.string("a", "How", options = ["a", "b"])
side = input.enum(Side.long, "Side")
on = input.bool(true, "On")
x = input(1.5)
plot(n * src + (how == "b" ? 100 : 0) + (side == Side.short ? 1000 : 0) + (on ? 0 : 10000) + x)
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [3.5, 5.5, 9.5]),
        ({"N": 3}, [4.5, 7.5, 13.5]),
        ({"in_0": 3}, [4.5, 7.5, 13.5]),
        ({"Source": "open"}, [3.5, 3.5, 5.5]),
        ({"How": "b", "Side": "Side.short", "On": False, "in_5": 0}, [11102, 11104, 11108]),
    ],
)
def test_values_come_from_the_run(given, expected):
    assert plotted(BODY, CLOSES, inputs=given) == expected


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"M": 1}, 'no input "M"'),
        ({"N": 0}, "at least 1"),
        ({"N": 10}, "at most 9"),
        ({"N": "2"}, "kind int"),
        ({"N": True}, "kind int"),
        ({"How": "c"}, "one of a, b"),
        ({"Source": "__class__"}, "one of close"),
        ({"Side": "Side.up"}, "one of Side.long, Side.short; 'Side.up' is none"),
    ],
)
def test_values_that_are_not_allowed_are_refused(given, sentence):
    with pytest.raises(PineRuntimeError, match=sentence):
        plotted(BODY, CLOSES, inputs=given)
