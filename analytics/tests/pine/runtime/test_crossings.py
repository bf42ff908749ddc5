"""Crossings of two sources."""

from typing import Any

from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, closes, context_of, run


def fired(values: list[float], *, level: float = 1.0, version: int = 6) -> dict[str, list[Any]]:
    """On which bars each function is true, and on which it is na."""
    context = context_of(closes(values), version=version)
    calls = Calls(context)
    places = {name: calls[name] for name in ("ta.cross", "ta.crossover", "ta.crossunder")}
    rows = run(context, lambda: {name: place(context.close, level) for name, place in places.items()})
    found: dict[str, list[Any]] = {
        name.removeprefix("ta."): [bar for bar, row in enumerate(rows) if row[name]] for name in places
    }
    found["na"] = [bar for bar, row in enumerate(rows) if row["ta.cross"] is None]
    return found


def test_sides_that_change_on_every_bar() -> None:
    found = fired([2.0, 0.0, 2.0, 0.0, 2.0])
    assert (found["cross"], found["crossover"], found["crossunder"]) == ([1, 2, 3, 4], [2, 4], [1, 3])


def test_leaving_equality_from_the_start_is_a_crossover_but_no_cross() -> None:
    assert fired([1.0] * 6 + [2.0]) == {"cross": [], "crossover": [6], "crossunder": [], "na": []}
    assert fired([1.0] * 6 + [0.0]) == {"cross": [], "crossover": [], "crossunder": [6], "na": []}


def test_equality_between_keeps_the_side_for_cross_alone() -> None:
    assert fired([0.0] * 3 + [1.0] * 3 + [2.0])["cross"] == [6]
    from_above = fired([2.0] * 3 + [1.0] * 3 + [2.0])
    assert (from_above["cross"], from_above["crossover"]) == ([], [6])
    from_below = fired([0.0] * 3 + [1.0] * 3 + [0.0])
    assert (from_below["cross"], from_below["crossunder"]) == ([], [6])


def test_a_gap_leaves_the_sides_as_they_were() -> None:
    values = [NA, NA, NA, 0.0, 0.0, NA, 2.0, 2.0]
    assert fired(values, version=5) == {"cross": [6], "crossover": [6], "crossunder": [], "na": [0, 1, 2, 5]}
    assert fired(values)["na"] == []


def test_nearly_equal_sources_cross_over_but_do_not_cross() -> None:
    found = fired([1.0, 1.0 + 1e-12, 1.0, 1.0 - 1e-12])
    assert (found["cross"], found["crossover"], found["crossunder"]) == ([], [1], [3])


def test_change_of_a_condition_and_rising_falling() -> None:
    context = context_of(closes([1.0, 2.0, 2.0, 3.0, 1.0]))
    calls = Calls(context)
    change, rising, falling, momentum = (calls[f"ta.{name}"] for name in ("change", "rising", "falling", "mom"))
    rows = run(
        context,
        lambda: (
            change(context.close > 1.5, 1),
            rising(context.close, 2),
            falling(context.close, 2),
            momentum(context.close, 2),
        ),
    )
    assert [row[0] for row in rows] == [False, True, False, False, True]
    assert [row[1] for row in rows] == [False, False, False, True, False]
    assert [row[2] for row in rows] == [False, False, False, False, True]
    assert rows[3][3] == 1.0


def test_valuewhen_remembers_an_na_that_was_there() -> None:
    context = context_of(closes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]))
    calls = Calls(context)
    value0, value1 = calls["ta.valuewhen"], calls["ta.valuewhen"]

    def bar() -> tuple[float, float]:
        condition = context.bar_index % 3 == 0
        source = NA if context.bar_index % 2 == 0 else context.close
        return value0(condition, source, 0), value1(condition, source, 1)

    rows = run(context, bar)
    assert rows[3][0] == rows[4][0] == 4.0
    assert rows[3][1] != rows[3][1]
    assert rows[6][0] != rows[6][0]
    assert rows[6][1] == 4.0


def test_valuewhen_of_a_condition_is_never_na_from_version_6_on() -> None:
    for version, wanted in ((6, False), (5, None)):
        context = context_of(closes([1.0]), version=version)
        context.begin(0)
        assert Calls(context)["ta.valuewhen"](False, True, 0) is wanted
