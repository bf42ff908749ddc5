"""What is known of a text: its words, its declarations, what is seen where. Read once, asked many times."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from analytics.pine.diagnostics import Diagnostic, Diagnostics, Span
from analytics.pine.editor.documents import Document
from analytics.pine.editor.observing import Observer
from analytics.pine.semantics import tree
from analytics.pine.syntax import nodes
from analytics.pine.syntax.expressions import Malformed
from analytics.pine.syntax.lexer import lex
from analytics.pine.syntax.parser import Parser, version_of
from analytics.pine.syntax.tokens import DEDENT, END, INDENT, INDENT_WIDTH, NAME, NEWLINE, OPERATOR, Token

KEPT = 8
"""How many texts are remembered; an editor asks several questions about one text, then about the next."""
_PLACE = itemgetter(2, 3)  # line and column of a token
STRUCTURAL = frozenset({NEWLINE, INDENT, DEDENT, END})


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the language sees it, wrapped lines and all; `first` is the number of its first token."""

    line: int
    level: int
    first: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A variable or a function, and how far to the right a line must begin for it to be seen there."""

    row: int
    level: int
    column: int
    symbol: tree.Symbol
    local: bool
    """Whether it is seen on its own line already: a parameter, a counter."""


@lru_cache(maxsize=KEPT)
def read(text: str) -> "Reading":
    """Return what is known of a text."""
    return Reading(text)


class Reading:
    def __init__(self, text: str) -> None:
        self.document = Document(text)
        diagnostics = Diagnostics()
        lexed = lex(text, diagnostics)
        self.tokens = lexed.tokens
        self.comments = {comment.line: comment for comment in lexed.comments}
        self.version = version_of(lexed.annotations, diagnostics)
        self.observer = Observer(self.version, diagnostics)
        try:
            statements = Parser(self.tokens, diagnostics).script()
            self.observer.run(nodes.Script(statements, self.version, lexed.annotations))
        except RecursionError:
            diagnostics.error("too-deep", Span(1, 1, 1), "The script is nested too deeply.", "Give parts of it names.")
        self.observer.forget_code()
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics.sorted()
        self.rows = self._rows()
        self._row_lines = [row.line for row in self.rows]
        self._seen = self._variables()

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        level, begins = 0, True
        for number, token in enumerate(self.tokens):
            kind = token.kind
            if not begins:
                begins = kind == NEWLINE
            elif kind == INDENT:
                level += 1
            elif kind == DEDENT:
                level -= 1
            elif kind != END:
                rows.append(Row(token.line, level, number))
                begins = False
        return rows

    def _variables(self) -> dict[int, list[Seen]]:
        """Return the variables by the row that declares them."""
        found: dict[int, list[Seen]] = {}
        for symbol in self.observer.symbols.values():
            span = symbol.span
            number = self.row_number(span.line)
            if number < 0:
                continue
            row = self.rows[number]
            local = symbol.is_parameter or self._is_counter(symbol)
            level = row.level + (local or self._behind_arrow(row, span))
            found.setdefault(number, []).append(Seen(number, level, span.column, symbol, local))
        return found

    def _is_counter(self, symbol: tree.Symbol) -> bool:
        token = self.tokens[self.token_at_or_after(symbol.span.line, symbol.span.column)]
        return token.text == "for"

    def _behind_arrow(self, row: Row, span: Span) -> bool:
        end = self.token_at_or_after(span.line, span.column)
        return any(token.text == "=>" for token in self.tokens[row.first : end])

    # Places ----------------------------------------------------------------------------------------------------------

    def token_at_or_after(self, line: int, column: int) -> int:
        """Return the number of the first word that begins at a place or behind it; the last is the end."""
        number = self.tokens_before(line, column)
        while number < len(self.tokens) - 1 and self.tokens[number].kind in (INDENT, DEDENT):
            number += 1  # blocks begin and end where the word behind them begins
        return min(number, len(self.tokens) - 1)

    def tokens_before(self, line: int, column: int) -> int:
        """Return how many tokens begin before a place."""
        return bisect_left(self.tokens, (line, column), key=_PLACE)

    def row_number(self, line: int) -> int:
        """Return the last row that begins on a line or above, -1 before the first."""
        return bisect_right(self._row_lines, line) - 1

    def level_at(self, line: int, column: int) -> int:
        """Return how far to the right, in blocks, what is written at a place belongs."""
        text = self.document.lines[line - 1]
        number = self.row_number(line)
        written = text[: column - 1]
        if written.strip() or (text.strip() and number >= 0 and self.rows[number].line == line):
            return self.rows[number].level if number >= 0 else 0
        width = len(written.expandtabs(INDENT_WIDTH))
        return width // INDENT_WIDTH

    def visible(self, line: int, column: int, *, own_row: bool = True) -> dict[str, tree.Symbol]:
        """Return the variables that are seen at a place; `own_row` says whether also those declared on that line."""
        last = self.row_number(line)
        inside = self.level_at(line, column)
        on_last = last >= 0 and self._is_inside_row(last, line, column)
        waiting: list[Seen] = []
        deepest = 0
        for number in range(last + 1):
            level = self.rows[number].level
            if deepest > level:
                waiting = [one for one in waiting if one.level <= level]
                deepest = level
            for one in self._seen.get(number, ()):
                waiting.append(one)
                deepest = max(deepest, one.level)
        if not on_last:
            waiting = [one for one in waiting if one.level <= inside]
        return {
            one.symbol.name: one.symbol
            for one in waiting
            if one.row != last
            or not on_last
            or ((one.local or own_row) and (one.symbol.span.line, one.column) < (line, column))
        }

    def _is_inside_row(self, number: int, line: int, column: int) -> bool:
        """Return whether a place belongs to the words of a row, not to an empty line below it."""
        if line == self.rows[number].line:
            return True
        text = self.document.lines[line - 1]
        return bool(text[: column - 1].strip()) or bool(text.strip())

    def functions(self, line: int, column: int) -> list[nodes.FunctionDeclaration]:
        """Return the functions that can be called at a place: those declared above, without the one around it."""
        number, limit = self.row_number(line), line
        if number >= 0 and (self.level_at(line, column) or self._is_inside_row(number, line, column)):
            while number > 0 and self.rows[number].level:
                number -= 1
            limit = self.rows[number].line
        return [
            declared
            for several in self.observer.declared_functions.values()
            for _, declared in several
            if declared.span.line < limit
        ]

    # Expressions -----------------------------------------------------------------------------------------------------

    def meaning(self, tokens: list[Token], visible: dict[str, tree.Symbol]) -> tree.Expression | None:
        """Return what an expression means, given as its words; None if it is none."""
        if not tokens:
            return None
        last = tokens[-1]
        ended = [*tokens, Token(END, "", last.line, last.end, last.end)]
        try:
            parser = Parser(ended, Diagnostics())
            node = parser.expression()
            if parser.kind != END:
                return None
            return self.observer.aside(visible).statement_expression(node)
        except (Malformed, RecursionError):
            return None

    def is_operator(self, number: int, text: str) -> bool:
        token = self.tokens[number]
        return token.kind == OPERATOR and token.text == text

    def is_name(self, number: int) -> bool:
        return self.tokens[number].kind == NAME
