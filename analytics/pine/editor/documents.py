"""A text by lines, and the two ways to count in it."""

from analytics.pine.diagnostics import Span
from analytics.pine.editor.protocol import Position, Range


class Document:
    """The lines of a text; inside this package lines and columns count from 1, in characters, as the compiler does."""

    def __init__(self, text: str) -> None:
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def place(self, line: int, character: int) -> tuple[int, int]:
        """Return line and column of a position; one outside of the text is the nearest inside."""
        number = min(max(line, 0), len(self.lines) - 1)
        text = self.lines[number]
        if line != number:
            return number + 1, 1 if line < 0 else len(text) + 1
        if text.isascii():
            return number + 1, min(max(character, 0), len(text)) + 1
        column, units = 1, 0
        for letter in text:
            units += _units(letter)
            if units > character:
                break
            column += 1
        return number + 1, column

    def position(self, line: int, column: int) -> Position:
        """Return the position of a line and a column."""
        number = min(max(line, 1), len(self.lines))
        before = self.lines[number - 1][: max(column, 1) - 1]
        return Position(number - 1, len(before) if before.isascii() else sum(map(_units, before)))

    def range(self, line: int, column: int, end: int) -> Range:
        """Return the range of a stretch of a line."""
        return Range(self.position(line, column), self.position(line, max(column, end)))

    def range_of(self, span: Span) -> Range:
        return self.range(span.line, span.column, span.end)


def _units(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1
