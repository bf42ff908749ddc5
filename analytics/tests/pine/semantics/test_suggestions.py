from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.reference import functions, values
from analytics.pine.semantics.suggestions import ALIKE, closest

KNOWN = sorted({*functions(), *values()})


@pytest.mark.parametrize(
    ("name", "meant"), [("clos", "close"), ("ta.smaa", "ta.sma"), ("plott", "plot"), ("zzz", ""), ("", "")]
)
def test_what_was_meant(name, meant):
    assert closest(name, KNOWN) == meant


@st.composite
def misspelt(draw):
    """Return a known name with a few of its letters exchanged."""
    letters = list(draw(st.sampled_from(KNOWN)))
    for _ in range(draw(st.integers(0, 4))):
        letters[draw(st.integers(0, len(letters) - 1))] = draw(st.sampled_from(["", "x", "_", ".", "e", "ss", "é"]))
    return "".join(letters)


@given(misspelt())
def test_leaving_out_what_is_not_alike_changes_nothing(name):
    assert closest(name, KNOWN) == next(iter(get_close_matches(name, KNOWN, 1, ALIKE)), "")
