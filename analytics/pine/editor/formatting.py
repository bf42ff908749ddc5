"""How a text looks tidy: one space where one belongs, four columns for a block, and everything that was written.

The words stay what they are, in their lines: wrapped lines stay wrapped, comments stay where they stand. A line that
goes on another begins six columns to the right of the statement and four more for each bracket inside brackets, so
never at a multiple of four, which is how the language tells it from a new statement. The lines of a text in three
quotes are part of it and stay as they are; those of a wrapped one move with the others. Before a text is handed out it
is read once more; if that gave other words than before, the text is left as it was.
"""

from analytics.pine.diagnostics import Diagnostics
from analytics.pine.editor.documents import Document
from analytics.pine.editor.protocol import Formatting, Range, TextEdit
from analytics.pine.syntax.lexer import Lexed, LongText, lex
from analytics.pine.syntax.tokens import (
    DEDENT,
    END,
    INDENT,
    INDENT_WIDTH,
    NAME,
    NEWLINE,
    OPERATOR,
    RESERVED,
    Token,
)

MOST_EMPTY_LINES = 2
_FIRST_WRAP = 6
_CLOSING_WRAP = 2
_GENERIC = frozenset({"array", "matrix", "map"})
_WORDS = RESERVED - {"true", "false"}


def formatted(text: str) -> Formatting:
    """Return a text in tidy form; one with signs that are no words of the language comes back as it is."""
    diagnostics = Diagnostics()
    lexed = lex(text, diagnostics)
    if diagnostics.failed:
        return Formatting(text, ())
    document = Document(text)
    lines = _Layout(document, lexed).lines()
    line_end = "\r\n" if "\r\n" in text else "\n"
    tidy = line_end.join(lines)
    if tidy == text or not _says_the_same(lexed, tidy):
        return Formatting(text, ())
    return Formatting(tidy, (_edit(document, lines, line_end),))


def _says_the_same(before: Lexed, tidy: str) -> bool:
    after = lex(tidy, Diagnostics())
    return (
        [(token.kind, token.text) for token in before.tokens] == [(token.kind, token.text) for token in after.tokens]
        and [comment.text for comment in before.comments] == [comment.text for comment in after.comments]
        and [one[:2] for one in before.annotations] == [one[:2] for one in after.annotations]
    )


def _edit(document: Document, lines: list[str], line_end: str) -> TextEdit:
    """Return what leads to the new lines: the stretch from the first that differs to the last."""
    old = document.lines
    first, most = 0, min(len(old), len(lines)) - 1
    while first < most and old[first] == lines[first]:
        first += 1
    same = 0
    while same < most - first and old[-1 - same] == lines[-1 - same]:
        same += 1
    changed = lines[first : len(lines) - same]
    begin = document.position(first + 1, 1)
    if same:
        end = document.position(len(old) - same + 1, 1)
        return TextEdit(Range(begin, end), "".join(f"{line}{line_end}" for line in changed))
    return TextEdit(Range(begin, document.position(len(old), len(old[-1]) + 1)), line_end.join(changed))


