"""Scripts that end anywhere, asked everything everywhere: always an answer, and one that an editor can read."""

import json
import random

import pytest

from analytics.pine import editor
from analytics.pine.program import check
from analytics.tests.pine.editor.texts import SCRIPT_TEXTS
from analytics.tests.pine.worker.test_mutations import mutated

TEXTS = list(SCRIPT_TEXTS.values())


def ask_everything(text, line, character):
    """Ask all questions about a place and write the answers as JSON."""
    answers = [
        *editor.diagnose(text),
        *editor.complete(text, line, character),
        editor.hover(text, line, character),
        editor.signature(text, line, character),
        editor.format(text),
    ]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for answer in answers:
        if answer is None:
            continue
        json.dumps(answer.as_json(), allow_nan=False)
        found = getattr(answer, "range", None)
        if found is not None:
            begin, end = (found.start.line, found.start.character), (found.end.line, found.end.character)
            assert (0, 0) <= begin <= end
            assert end[0] < len(lines)
            assert end[1] <= len(lines[end[0]].encode("utf-16-le")) // 2


def ask_around(text, choose, places):
    lines = text.split("\n")
    ask_everything(text, len(lines) - 1, len(lines[-1]))
    for _ in range(places):
        line = choose.randrange(len(lines))
        ask_everything(text, line, choose.randrange(len(lines[line]) + 1))


@pytest.mark.parametrize("seed", range(150))
def test_a_script_may_end_anywhere(seed):
    choose = random.Random(seed)
    text = choose.choice(TEXTS)
    cut = choose.randrange(len(text) + 1)
    rest = text[choose.randrange(cut, len(text) + 1) :] if seed % 2 else ""

    ask_around(text[:cut] + rest, choose, 8)


@pytest.mark.parametrize("seed", range(60))
def test_a_script_may_hold_anything(seed):
    ask_around(mutated(seed), random.Random(seed), 8)


@pytest.mark.long
@pytest.mark.parametrize("text", TEXTS, ids=SCRIPT_TEXTS.keys())
def test_a_script_may_end_at_every_place(text):
    for cut in range(len(text) + 1):
        begun = text[:cut]
        line = begun.count("\n")
        ask_everything(begun, line, cut - begun.rfind("\n") - 1)


@pytest.mark.parametrize(("line", "character"), [(-1, -1), (0, 10_000), (10_000, 0), (1, -5)])
def test_places_outside_of_the_text_are_its_ends(line, character):
    ask_everything('//@version=6\nindicator("t")\nplot(close)', line, character)


@pytest.mark.parametrize("text", TEXTS, ids=SCRIPT_TEXTS.keys())
def test_problems_are_those_of_the_compiler(text):
    assert [problem.code for problem in editor.diagnose(text)] == [found.code for found in check(text)]


def test_a_problem_as_the_protocol_has_it():
    (problem,) = editor.diagnose('//@version=6\nindicator("t")\nx = "\U0001f600" + clos')

    assert problem.as_json() == {
        "range": {"start": {"line": 2, "character": 11}, "end": {"line": 2, "character": 15}},
        "severity": 1,
        "code": "name-unknown",
        "source": "pine",
        "message": "`clos` is not declared. Is `close` meant?",
    }


def test_characters_are_counted_as_editors_count_them():
    text = '//@version=6\nindicator("t")\nx = str.length("\U0001f600\U0001f600") + ta.s'

    labels = [item.label for item in editor.complete(text, 2, len(text.split("\n")[2]) + 2)]

    assert "sma" in labels


def test_a_text_is_read_once_for_all_questions(monkeypatch):
    from analytics.pine.editor import reading

    made = []
    begin = reading.Reading.__init__
    monkeypatch.setattr(reading.Reading, "__init__", lambda self, text: (made.append(text), begin(self, text))[1])
    text = '//@version=6\nindicator("read once")\nplot(close)'

    ask_everything(text, 2, 4)
    ask_everything(text, 2, 8)

    assert made == [text]
