"""Tokens to a syntax tree, by recursive descent; after a mistake it goes on with the next statement.

Statements are here; expressions and written types are in `expressions`.
"""

from analytics.pine.diagnostics import Diagnostics, Span
from analytics.pine.syntax import nodes
from analytics.pine.syntax.blocks import STRUCTURES, BlockParser
from analytics.pine.syntax.expressions import END_OF_LINE, Malformed
from analytics.pine.syntax.lexer import lex
from analytics.pine.syntax.tokens import (
    DEDENT,
    END,
    INDENT,
    NAME,
    NEWLINE,
    OPERATOR,
    QUALIFIERS,
    RESERVED,
    STRING,
    Annotation,
)

OLDEST_VERSION = 5
NEWEST_VERSION = 6
_ASSIGNMENTS = frozenset({":=", "+=", "-=", "*=", "/=", "%="})


def parse(source: str, diagnostics: Diagnostics) -> nodes.Script:
    """Return the tree of a source; mistakes are reported, and the statements they are in are left out."""
    lexed = lex(source, diagnostics)
    version = version_of(lexed.annotations, diagnostics)
    statements = Parser(lexed.tokens, diagnostics).script()
    return nodes.Script(statements, version, lexed.annotations)


def version_of(annotations: list[Annotation], diagnostics: Diagnostics) -> int:
    """Return the version of the language that a script names."""
    for annotation in annotations:
        if annotation.name != "version":
            continue
        span = Span(annotation.line, 1, 1)
        if not annotation.text.isdecimal() or len(annotation.text) > 3:
            diagnostics.error("version-malformed", span, "The version is no number.", "Write `//@version=6`.")
            return NEWEST_VERSION
        version = int(annotation.text)
        if not OLDEST_VERSION <= version <= NEWEST_VERSION:
            message = f"Version {version} of the language is not supported; 5 and 6 are."
            diagnostics.error("version-unsupported", span, message, "Convert the script to version 6.")
            diagnostics.end()
            return NEWEST_VERSION
        return version
    diagnostics.warning(
        "version-missing",
        Span(1, 1, 1),
        "The script does not say its version; it is read as version 6.",
        "Begin it with `//@version=6`.",
    )
    return NEWEST_VERSION


