"""What stands at a place of a text: the word there, what it belongs to, the call around it."""

import re
from dataclasses import dataclass, field

from analytics.pine.editor.reading import STRUCTURAL, Reading
from analytics.pine.syntax.tokens import INDENT_WIDTH, NAME, NEWLINE, OPERATOR, RESERVED, STRING, Token

_BEGINNING_ANNOTATION = re.compile(r"\s*//\s*@(\w*)$")
_LITERALS = frozenset({STRING, "int", "float", "color"})
MOST_LOOKED_AT = 5_000
"""Words that are gone back for the beginning of a call."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens from `begin` to before `end`, by number."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Around:
    """A call that is open at a place: what is called, what was written in it, which argument the place is in.

    `given` are the arguments before the place, with their names; `name` is that of the argument at the place.
    """

    callee: Stretch
    given: list[tuple[str, Stretch]]
    name: str
    bare: bool
    """Whether nothing is written of the argument yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """`before` is the number of the first token that is not before the word; `word` is what is written of it."""

    line: int
    column: int
    before: int
    word: str = ""
    annotation: str | None = None
    silent: bool = False
    """Whether nothing of the language stands there: a comment, a text, a number."""
    receiver: Stretch | None = None
    """What stands in front of the dot in front of the word; an empty stretch if that is no expression."""
    around: Around | None = field(default=None)

    @property
    def word_column(self) -> int:
        return self.column - len(self.word)


def place_at(reading: Reading, line: int, column: int) -> Place:
    """Return what stands directly before a place."""
    comment = reading.comments.get(line)
    if comment is not None and column > comment.column + 1:
        found = _BEGINNING_ANNOTATION.match(reading.document.lines[line - 1][: column - 1])
        if found:
            return Place(line, column, 0, found[1], found[1], silent=True)
        return Place(line, column, 0, silent=True)
    before = reading.tokens_before(line, column)
    while before and reading.tokens[before - 1].kind == NEWLINE and reading.tokens[before - 1].line == line:
        before -= 1  # a line ends behind its last word; the place may be further to the right
    word = ""
    token = reading.tokens[before - 1] if before else None
    if token is not None and token.line == line and token.kind not in STRUCTURAL:
        if token.kind == NAME and column <= token.end:
            word = token.text[: column - token.column]
            before -= 1
        elif token.kind in _LITERALS and (column < token.end or (column == token.end and _goes_on(reading, token))):
            return Place(line, column, before, silent=True, around=around(reading, before - 1, column))
    receiver = None
    if before and reading.is_operator(before - 1, "."):
        begin = chain_begin(reading, before - 2)
        receiver = Stretch(before - 1, before - 1) if begin is None else Stretch(begin, before - 1)
    return Place(line, column, before, word, receiver=receiver, around=around(reading, before, column))


def _goes_on(reading: Reading, token: Token) -> bool:
    """Return whether what is written behind a literal still belongs to it: a number, a colour, a text left open."""
    if token.kind != STRING:
        return True
    written = reading.document.lines[token.line - 1][token.column - 1 : token.end - 1]
    return len(written) < 2 or written[-1] != written[0] or written != token.text


def chain_begin(reading: Reading, number: int) -> int | None:
    """Return where the chain of names, dots, calls and `[]` begins that ends with a token; None if there is none."""
    tokens = reading.tokens
    while number >= 0:
        token = tokens[number]
        if token.kind == OPERATOR and token.text in (")", "]"):
            opening = _opening(tokens, number)
            if opening is None:
                return None
            number = opening - 1
            if number >= 0 and reading.is_operator(number, ">"):
                number = _type_arguments(tokens, number)
            if token.text == ")" and not _can_be_called(tokens, number):
                return opening
            continue
        if token.kind in _LITERALS:
            return number
        if token.kind != NAME or token.text in RESERVED - {"true", "false"}:
            return None
        if not (number and reading.is_operator(number - 1, ".")):
            return number
        number -= 2
    return None


def _can_be_called(tokens: list[Token], number: int) -> bool:
    return number >= 0 and tokens[number].kind == NAME and tokens[number].text not in RESERVED


def _opening(tokens: list[Token], number: int) -> int | None:
    depth = 0
    for position in range(number, max(-1, number - MOST_LOOKED_AT), -1):
        token = tokens[position]
        if token.kind in STRUCTURAL:
            return None
        if token.kind == OPERATOR:
            if token.text in ")]":
                depth += 1
            elif token.text in "([":
                depth -= 1
                if depth == 0:
                    return position
    return None


def _type_arguments(tokens: list[Token], number: int) -> int:
    """Return the number of the word in front of `<…>` that ends with a token; the token itself if that is none."""
    depth = 0
    for position in range(number, max(-1, number - 40), -1):
        text = tokens[position].text
        if text == ">":
            depth += 1
        elif text == "<":
            depth -= 1
            if depth == 0:
                return position - 1
        elif tokens[position].kind != NAME and text not in (",", ".", "[", "]"):
            break
    return number


def around(reading: Reading, before: int, column: int) -> Around | None:
    """Return the innermost call that is open in front of a token."""
    tokens = reading.tokens
    first = max(0, before - MOST_LOOKED_AT)
    position = before - 1
    while position >= first and tokens[position].kind in STRUCTURAL:
        position -= 1  # the place may be on an empty line, below a call that was left open
    if position < before - 1 and not _is_further_right(reading, position, column):
        return None
    before = position + 1
    depth, commas = 0, [before]
    for number in range(position, first - 1, -1):
        token = tokens[number]
        if token.kind in STRUCTURAL:
            return None
        if token.kind != OPERATOR:
            continue
        if token.text in (")", "]"):
            depth += 1
        elif token.text == "[":
            if depth:
                depth -= 1
            else:
                commas = [before]  # a group is one argument
        elif token.text == "(":
            if depth:
                depth -= 1
                continue
            found = _call(reading, number, commas)
            if found is not None:
                return found
            commas = [before]  # brackets around an expression
        elif token.text == "," and depth == 0:
            commas.append(number)
    return None


def _is_further_right(reading: Reading, last: int, column: int) -> bool:
    """Return whether a place on an empty line may belong to the statement above it, whose last word is given."""
    number = reading.row_number(reading.tokens[last].line) if last >= 0 else -1
    return number >= 0 and column > reading.rows[number].level * INDENT_WIDTH + 1


def _call(reading: Reading, bracket: int, commas: list[int]) -> Around | None:
    """Return the call that a bracket opens; `commas` are those between its arguments, the last first."""
    last = bracket - 1
    if last >= 0 and reading.is_operator(last, ">"):
        last = _type_arguments(reading.tokens, last)
    if not _can_be_called(reading.tokens, last):
        return None
    begin = chain_begin(reading, last)
    if begin is None:
        return None
    ends = [*reversed(commas[1:]), commas[0]]
    given: list[tuple[str, Stretch]] = []
    start = bracket + 1
    for end in ends:
        name, stretch = _named(reading, start, end)
        given.append((name, stretch))
        start = end + 1
    name, stretch = given.pop()
    bare = not name and stretch.begin >= stretch.end
    return Around(Stretch(begin, last + 1), given, name, bare)


def _named(reading: Reading, begin: int, end: int) -> tuple[str, Stretch]:
    if begin + 1 < end and reading.is_name(begin) and reading.is_operator(begin + 1, "="):
        return reading.tokens[begin].text, Stretch(begin + 2, end)
    return "", Stretch(begin, end)
