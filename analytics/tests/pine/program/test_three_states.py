"""Booleans of version 5 may be na, which conditions take for false; those of version 6 never are."""

import pytest

from analytics.tests.pine.program.scripts import plotted

CLOSES = [1.0, 2.0, 4.0, 3.0]
COMPARED = "{0}\nplot(na(seen) ? -1 : seen ? 1 : 0)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("seen = close[1] > 1", [-1, 0, 1, 1]),
        ("seen = close[1] <= 1", [-1, 1, 0, 0]),
        ("seen = close[1] == 1", [-1, 1, 0, 0]),
        ("seen = close[1] != 1", [-1, 0, 1, 1]),
        ("seen = bar_index[1] >= 1", [-1, 0, 1, 1]),
        ("seen = bar_index[1] != 1", [-1, 1, 0, 1]),
        ("seen = close == na", [-1] * 4),
        ("seen = na == na", [-1] * 4),
        # of booleans, too
        ("up = close > 1\nseen = up[1] == false", [-1, 1, 0, 0]),
        ("up = close > 1\nseen = up != up[1]", [-1, 1, 0, 0]),
        ("up = close[1] > 1\nseen = up == true", [-1, 0, 1, 1]),
        # `and`, `or` and `not` take it for false
        ("seen = close[1] > 1 and true", [0, 0, 1, 1]),
        ("seen = close[1] > 1 or close < 2", [1, 0, 1, 1]),
        ("up = close[1] > 1\nseen = up and true", [0, 0, 1, 1]),
        ("up = close[1] > 1\nseen = up or false", [0, 0, 1, 1]),
        ("up = close[1] > 1\nseen = up or up[1] == true", [0, 0, 1, 1]),
        ("seen = not (close[1] > 1)", [1, 1, 0, 0]),
        # and so do conditions
        ("seen = close[1] > 1 ? true : false", [0, 0, 1, 1]),
        ("seen = false\nif close[1] > 1\n    seen := true", [0, 0, 1, 1]),
        ("seen = switch\n    close[1] > 1 => true\n    => false", [0, 0, 1, 1]),
        # it is handed on as it is
        ("f(x) => x\nseen = f(close[1] > 1)", [-1, 0, 1, 1]),
        ("seen = (close[1] > 1)[1]", [-1, -1, 0, 1]),
        ("seen = nz(close[1] > 1, true)", [1, 0, 1, 1]),
        ("seen = ta.change(close[1] > 1)", [-1, -1, 1, 0]),
        ("seen = array.get(array.from(close[1] > 1, true), 0)", [-1, 0, 1, 1]),
        # what is there is compared as ever
        ("seen = close > open", [0, 1, 1, 0]),
        ("seen = true != (close > 1)", [1, 0, 0, 0]),
    ],
)
def test_a_comparison_with_na_is_na(body, expected):
    assert plotted(COMPARED.format(body), CLOSES, version=5) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("seen = close[1] > 1", [0, 0, 1, 1]),
        ("seen = close[1] != 1", [0, 0, 1, 1]),
        ("up = close > 1\nseen = up[1] == false", [1, 1, 0, 0]),
        ("up = close > 1\nseen = up != up[1]", [0, 1, 0, 0]),
    ],
)
def test_in_version_6_it_is_false(body, expected):
    assert plotted(f"{body}\nplot(seen ? 1 : 0)", CLOSES) == expected
