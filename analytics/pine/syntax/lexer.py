"""Source text to tokens: Pine's indentation, its wrapped lines and its annotations.

A line goes on on the next one when that is indented by no multiple of four columns, while a bracket is open, after an
operator, and before an operator that cannot begin a statement. The first two are the language's rule; the others are
how people write and have one meaning only.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.syntax.tokens import (
    COLOR,
    COMMENT,
    DEDENT,
    END,
    INDENT,
    INDENT_WIDTH,
    NAME,
    NEWLINE,
    OPERATOR,
    STRING,
    Annotation,
    Token,
)

LONGEST_SOURCE_LINES = 5_000
LONGEST_SOURCE = 500_000
LONGEST_LINE = 10_000
LONGEST_TEXT_LINES = 50
"""How many lines a wrapped text may have."""

_SPACES = " \t\f\u00a0\ufeff\u200b"
_TOKEN = re.compile(
    r"""
    [ \t\f\u00a0\ufeff\u200b]*+
  (?:
    (?P<comment>//.*)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<float>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
  | (?P<int>\d+)
  | (?P<triple>"{3}|'{3})
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<color>\#[0-9A-Fa-f]{8}(?![0-9A-Fa-f])|\#[0-9A-Fa-f]{6}(?![0-9A-Fa-f]))
  | (?P<operator>:=|=>|==|!=|<=|>=|\+=|-=|\*=|/=|%=|[-+*/%<>=?:.,()\[\]])
  | (?P<nothing>$)
  | (?P<strange>.)
  )
    """,
    re.VERBOSE,
)
_GROUPS = ("", *sorted(_TOKEN.groupindex, key=_TOKEN.groupindex.__getitem__))
_ANNOTATION = re.compile(r"//\s*@([A-Za-z_]\w*)\s*=?\s*(.*)")
_ENDS_OPEN = frozenset(
    {
        ":=",
        "==",
        "!=",
        "<=",
        ">=",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<",
        ">",
        "?",
        ":",
        ",",
        ".",
    }
)
_CLOSING = {quote: re.compile(rf"((?:[^{quote}\\]|\\.)*){quote}") for quote in "\"'"}
_OPEN_WORDS = frozenset({"and", "or", "not"})
_NEVER_FIRST = frozenset({"==", "!=", "<=", ">=", "*", "/", "%", "<", ">", "?", ":", ",", ".", ")", "]", "=>"})
_NEVER_FIRST_WORDS = frozenset({"and", "or"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class LongText(NamedTuple):
    """Where a text over several lines ends: a line and how many characters of it; `kept` as they are, or wrapped."""

    line: int
    position: int
    kept: bool


@dataclass(slots=True)
class Lexed:
    """`texts` are those over several lines, by the line and column in which they begin."""

    tokens: list[Token]
    annotations: list[Annotation]
    comments: list[Token]
    texts: dict[tuple[int, int], LongText]


def string_value(literal: str) -> str:
    """Return what a string literal, with its quotes, means."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), body)


def lex(source: str, diagnostics: Diagnostics) -> Lexed:
    """Return the tokens of a source; what is no token is reported and left out."""
    lexer = _Lexer(source, diagnostics)
    lexed = lexer.run()
    if lexer.never_closed:
        lexed = _Lexer(source, diagnostics, lexer.never_closed).run()
    return lexed


class _Lexer:
    """`left_open` are brackets that an earlier go found to be closed nowhere: the next statement ends them."""

    def __init__(
        self, source: str, diagnostics: Diagnostics, left_open: frozenset[tuple[int, int]] = frozenset()
    ) -> None:
        self._lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._diagnostics = diagnostics
        self._tokens: list[Token] = []
        self._annotations: list[Annotation] = []
        self._comments: list[Token] = []
        self._left_open = left_open
        self._open: list[tuple[int, int]] = []
        self._level = 0
        self._texts: dict[tuple[int, int], LongText] = {}
        self._text_ends = LongText(0, 0, kept=False)
        """The last text over several lines."""

    def run(self) -> Lexed:
        lines = self._lines
        size = sum(map(len, lines))
        if size > LONGEST_SOURCE:
            message = f"The script has {size} characters; {LONGEST_SOURCE} are the most."
            self._diagnostics.error("source-too-long", Span(1, 1, 1), message, "Split the script.")
            lines = []
        if len(lines) > LONGEST_SOURCE_LINES:
            span = Span(LONGEST_SOURCE_LINES, 1, 1)
            message = f"The script has {len(lines)} lines; {LONGEST_SOURCE_LINES} are the most."
            self._diagnostics.error("source-too-long", span, message, "Split the script.")
            lines = lines[:LONGEST_SOURCE_LINES]
        for number, text in enumerate(lines, start=1):
            if len(text) > LONGEST_LINE:
                message = f"The line has {len(text)} characters; {LONGEST_LINE} are the most."
                self._diagnostics.error("line-too-long", Span(number, 1, 1), message, "Wrap the line.")
                continue
            if number < self._text_ends.line:
                continue
            if number == self._text_ends.line:
                self._scan(number, text, self._text_ends.position)
                continue
            self._line(number, text)
        last = len(lines)
        column = len(lines[-1]) + 1 if lines else 1
        self._end_line(last, column)
        self._to_level(0, last, column)
        self._tokens.append(Token(END, "", last, column, column))
        return Lexed(self._tokens, self._annotations, self._comments, self._texts)

    @property
    def never_closed(self) -> frozenset[tuple[int, int]]:
        """Where the brackets stand that were still open at the end."""
        return frozenset(self._open)

    def _line(self, number: int, text: str) -> None:
        stripped = text.strip(_SPACES)
        if not stripped:
            return
        if stripped.startswith("//"):
            begin = text.index("//") + 1
            self._comments.append(Token(COMMENT, stripped, number, begin, begin + len(stripped)))
            self._annotation(stripped, number)
            return
        position = len(text) - len(text.lstrip(_SPACES))
        width = len(text[:position].replace("\ufeff", "").replace("\u200b", "").expandtabs(INDENT_WIDTH))
        self._begin_line(number, position, width, stripped)
        self._scan(number, text, position)

    def _annotation(self, text: str, number: int) -> None:
        found = _ANNOTATION.match(text)
        if found:
            self._annotations.append(Annotation(found[1], found[2].strip(), number))

    def _begin_line(self, number: int, position: int, width: int, stripped: str) -> None:
        tokens = self._tokens
        if self._open:
            if not self._ends_bracket(width, stripped):
                return
            self._open.clear()
            self._begin_statement(number, position, width)
            return
        if not tokens or tokens[-1].kind in (NEWLINE, INDENT, DEDENT):
            self._to_level(width // INDENT_WIDTH, number, position + 1)
            return
        if self._continues(width, stripped):
            return
        self._begin_statement(number, position, width)

    def _begin_statement(self, number: int, position: int, width: int) -> None:
        last = self._tokens[-1]
        self._end_line(last.line, last.end)
        self._to_level(width // INDENT_WIDTH, number, position + 1)

    def _ends_bracket(self, width: int, stripped: str) -> bool:
        """Return whether a line begins a statement that was not meant to be inside the bracket left open above."""
        if width == 0 and _DECLARES.match(stripped):
            return True
        return (
            bool(self._left_open)
            and width == self._level * INDENT_WIDTH
            and _BEGINS.match(stripped) is not None
            and not self._left_open.isdisjoint(self._open)
        )

    def _continues(self, width: int, stripped: str) -> bool:
        if width % INDENT_WIDTH:
            return True
        last = self._tokens[-1]
        if last.kind == OPERATOR and last.text in _ENDS_OPEN:
            # `y = …` is part of no expression: what stands above it was left unfinished.
            return last.text == "," or _DECLARATION.match(stripped) is None
        if last.kind == NAME and last.text in _OPEN_WORDS:
            return True
        found = _TOKEN.match(stripped)
        if found is None:
            return False
        if found.lastgroup == "name":
            return found.group() in _NEVER_FIRST_WORDS
        if found.lastgroup != "operator":
            return False
        # `=> value` begins the last arm of a switch.
        return found.group() in _NEVER_FIRST and found.group() != "=>"

    def _end_line(self, line: int, column: int) -> None:
        if self._tokens and self._tokens[-1].kind not in (NEWLINE, INDENT, DEDENT):
            self._tokens.append(Token(NEWLINE, "", line, column, column))

    def _to_level(self, level: int, line: int, column: int) -> None:
        while self._level < level:
            self._level += 1
            self._tokens.append(Token(INDENT, "", line, column, column))
        while self._level > level:
            self._level -= 1
            self._tokens.append(Token(DEDENT, "", line, column, column))

    def _scan(self, number: int, text: str, position: int) -> None:
        append, new, open_brackets = self._tokens.append, tuple.__new__, self._open
        going = True
        while going:
            going = False
            for found in _TOKEN.finditer(text, position):
                group = found.lastindex or 0
                kind = _GROUPS[group]
                begin, end = found.span(group)
                if kind == "nothing":
                    break
                if kind == "triple":
                    position = self._tripled(number, text, begin)
                    going = True
                    break
                if kind == "strange":
                    position = self._strange(number, text, begin)
                    going = True
                    break
                word = found[group]
                if kind == COMMENT:
                    self._comments.append(Token(COMMENT, word.rstrip(), number, begin + 1, end + 1))
                    break
                if kind == OPERATOR:
                    if word in "([":
                        open_brackets.append((number, begin))
                    elif word in ")]" and open_brackets:
                        open_brackets.pop()
                append(new(Token, (kind, word, number, begin + 1, end + 1)))

    def _tripled(self, number: int, text: str, position: int) -> int:
        """Read a text in three quotes, which keeps its line ends."""
        quotes = text[position : position + 3]
        parts, line, begin = [], number, position + 3
        while True:
            row = self._lines[line - 1]
            end = row.find(quotes, begin)
            if end >= 0:
                break
            parts.append(row[begin:])
            if line == len(self._lines):
                return self._not_closed(number, text, position, quotes)
            line, begin = line + 1, 0
        parts.append(row[begin:end])
        value = "\n".join(parts)
        token_end = end + 4 if line == number else len(text) + 1
        self._tokens.append(Token(STRING, f"{quotes[0]}{value}{quotes[0]}", number, position + 1, token_end))
        if line == number:
            return end + 3
        self._text_ends = self._texts[number, position + 1] = LongText(line, end + 3, kept=True)
        return len(text)

    def _wrapped(self, number: int, text: str, position: int) -> bool:
        """Read a text that goes on on lines indented like wrapped ones; where it is wrapped there is one space."""
        quote = text[position]
        parts = [text[position + 1 :].rstrip()]
        closing = _CLOSING[quote]
        for line in range(number + 1, min(number + LONGEST_TEXT_LINES, len(self._lines)) + 1):
            row = self._lines[line - 1]
            stripped = row.lstrip(" \t")
            width = len(row[: len(row) - len(stripped)].expandtabs(INDENT_WIDTH))
            if not stripped or not width % INDENT_WIDTH:
                return False
            found = closing.match(stripped)
            if found is None:
                parts.append(stripped.rstrip())
                continue
            parts.append(found[1])
            self._tokens.append(Token(STRING, f"{quote}{' '.join(parts)}{quote}", number, position + 1, len(text) + 1))
            end = len(row) - len(stripped) + found.end()
            self._text_ends = self._texts[number, position + 1] = LongText(line, end, kept=False)
            return True
        return False

    def _not_closed(self, number: int, text: str, position: int, quotes: str) -> int:
        span = Span(number, position + 1, len(text) + 1)
        self._diagnostics.error("string-not-closed", span, "The text does not end.", f"Close it with {quotes}.")
        self._tokens.append(Token(STRING, quotes[0] * 2, *span))
        return len(text)

    def _strange(self, number: int, text: str, position: int) -> int:
        character = text[position]
        if character in "\"'":
            if self._wrapped(number, text, position):
                return len(text)
            span = Span(number, position + 1, len(text) + 1)
            self._diagnostics.error(
                "string-not-closed", span, "The text does not end on its line.", f"Close it with {character}."
            )
            self._tokens.append(Token(STRING, character + character, *span))
            return len(text)
        end = position + 1
        if character == "#":
            while end < len(text) and text[end].isalnum():
                end += 1
            span = Span(number, position + 1, end + 1)
            self._diagnostics.error("colour-malformed", span, "A colour has six or eight hexadecimal digits.")
            self._tokens.append(Token(COLOR, "#000000", *span))
            return end
        while end < len(text) and not text[end].isascii():
            end += 1
        shown = text[position:end]
        span = Span(number, position + 1, end + 1)
        hint = _MEANT.get(character, "")
        self._diagnostics.error("character-unknown", span, f"{shown!r} has no meaning here.", hint)
        return end


_DECLARES = re.compile(
    r"(?:var|varip|if|for|while|switch|export|type|enum|import)\s|[A-Za-z_]\w*\s*:=|[A-Za-z_]\w*\([^()]*\)\s*=>"
)
_DECLARATION = re.compile(
    r"(?:[A-Za-z_][\w.]*(?:<[\w., ]*>)?(?:\[\])?[ \t]+){0,3}[A-Za-z_]\w*[ \t]*:?=(?!=)|\[[^\[\]]*\][ \t]*="
)
_BEGINS = re.compile(rf"{_DECLARATION.pattern}|[A-Za-z_][\w.]*\(|(?:if|for|while|switch|type|enum|method)\s")
_MEANT = {
    ";": "Statements on one line are parted by a comma.",
    "{": "Blocks are made by indentation.",
    "}": "Blocks are made by indentation.",
    "!": "Write `not` or `!=`.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "^": "Use `math.pow()`.",
    "“": 'Use the straight quote ".',
    "”": 'Use the straight quote ".',
    "‘": "Use the straight quote '.",
    "’": "Use the straight quote '.",
}
