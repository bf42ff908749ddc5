"""Expressions, and types as they are written."""

from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.syntax import nodes
from analytics.pine.syntax.lexer import string_value
from analytics.pine.syntax.tokens import (
    COLOR,
    DEDENT,
    END,
    FLOAT,
    INDENT,
    INT,
    NAME,
    NEWLINE,
    OPERATOR,
    QUALIFIERS,
    RESERVED,
    STRING,
    Token,
)

DEEPEST_EXPRESSION = 40
END_OF_LINE = "the end of the line"
LONGEST_CHAIN = 200
_PRECEDENCE = {
    "or": 1,
    "and": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_GENERIC = frozenset({"array", "matrix", "map"})
_SHOWN = {
    NEWLINE: "the end of the line",
    INDENT: "a block",
    DEDENT: "the end of the block",
    END: "the end of the script",
}


class Malformed(Exception):
    """What is being parsed is not Pine; it was reported. `salvaged` is what could be read of the statement."""

    salvaged: "nodes.Statement | None" = None


class ExpressionParser:
    """Parses expressions from a list of tokens, of which the last is END."""

    def __init__(self, tokens: list[Token], diagnostics: Diagnostics) -> None:
        self.tokens = tokens
        self.diagnostics = diagnostics
        self.position = 0
        self.token = tokens[0]
        self.kind = self.token.kind
        self.depth = 0
        self.block_depth = 0

    # Tokens ----------------------------------------------------------------------------------------------------------

    def advance(self) -> Token:
        token = self.token
        if token.kind != END:
            self.position += 1
            self.token = self.tokens[self.position]
            self.kind = self.token.kind
        return token

    def peek(self, distance: int) -> Token:
        position = self.position + distance
        return self.tokens[position] if position < len(self.tokens) else self.tokens[-1]

    def at(self, operator: str) -> bool:
        return self.kind == OPERATOR and self.token.text == operator

    def expect(self, operator: str, wanted: str) -> Token:
        if not self.at(operator):
            raise self.unexpected(wanted)
        return self.advance()

    def word(self, word: str) -> None:
        if not (self.kind == NAME and self.token.text == word):
            raise self.unexpected(f"`{word}`")
        self.advance()

    def identifier(self, wanted: str) -> Token:
        if self.kind != NAME:
            raise self.unexpected(wanted)
        if self.token.text in RESERVED:
            raise self.error_at(
                self.token.span,
                "word-reserved",
                f"`{self.token.text}` is a word of the language and cannot be {wanted}.",
                "Choose another name.",
            )
        return self.advance()

    def unexpected(self, wanted: str) -> Malformed:
        found = _SHOWN.get(self.kind) or f"`{self.token.text}`"
        span, hint = self.token.span, ""
        before = self.tokens[self.position - 1].span if self.position else span
        if span.line > before.line and self.kind in (NEWLINE, END):
            span = Span(before.line, before.end, before.end)  # a wrapped line that nothing follows
        elif span.line > before.line and wanted == END_OF_LINE and (span.column - 1) % 4:
            hint = "Its line goes on with the one above, as it is indented by no multiple of four columns."
        return self.error_at(span, "syntax", f"Found {found} where {wanted} should be.", hint)

    def error(self, code: str, message: str, hint: str = "") -> None:
        self.diagnostics.error(code, self.token.span, message, hint)

    def error_at(self, span: Span, code: str, message: str, hint: str) -> Malformed:
        self.diagnostics.error(code, span, message, hint)
        return Malformed()

    def text_value(self) -> str:
        return string_value(self.advance().text)

    # Types -----------------------------------------------------------------------------------------------------------

    def type_name(self) -> nodes.TypeName:
        """Parse `series float`, `array<int>`, `map<string, float>`, `line[]`, `Point`, `library.Point`."""
        begin, qualifier = self.token, ""
        if begin.text in QUALIFIERS and self.peek(1).kind == NAME:
            qualifier = self.advance().text
        return self._type_name(begin.span, qualifier, 0)

    def _type_name(self, span: Span, qualifier: str, depth: int) -> nodes.TypeName:
        if depth > 8:
            raise self.error_at(span, "too-deep", "The type has too many types inside it.", "Use a type of your own.")
        name = self.identifier("the name of a type").text
        while self.at("."):
            self.advance()
            name += "." + self.identifier("the name of a type").text
        arguments: list[nodes.TypeName] = []
        if self.at("<"):
            self.advance()
            while True:
                arguments.append(self._type_name(self.token.span, "", depth + 1))
                if not self.at(","):
                    break
                self.advance()
            self.expect(">", "`>` or `,`")
        written = nodes.TypeName(span, name, arguments, qualifier)
        while self.at("[") and self.peek(1).text == "]":
            self.advance()
            self.advance()
            written = nodes.TypeName(span, "array", [written], qualifier)
        return written

    # Expressions -----------------------------------------------------------------------------------------------------

    def expression(self) -> nodes.Expression:
        self.depth += 1
        if self.depth > DEEPEST_EXPRESSION:
            self.depth = 0
            raise self.error_at(
                self.token.span,
                "too-deep",
                f"Expressions stand more than {DEEPEST_EXPRESSION} deep in each other.",
                "Give parts of it names.",
            )
        depth = self.depth
        try:
            return self._conditional()
        finally:
            self.depth = depth - 1

    def _conditional(self) -> nodes.Expression:
        """Parse a chain `a ? b : c ? d : e` without going one level deeper for each link."""
        links: list[tuple[nodes.Expression, nodes.Expression]] = []
        last = self._binary(0)
        while self.at("?"):
            self.advance()
            then = self.expression()
            self.expect(":", "`:` and the other value")
            links.append((last, then))
            if len(links) > LONGEST_CHAIN:
                raise self.error_at(
                    self.token.span, "too-deep", f"More than {LONGEST_CHAIN} conditions in a row.", "Use `switch`."
                )
            last = self._binary(0)
        for condition, then in reversed(links):
            last = nodes.Conditional(condition.span, condition, then, last)
        return last

    def _binary(self, minimum: int) -> nodes.Expression:
        left = self._unary()
        links = 0
        while True:
            token = self.token
            if token.kind not in (OPERATOR, NAME):
                return left
            precedence = _PRECEDENCE.get(token.text)
            if precedence is None or precedence <= minimum:
                return left
            self.advance()
            left = nodes.Binary(token.span, token.text, left, self._binary(precedence))
            links += 1
            if links > LONGEST_CHAIN:
                message = f"More than {LONGEST_CHAIN} operators in a row."
                raise self.error_at(token.span, "too-deep", message, "Give parts of it names.")

    def _unary(self) -> nodes.Expression:
        token = self.token
        if token.kind == OPERATOR and token.text in ("-", "+"):
            return self._operand(token.text)
        if token.kind == NAME and token.text == "not":
            return self._operand("not")
        return self._postfix()

    def _operand(self, operator: str) -> nodes.Expression:
        span = self.advance().span
        self.depth += 1
        if self.depth > DEEPEST_EXPRESSION:
            raise self.error_at(span, "too-deep", "Too many signs in a row.", "Leave some out.")
        # `not a == b` denies the comparison; `-a * b` denies only `a`.
        operand = self._unary() if operator != "not" else self._binary(2)
        self.depth -= 1
        return nodes.Unary(span, operator, operand)

    def _postfix(self) -> nodes.Expression:
        value = self._primary()
        links = 0
        while self.kind == OPERATOR:
            text = self.token.text
            if text == ".":
                self.advance()
                if self.kind != NAME:
                    raise self.unexpected("a name after the dot")
                name = self.advance()
                value = nodes.Attribute(_joined(value.span, name.span), value, name.text)
            elif text == "(":
                value = self._call(value, [])
            elif text == "<" and self._is_generic(value):
                value = self._call(value, self._type_arguments())
            elif text == "[":
                self.advance()
                offset = self.expression()
                closing = self.expect("]", "`]`")
                value = nodes.History(_joined(value.span, closing.span), value, offset)
            else:
                return value
            links += 1
            if links > LONGEST_CHAIN:
                raise self.error_at(self.token.span, "too-deep", "The chain is too long.", "Give parts of it names.")
        return value

    def _is_generic(self, value: nodes.Expression) -> bool:
        return (
            isinstance(value, nodes.Attribute)
            and value.name == "new"
            and isinstance(value.value, nodes.Name)
            and value.value.name in _GENERIC
        )

    def _type_arguments(self) -> list[nodes.TypeName]:
        self.advance()
        types = [self.type_name()]
        while self.at(","):
            self.advance()
            types.append(self.type_name())
        self.expect(">", "`>` or `,`")
        if not self.at("("):
            raise self.unexpected("`(`")
        return types

    def _call(self, callee: nodes.Expression, types: list[nodes.TypeName]) -> nodes.Call:
        self.advance()
        arguments: list[nodes.Argument] = []
        while not self.at(")"):
            begin, name = self.token, ""
            if begin.kind == NAME and self.peek(1).kind == OPERATOR and self.peek(1).text == "=":
                name = self.advance().text
                self.advance()
            arguments.append(nodes.Argument(begin.span, name, self.expression()))
            if not self.at(")"):
                self.expect(",", "`,` or `)`")
        closing = self.advance()
        return nodes.Call(_joined(callee.span, closing.span), callee, types, arguments)

    def _primary(self) -> nodes.Expression:
        token = self.token
        kind = token.kind
        if kind == NAME:
            return self._name(token)
        if kind == INT:
            self.advance()
            if len(token.text) > 19 or int(token.text) > 2**63 - 1:
                return nodes.Number(token.span, float(token.text))
            return nodes.Number(token.span, int(token.text))
        if kind == FLOAT:
            self.advance()
            return nodes.Number(token.span, float(token.text))
        if kind == STRING:
            return nodes.Text(token.span, self.text_value())
        if kind == COLOR:
            self.advance()
            digits = token.text[1:]
            transparency = 255 - int(digits[6:], 16) if len(digits) == 8 else 0
            return nodes.Colour(token.span, int(digits[:6], 16) << 8 | transparency)
        if self.at("("):
            self.advance()
            inner = self.expression()
            self.expect(")", "`)`")
            return inner
        if self.at("["):
            return self._group()
        raise self.unexpected("a value")

    def _name(self, token: Token) -> nodes.Expression:
        text = token.text
        if text in ("true", "false"):
            self.advance()
            return nodes.Boolean(token.span, text == "true")
        if text in RESERVED:
            hint = "`if` and its like give a value only right of `=`, `:=` or `=>`." if text in _VALUELESS else ""
            raise self.error_at(token.span, "syntax", f"Found `{text}` where a value should be.", hint)
        self.advance()
        return nodes.Name(token.span, text)

    def _group(self) -> nodes.Group:
        begin = self.advance()
        items: list[nodes.Expression] = []
        while not self.at("]"):
            items.append(self.expression())
            if not self.at("]"):
                self.expect(",", "`,` or `]`")
        closing = self.advance()
        return nodes.Group(_joined(begin.span, closing.span), items)


_VALUELESS = frozenset({"if", "for", "while", "switch"})


def _joined(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end if last.line == first.line else first.end)