class _Layout:
    """Writes the lines of a text anew."""

    def __init__(self, document: Document, lexed: Lexed) -> None:
        self._document = document
        self._comments = {comment.line: comment for comment in lexed.comments}
        self._texts = lexed.texts
        self._first_line: dict[int, int] = {}
        """Where what stands behind a text over several lines begins: for its last line, the line of its row."""
        self._words: dict[int, list[tuple[int, Token]]] = {}
        """The words of each row, by its first line."""
        self._tokens: list[Token] = []
        self._begins: dict[int, int] = {}
        """The level of each line that begins a statement."""
        level = 0
        fresh = True
        for token in lexed.tokens:
            if token.kind == INDENT:
                level += 1
            elif token.kind == DEDENT:
                level -= 1
            elif token.kind in (NEWLINE, END):
                fresh = True
            else:
                if fresh:
                    self._begins[token.line] = level
                line = self._first_line.get(token.line, token.line)
                self._words.setdefault(line, []).append((len(self._tokens), token))
                text = self._texts.get((token.line, token.column))
                if text is not None:
                    self._first_line[text.line] = line
                self._tokens.append(token)
                fresh = False
        self._pointed = _type_brackets(self._tokens)
        self._signs = _signs(self._tokens, {words[0][0] for line, words in self._words.items() if line in self._begins})

    def lines(self) -> list[str]:
        """Return all lines, the last one empty if there is any other."""
        written: list[str] = []
        level, depth, empty = 0, 0, 0
        inside = self._inside()
        following = self._following()
        last = 0
        for number in range(1, len(self._document.lines) + 1):
            if number <= last:
                continue
            words = self._words.get(number)
            last = self._last_line(number)
            comment = self._comments.get(last)
            if not words and comment is None:
                empty += bool(written)
                continue
            written += [""] * min(empty, MOST_EMPTY_LINES)
            empty = 0
            if words:
                if number in self._begins:
                    level, depth = self._begins[number], 0
                    margin = level * INDENT_WIDTH
                else:
                    margin = level * INDENT_WIDTH + _wrapped(depth, words[0][1])
                row = " " * margin + self._row(words, level * INDENT_WIDTH, depth)
                depth = _depth(depth, words)
                written += (f"{row} {comment.text}" if comment is not None else row).split("\n")
            elif comment is not None:
                if number in inside:
                    margin = level * INDENT_WIDTH + _wrapped(depth, None)
                else:
                    margin = INDENT_WIDTH * self._level_of_comment(comment, level, following[number])
                written.append(" " * margin + comment.text)
        return [*written, ""] if written else written

    def _last_line(self, number: int) -> int:
        """Return the line in which the row that begins in a line ends."""
        last = number
        for _, token in self._words.get(number, ()):
            text = self._texts.get((token.line, token.column))
            if text is not None:
                last = text.line
        return last

    def _inside(self) -> set[int]:
        """Return the lines of comments inside of wrapped statements."""
        found: set[int] = set()
        waiting: list[int] = []
        for number in range(1, len(self._document.lines) + 1):
            if number in self._words:
                if number not in self._begins:
                    found.update(waiting)
                waiting = []
            elif number in self._comments:
                waiting.append(number)
        return found

    def _following(self) -> list[int]:
        """Return for each line the level of the next statement."""
        level = 0
        found = [0] * (len(self._document.lines) + 1)
        for number in range(len(self._document.lines), 0, -1):
            found[number] = level
            level = self._begins.get(number, level)
        return found

    def _level_of_comment(self, comment: Token, before: int, after: int) -> int:
        """Return the level of a comment: its own, as far as that lies between those of the statements around it."""
        text = self._document.lines[comment.line - 1][: comment.column - 1]
        own = round(len(text.expandtabs(INDENT_WIDTH)) / INDENT_WIDTH)
        return min(max(own, min(before, after)), max(before, after))

    def _row(self, words: list[tuple[int, Token]], margin: int, depth: int) -> str:
        """Return what stands in a row, which has several lines if a text in it has."""
        parts: list[str] = []
        for place, (number, token) in enumerate(words):
            if place and self._parted(number):
                parts.append(" ")
            text = self._texts.get((token.line, token.column))
            if text is None:
                parts.append(self._document.lines[token.line - 1][token.column - 1 : token.end - 1])
            else:
                parts.append(self._long_text(token, text, margin + _wrapped(_depth(depth, words[:place]), None)))
        return "".join(parts)

    def _long_text(self, token: Token, text: LongText, margin: int) -> str:
        lines = self._document.lines[token.line - 1 : text.line]
        lines[-1] = lines[-1][: text.position]
        lines[0] = lines[0][token.column - 1 :]
        if text.kept:
            return "\n".join(lines)
        return f"\n{' ' * margin}".join(line.strip() for line in lines)

    def _parted(self, number: int) -> bool:
        """Return whether a space stands in front of a token."""
        before, token = self._tokens[number - 1], self._tokens[number]
        left = before.text if before.kind == OPERATOR else ""
        right = token.text if token.kind == OPERATOR else ""
        if right in (",", ")", "]", ".") or left in ("(", "[", ".") or (number - 1) in self._signs:
            return False
        if number in self._pointed:
            return False
        if (number - 1) in self._pointed:
            return left == ">" and right not in ("(", "[")
        if right in ("(", "["):
            if before.kind == NAME:
                return before.text in _WORDS or self._counts(number - 1)
            return left not in (")", "]", "")
        return True

    def _counts(self, number: int) -> bool:
        return _counts(self._tokens, number)


def _wrapped(depth: int, first: Token | None) -> int:
    """Return how far a line that goes on another stands to the right of the statement."""
    if first is not None and first.kind == OPERATOR and first.text in (")", "]"):
        return _CLOSING_WRAP + INDENT_WIDTH * max(depth - 1, 0)
    return _FIRST_WRAP + INDENT_WIDTH * max(depth - 1, 0)


def _depth(depth: int, words: list[tuple[int, Token]]) -> int:
    for _, token in words:
        if token.kind == OPERATOR:
            if token.text in "([":
                depth += 1
            elif token.text in ")]":
                depth = max(depth - 1, 0)
    return depth


def _type_brackets(tokens: list[Token]) -> frozenset[int]:
    """Return the numbers of the tokens `<` and `>` that stand around types."""
    found: set[int] = set()
    for number, token in enumerate(tokens):
        if token.kind != OPERATOR or token.text != "<" or not number or number in found:
            continue
        name = tokens[number - 1]
        if name.text == "new" and number > 2:
            name = tokens[number - 3]
        if name.kind == NAME and name.text in _GENERIC:
            found |= _closed(tokens, number)
    return frozenset(found)


def _closed(tokens: list[Token], begin: int) -> set[int]:
    """Return the brackets from `<` to its `>`, nothing if only types with something behind them stand there."""
    found: set[int] = set()
    depth = 0
    for number in range(begin, min(begin + 40, len(tokens) - 1)):
        token = tokens[number]
        if token.kind == OPERATOR and token.text in "<>":
            depth += 1 if token.text == "<" else -1
            found.add(number)
            if depth == 0:
                following = tokens[number + 1]
                return found if following.kind == NAME or following.text == "(" else set()
        elif token.kind == NAME:
            if token.text in RESERVED:
                return set()
        elif token.kind != OPERATOR or token.text not in (",", ".", "[", "]"):
            return set()
    return set()


def _signs(tokens: list[Token], first: set[int]) -> frozenset[int]:
    """Return the numbers of the tokens `-` and `+` that are signs of what follows; `first` begin statements."""
    found: set[int] = set()
    for number, token in enumerate(tokens):
        if token.kind != OPERATOR or token.text not in ("-", "+"):
            continue
        before = tokens[number - 1]
        if number in first:
            found.add(number)
        elif before.kind == OPERATOR:
            if before.text not in (")", "]"):
                found.add(number)
        elif before.kind == NAME and (before.text in _WORDS or _counts(tokens, number - 1)):
            found.add(number)
    return frozenset(found)


def _counts(tokens: list[Token], number: int) -> bool:
    """Return whether a token is the word `to` or `by` of a counting loop, which may be names elsewhere."""
    if tokens[number].text not in ("to", "by") or tokens[number].kind != NAME:
        return False
    return any(token.text == "for" for token in tokens[max(0, number - 30) : number])
