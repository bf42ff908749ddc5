"""What is offered at a place is what the compiler takes there, no more and no less: it is asked about every name."""

import random

import pytest

from analytics.pine import editor
from analytics.pine.diagnostics import MOST
from analytics.pine.editor.protocol import ItemKind
from analytics.pine.editor.reading import read
from analytics.pine.program import check
from analytics.pine.reference import functions, namespaces, values
from analytics.tests.pine.editor.texts import SCRIPT_TEXTS

PLACES = 6


def declared_names(text):
    """Return the names of all variables of a script, wherever they are seen, that the language does not know."""
    names = {name for name, _, _ in read(text).observer.symbols}
    return sorted(names - {"t", "_"} - set(values()) - set(functions()) - set(namespaces()))


def with_lines(text, line, rows):
    lines = text.split("\n")
    return "\n".join([*lines[: line - 1], *rows, *lines[line - 1 :]])


def taken_by_compiler(text, line, margin, names):
    """Return the names that the compiler knows in front of a line; None if no statement may stand there."""
    if check(with_lines(text, line, [f"{margin}probe = 1"])) != check(with_lines(text, line, [f"{margin}other = 1"])):
        return None
    found = check(with_lines(text, line, [f"{margin}probe{place} = {name}" for place, name in enumerate(names)]))
    if any(one.code != "name-unknown" for one in found if one.severity == "error"):
        return None
    unknown = {one.line for one in found if one.code == "name-unknown"}
    return {name for place, name in enumerate(names) if line + place not in unknown}


@pytest.mark.parametrize("text", SCRIPT_TEXTS.values(), ids=SCRIPT_TEXTS.keys())
def test_the_compiler_and_the_editor_see_the_same_names(text):
    names = declared_names(text)[: MOST - 10]
    reading = read(text)
    rows = [row for row in reading.rows if row.first]
    for row in random.Random(len(text)).sample(rows, min(PLACES, len(rows))):
        margin = "    " * row.level
        taken = taken_by_compiler(text, row.line, margin, names)
        if taken is None:
            continue
        asked = with_lines(text, row.line, [margin])
        offered = {
            item.label
            for item in editor.complete(asked, row.line - 1, len(margin))
            if item.kind is ItemKind.VARIABLE and item.label in names
        }

        assert offered == taken, (row.line, text.split("\n")[row.line - 1])


def test_the_comparison_is_made_at_many_places():
    compared = 0
    for text in SCRIPT_TEXTS.values():
        rows = [row for row in read(text).rows if row.first]
        for row in random.Random(len(text)).sample(rows, min(PLACES, len(rows))):
            compared += taken_by_compiler(text, row.line, "    " * row.level, declared_names(text)[:3]) is not None

    assert compared > 100
