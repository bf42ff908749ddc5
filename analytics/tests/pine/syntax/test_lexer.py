import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.diagnostics import Diagnostics
from analytics.pine.syntax.lexer import lex, string_value


def words(source: str) -> list[str]:
    diagnostics = Diagnostics()
    tokens = lex(source, diagnostics).tokens
    assert diagnostics.sorted() == ()
    return [token.text or token.kind for token in tokens]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1", ["a", "=", "1", "newline", "end"]),
        ("1. .5 1e3 1.5E-2 12", ["1.", ".5", "1e3", "1.5E-2", "12", "newline", "end"]),
        ("#ff0000 #FF000080", ["#ff0000", "#FF000080", "newline", "end"]),
        ("a := b // c", ["a", ":=", "b", "newline", "end"]),
        ("'a//b' \"it's\"", ["'a//b'", '"it\'s"', "newline", "end"]),
        ("\ufeffa", ["a", "newline", "end"]),
    ],
)
def test_words(source, expected):
    assert words(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a\n    b\nc", ["if", "a", "newline", "indent", "b", "newline", "dedent", "c", "newline", "end"]),
        ("if a\n\tb\n", ["if", "a", "newline", "indent", "b", "newline", "dedent", "end"]),
        (
            "if a\n    b\n\n  // note\n    c",
            ["if", "a", "newline", "indent", "b", "newline", "c", "newline", "dedent", "end"],
        ),
    ],
)
def test_blocks(source, expected):
    assert words(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "a = b\n  + c",
        "a = b\n     + c",
        "a = b +\nc",
        "a = b +\n    c",
        "a = b\n    and c",
        "a = b\n    ? c\n    : d",
        "f(a,\n    b,\nc)",
        "f(\n    a // first\n  , b)",
    ],
)
def test_wrapped_lines_are_one_line(source):
    assert words(source).count("newline") == 1
    assert "indent" not in words(source)


def test_a_line_in_a_block_is_wrapped_as_well():
    assert words("if a\n    b = c +\n      d\n    e").count("newline") == 3


def test_annotations_are_kept_with_their_lines():
    annotations = lex("//@version=6\n//@variable The length\nlength = 1\n// plain", Diagnostics()).annotations

    assert [tuple(annotation) for annotation in annotations] == [("version", "6", 1), ("variable", "The length", 2)]


@pytest.mark.parametrize(
    ("source", "code", "column"),
    [
        ('a = "b', "string-not-closed", 5),
        ("a = #12", "colour-malformed", 5),
        ("a = b;", "character-unknown", 6),
        ("a = “b”", "character-unknown", 5),
    ],
)
def test_what_is_no_word_is_reported(source, code, column):
    diagnostics = Diagnostics()
    lex(source, diagnostics)

    first = diagnostics.sorted()[0]
    assert (first.code, first.line, first.column) == (code, 1, column)


def test_too_many_lines_are_refused():
    diagnostics = Diagnostics()
    lex("a\n" * 6000, diagnostics)

    assert diagnostics.sorted()[0].code == "source-too-long"


def test_escapes():
    assert string_value(r'"a\n\"b\"\\"') == 'a\n"b"\\'


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_gives_tokens_in_the_order_of_the_source(source):
    tokens = lex(source, Diagnostics()).tokens

    assert tokens[-1].kind == "end"
    places = [(token.line, token.column) for token in tokens if token.text]
    assert places == sorted(places)
    depth = 0
    for token in tokens:
        depth += (token.kind == "indent") - (token.kind == "dedent")
        assert depth >= 0
    assert depth == 0
