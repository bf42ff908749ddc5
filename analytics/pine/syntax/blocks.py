"""Blocks and structures, and how parsing goes on after a mistake."""

from abc import ABC, abstractmethod

from analytics.pine.diagnostics import Span
from analytics.pine.syntax import nodes
from analytics.pine.syntax.expressions import END_OF_LINE, ExpressionParser, Malformed
from analytics.pine.syntax.tokens import DEDENT, END, INDENT, NAME, NEWLINE

DEEPEST_BLOCKS = 40
STRUCTURES = frozenset({"if", "for", "while", "switch"})


class BlockParser(ExpressionParser, ABC):
    """Parses blocks of statements; what a statement is, `parser` says."""

    @abstractmethod
    def statement(self) -> nodes.Statement:
        """Parse a statement."""

    def stray_block(self, into: list[nodes.Statement]) -> None:
        self.error("indentation", "The line is indented, but nothing above it opens a block.", "Begin it further left.")
        self.advance()
        self.block_depth += 1
        if self.block_depth <= DEEPEST_BLOCKS:
            while self.kind not in (DEDENT, END):
                if self.kind == NEWLINE:
                    self.advance()
                elif self.kind == INDENT:
                    self.stray_block(into)
                else:
                    self.statements(into)
        else:
            self._skip_block()
        self.block_depth -= 1
        if self.kind == DEDENT:
            self.advance()

    def _skip_block(self) -> None:
        depth = 1
        while self.kind != END:
            if self.kind == INDENT:
                depth += 1
            elif self.kind == DEDENT:
                depth -= 1
                if depth == 0:
                    return
            self.advance()

    def statements(self, into: list[nodes.Statement]) -> None:
        """Parse what stands on one line, parted by commas, with the blocks that belong to it."""
        begin = self.position
        try:
            self._line_of_statements(into)
        except Malformed as malformed:
            into.append(malformed.salvaged or self.missing_statement(self.tokens[begin].span))
            self.recover(begin)

    def missing_statement(self, span: Span) -> nodes.Statement:
        """Return what stands for a statement that could not be read: its block may have a value all the same."""
        return nodes.ExpressionStatement(span, nodes.Missing(span))

    def header(self) -> nodes.Expression:
        """Parse the expression at the end of a line that opens a block; the block is read even if that is malformed."""
        span = self.token.span
        try:
            return self.expression()
        except Malformed:
            while self.kind not in (NEWLINE, INDENT, DEDENT, END):
                self.advance()
            if self.peek(1).kind != INDENT:
                raise
            return nodes.Missing(span)

    def _line_of_statements(self, into: list[nodes.Statement]) -> None:
        while True:
            if self._begins_once():
                self._once(into)
                break
            into.append(self.statement())
            if self.at(","):
                self.advance()
                if self.kind == NEWLINE:
                    break
                continue
            break
        if self.kind == NEWLINE:
            self.advance()
        elif self.kind not in (DEDENT, END) and self.tokens[self.position - 1].kind not in (DEDENT, NEWLINE):
            raise self.unexpected(END_OF_LINE)

    def _begins_once(self) -> bool:
        if not (self.kind == NAME and self.token.text == "once"):
            return False
        following = self.peek(1)
        if following.kind == NEWLINE:
            return self.peek(2).kind == INDENT
        return following.kind == NAME and following.text not in ("and", "or") and self.peek(2).text != "="

    def _once(self, into: list[nodes.Statement]) -> None:
        """Parse a block that runs the first time its condition is true: an `if` and a variable that remembers it."""
        begin = self.advance()
        span = begin.span
        name = f"once_{begin.line}_{begin.column}"
        condition: nodes.Expression = nodes.Unary(span, "not", nodes.Name(span, name))
        if self.kind != NEWLINE:
            condition = nodes.Binary(span, "and", condition, self.expression())
        then = [nodes.Assignment(span, nodes.Name(span, name), ":=", nodes.Boolean(span, True)), *self.block("once")]
        into.append(nodes.Declaration(span, "var", None, name, nodes.Boolean(span, False)))
        into.append(nodes.ExpressionStatement(span, nodes.If(span, condition, then, None)))

    def recover(self, begin: int) -> None:
        """Go to the beginning of the next statement, past the block of this one."""
        if self.position == begin:
            self.advance()
        while self.kind not in (NEWLINE, DEDENT, INDENT, END):
            self.advance()
        if self.kind == NEWLINE:
            self.advance()
        while self.kind == INDENT:
            # What is in the block is read as well, so that its mistakes are reported in the same go.
            self.advance()
            self.block_depth += 1
            if self.block_depth <= DEEPEST_BLOCKS:
                ignored: list[nodes.Statement] = []
                while self.kind not in (DEDENT, END):
                    if self.kind in (NEWLINE, INDENT):
                        self.advance()
                    else:
                        self.statements(ignored)
            else:
                self._skip_block()
            self.block_depth -= 1
            if self.kind == DEDENT:
                self.advance()

    def value(self) -> nodes.Expression:
        """Parse what stands right of `=`, `:=` or `=>`: an expression or a structure."""
        if self.kind == NAME and self.token.text in STRUCTURES:
            return self.structure()
        return self.expression()

    def structure(self) -> nodes.Structure:
        word = self.token.text
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        if word == "while":
            begin = self.advance()
            condition = self.header()
            return nodes.While(begin.span, condition, self.block("while"))
        return self._switch()

    def _if(self) -> nodes.If:
        first = self.advance()
        root = last = nodes.If(first.span, self.header(), self.block("if"), None)
        while self.kind == NAME and self.token.text == "else":
            begin = self.advance()
            if self.kind == NAME and self.token.text == "if":
                self.advance()
                nested = nodes.If(begin.span, self.header(), self.block("else if"), None)
                last.otherwise = [nodes.ExpressionStatement(begin.span, nested)]
                last = nested
            else:
                last.otherwise = self.block("else")
                break
        return root

    def _for(self) -> nodes.For | nodes.ForIn:
        begin = self.advance()
        if self.at("["):
            self.advance()
            key = self.identifier("the name of the index or key")
            self.expect(",", "`,` and the name of the item")
            item = self.identifier("the name of the item")
            self.expect("]", "`]`")
            self.word("in")
            return nodes.ForIn(begin.span, key.text, item.text, self.header(), self.block("for"))
        if self.peek(1).kind == NAME and self.peek(1).text != "=" and self.peek(1).text != "in":
            self.type_name()  # a type before the counter says nothing new
        counter = self.identifier("the name of the counter")
        if self.kind == NAME and self.token.text == "in":
            self.advance()
            return nodes.ForIn(begin.span, "", counter.text, self.header(), self.block("for"))
        self.expect("=", "`=` and where the counter starts")
        start = self.expression()
        self.word("to")
        stop = self.header()
        step = None
        if self.kind == NAME and self.token.text == "by":
            self.advance()
            step = self.header()
        return nodes.For(begin.span, counter.text, start, stop, step, self.block("for"))

    def _switch(self) -> nodes.Switch:
        begin = self.advance()
        subject = None if self.kind == NEWLINE else self.header()
        cases: list[nodes.Case] = []
        if not self.open_block("switch"):
            return nodes.Switch(begin.span, subject, cases)
        while self.kind not in (DEDENT, END):
            if self.kind == NEWLINE:
                self.advance()
                continue
            position = self.position
            try:
                cases.append(self._case())
            except Malformed:
                self.recover(position)
        self.close_block()
        return nodes.Switch(begin.span, subject, cases)

    def _case(self) -> nodes.Case:
        begin = self.token
        test = None if self.at("=>") else self.expression()
        self.expect("=>", "`=>` and what the case does")
        return nodes.Case(begin.span, test, self.body("=>"))

    def body(self, opener: str) -> list[nodes.Statement]:
        """Parse a block on lines of its own, or statements on the rest of this line."""
        if self.kind == NEWLINE:
            return self.block(opener)
        statements: list[nodes.Statement] = []
        self._line_of_statements(statements)
        return statements

    def block(self, opener: str) -> list[nodes.Statement]:
        span = self.token.span
        if not self.open_block(opener):
            return [self.missing_statement(span)]
        statements: list[nodes.Statement] = []
        while self.kind not in (DEDENT, END):
            if self.kind == NEWLINE:
                self.advance()
            elif self.kind == INDENT:
                self.stray_block(statements)
            else:
                self.statements(statements)
        self.close_block()
        return statements

    def open_block(self, opener: str) -> bool:
        """Enter a block; one that is missing is reported, and what would have stood above it is read all the same."""
        if self.kind != NEWLINE:
            raise self.unexpected(f"the end of the line after `{opener}`")
        span = self.token.span
        self.advance()
        if self.kind != INDENT:
            hint = "Indent the next line by four spaces or a tab."
            self.diagnostics.error("block-missing", span, f"`{opener}` needs a block.", hint)
            return False
        self.block_depth += 1
        if self.block_depth > DEEPEST_BLOCKS:
            self.block_depth -= 1
            self.error("too-deep", f"Blocks stand more than {DEEPEST_BLOCKS} deep in each other.", "Use functions.")
            self.advance()
            self._skip_block()
            raise Malformed
        self.advance()
        return True

    def close_block(self) -> None:
        self.block_depth -= 1
        if self.kind == DEDENT:
            self.advance()