class Parser(BlockParser):
    """Parses statements; made for one list of tokens."""

    def script(self) -> list[nodes.Statement]:
        statements: list[nodes.Statement] = []
        while self.kind != END:
            if self.kind in (NEWLINE, DEDENT):
                self.advance()
            elif self.kind == INDENT:
                self.stray_block(statements)
            else:
                self.statements(statements)
        return statements

    # Statements ------------------------------------------------------------------------------------------------------

    def statement(self) -> nodes.Statement:
        token = self.token
        if token.kind == NAME:
            special = self._word_statement(token.text)
            if special is not None:
                return special
            if self._declares_function():
                return self._function(exported=False, is_method=False)
            if self._declares_typed():
                return self._declaration("")
        elif token.text == "[" and token.kind == OPERATOR and self._declares_tuple():
            return self._tuple_declaration("")
        return self._expression_or_assignment()

    def _word_statement(self, word: str) -> nodes.Statement | None:
        following = self.peek(1)
        if word in STRUCTURES:
            structure = self.structure()
            return nodes.ExpressionStatement(structure.span, structure)
        if word in ("var", "varip"):
            self.advance()
            if self.at("["):
                return self._tuple_declaration(word)
            return self._declaration(word)
        if word in ("break", "continue"):
            span = self.advance().span
            return nodes.Break(span) if word == "break" else nodes.Continue(span)
        if word == "import" and following.kind == NAME:
            return self._import()
        if word == "export" and following.kind == NAME:
            self.advance()
            return self._exported()
        if following.kind != NAME:
            return None
        if word == "method":
            return self._method(exported=False)
        if word == "type" and self.peek(2).kind == NEWLINE:
            return self._type(exported=False)
        if word == "enum" and self.peek(2).kind == NEWLINE:
            return self._enum(exported=False)
        return None

    def _exported(self) -> nodes.Statement:
        word = self.token.text
        if word == "method" and self.peek(1).kind == NAME:
            return self._method(exported=True)
        if word == "type" and self.peek(1).kind == NAME:
            return self._type(exported=True)
        if word == "enum" and self.peek(1).kind == NAME:
            return self._enum(exported=True)
        if self._declares_function():
            return self._function(exported=True, is_method=False)
        declaration = self._declaration("")
        declaration.exported = True
        return declaration

    def _declares_function(self) -> bool:
        if not (self.peek(1).kind == OPERATOR and self.peek(1).text == "("):
            return False
        depth, position, tokens = 0, self.position + 1, self.tokens
        while True:
            token = tokens[position]
            if token.kind == OPERATOR:
                if token.text in "([":
                    depth += 1
                elif token.text in ")]":
                    depth -= 1
                    if depth == 0:
                        after = tokens[position + 1]
                        return after.kind == OPERATOR and after.text == "=>"
            elif token.kind in (NEWLINE, INDENT, DEDENT, END):
                return False
            position += 1

    def _declares_tuple(self) -> bool:
        position, tokens = self.position + 1, self.tokens
        while tokens[position].kind == NAME or tokens[position].text == ",":
            position += 1
        return tokens[position].text == "]" and tokens[position + 1].text == "="

    def _declares_typed(self) -> bool:
        """Return whether a declaration begins here: `x =`, `float x =`, `array<int> x =`, `line[] x =`, `a.b x =`."""
        position, tokens = self.position, self.tokens
        if tokens[position].text in RESERVED and tokens[position].text not in QUALIFIERS:
            return False
        if tokens[position + 1].text == "=" and tokens[position + 1].kind == OPERATOR:
            return True
        if tokens[position].text in QUALIFIERS and tokens[position + 1].kind == NAME:
            if tokens[position + 2].text == "=":
                return True
            position += 1
        position += 1
        while tokens[position].text == "." and tokens[position + 1].kind == NAME:
            position += 2
        if tokens[position].text == "<":
            depth = 0
            while tokens[position].kind in (NAME, OPERATOR):
                if tokens[position].text == "<":
                    depth += 1
                elif tokens[position].text == ">":
                    depth -= 1
                    if depth == 0:
                        break
                elif tokens[position].kind == OPERATOR and tokens[position].text not in ",.[]":
                    return False
                position += 1
            position += 1
        if tokens[position].text == "[" and tokens[position + 1].text == "]":
            position += 2
        return (
            tokens[position].kind == NAME
            and tokens[position].text not in RESERVED
            and tokens[position + 1].kind == OPERATOR
            and tokens[position + 1].text == "="
        )

    def _declaration(self, mode: str) -> nodes.Declaration:
        begin = self.token
        type_name = None
        if not (self.peek(1).text == "=" and self.peek(1).kind == OPERATOR):
            type_name = self.type_name()
        name = self.identifier("the name of the variable")
        self.expect("=", f"`=` and the value of `{name.text}`")
        span = name.span if not mode else begin.span
        try:
            value = self.value()
        except Malformed as malformed:
            missing = nodes.Missing(name.span)
            malformed.salvaged = nodes.Declaration(span, mode, type_name, name.text, missing)
            raise
        return nodes.Declaration(span, mode, type_name, name.text, value)

    def _tuple_declaration(self, mode: str) -> nodes.TupleDeclaration:
        begin = self.advance()
        names: list[nodes.Name] = []
        while not self.at("]"):
            name = self.identifier("the name of a variable")
            names.append(nodes.Name(name.span, name.text))
            if not self.at("]"):
                self.expect(",", "`,` or `]`")
        closing = self.advance()
        self.expect("=", "`=` and a call that returns several values")
        span = Span(begin.line, begin.column, closing.end if closing.line == begin.line else begin.end)
        try:
            value = self.value()
        except Malformed as malformed:
            malformed.salvaged = nodes.TupleDeclaration(span, names, nodes.Missing(span), mode)
            raise
        return nodes.TupleDeclaration(span, names, value, mode)

    def _expression_or_assignment(self) -> nodes.Statement:
        target = self.expression()
        token = self.token
        if token.kind == OPERATOR and token.text in _ASSIGNMENTS:
            if not isinstance(target, (nodes.Name, nodes.Attribute)):
                raise self.error_at(
                    token.span, "assignment-target", "Only a variable or a field can be given a value.", ""
                )
            self.advance()
            return nodes.Assignment(target.span, target, token.text, self.value())
        if token.kind == OPERATOR and token.text == "=" and isinstance(target, nodes.Attribute):
            raise self.error_at(token.span, "assignment-target", "A field is changed with `:=`.", "Write `:=`.")
        return nodes.ExpressionStatement(target.span, target)

    # Declarations of functions, types and imports --------------------------------------------------------------------

    def _method(self, *, exported: bool) -> nodes.FunctionDeclaration:
        self.advance()
        return self._function(exported=exported, is_method=True)

    def _function(self, *, exported: bool, is_method: bool) -> nodes.FunctionDeclaration:
        name = self.identifier("the name of the function")
        self.expect("(", "`(`")
        parameters: list[nodes.Parameter] = []
        while not self.at(")"):
            parameters.append(self._parameter())
            if not self.at(")"):
                self.expect(",", "`,` or `)`")
        self.advance()
        self.expect("=>", "`=>`")
        try:
            body = self.body("=>")
        except Malformed as malformed:
            body = [self.missing_statement(name.span)]
            malformed.salvaged = nodes.FunctionDeclaration(name.span, name.text, parameters, body, is_method, exported)
            raise
        return nodes.FunctionDeclaration(name.span, name.text, parameters, body, is_method, exported)

    def _parameter(self) -> nodes.Parameter:
        type_name = None
        if not (self.peek(1).kind == OPERATOR and self.peek(1).text in ("=", ",", ")")):
            type_name = self.type_name()
        name = self.identifier("the name of a parameter")
        default = None
        if self.at("="):
            self.advance()
            default = self.expression()
        return nodes.Parameter(name.span, name.text, type_name, default)

    def _type(self, *, exported: bool) -> nodes.TypeDeclaration:
        self.advance()
        name = self.identifier("the name of the type")
        fields: list[nodes.Field] = []
        if not self.open_block("type"):
            return nodes.TypeDeclaration(name.span, name.text, fields, exported)
        while self.kind not in (DEDENT, END):
            if self.kind == NEWLINE:
                self.advance()
                continue
            position = self.position
            try:
                fields.append(self._field())
            except Malformed:
                self.recover(position)
        self.close_block()
        return nodes.TypeDeclaration(name.span, name.text, fields, exported)

    def _field(self) -> nodes.Field:
        varip = self.kind == NAME and self.token.text == "varip" and self.peek(1).kind == NAME
        if varip:
            self.advance()
        type_name = self.type_name()
        name = self.identifier("the name of the field")
        default = None
        if self.at("="):
            self.advance()
            default = self.expression()
        if self.kind == NEWLINE:
            self.advance()
        elif self.kind not in (DEDENT, END):
            raise self.unexpected(END_OF_LINE)
        return nodes.Field(name.span, name.text, type_name, default, varip)

    def _enum(self, *, exported: bool) -> nodes.EnumDeclaration:
        self.advance()
        name = self.identifier("the name of the enum")
        members: list[nodes.EnumMember] = []
        if not self.open_block("enum"):
            return nodes.EnumDeclaration(name.span, name.text, members, exported)
        while self.kind not in (DEDENT, END):
            if self.kind == NEWLINE:
                self.advance()
                continue
            position = self.position
            try:
                members.append(self._member())
            except Malformed:
                self.recover(position)
        self.close_block()
        return nodes.EnumDeclaration(name.span, name.text, members, exported)

    def _member(self) -> nodes.EnumMember:
        name = self.identifier("the name of a member")
        title = name.text
        if self.at("="):
            self.advance()
            if self.kind != STRING:
                raise self.unexpected("the title of the member as a text")
            title = self.text_value()
        if self.kind == NEWLINE:
            self.advance()
        elif self.kind not in (DEDENT, END):
            raise self.unexpected(END_OF_LINE)
        return nodes.EnumMember(name.span, name.text, title)

    def _import(self) -> nodes.Import:
        begin = self.advance()
        path = [self.advance().text]
        while self.at("/"):
            self.advance()
            path.append(self.advance().text)
        alias = path[1] if len(path) > 1 else path[0]
        if self.kind == NAME and self.token.text == "as":
            self.advance()
            alias = self.identifier("the name under which the library is used").text
        return nodes.Import(begin.span, "/".join(path), alias)
