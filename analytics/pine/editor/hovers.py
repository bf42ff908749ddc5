"""What the word at a place means."""

from collections.abc import Iterable

from analytics.pine.editor import keywords
from analytics.pine.editor.callees import Callee, callee_at, callee_of, signatures_of, written_name
from analytics.pine.editor.comments import Remarks, remarks_above
from analytics.pine.editor.places import Stretch, around, chain_begin
from analytics.pine.editor.protocol import Hover
from analytics.pine.editor.reading import Reading
from analytics.pine.reference import functions, namespaces, values
from analytics.pine.reference.refused import refusal
from analytics.pine.reference.wording import since, written, written_parameter
from analytics.pine.semantics import tree
from analytics.pine.syntax.tokens import NAME, Token
from analytics.pine.types import Type


def hover_at(reading: Reading, line: int, column: int) -> Hover | None:
    """Return what the word at a place means, None if there is none or nothing is known of it."""
    number = _word_at(reading, line, column)
    if number is None:
        return None
    token = reading.tokens[number]
    found = _Explanation(reading, number, token).contents()
    return Hover(found, reading.document.range_of(token.span)) if found else None


def _word_at(reading: Reading, line: int, column: int) -> int | None:
    """Return the number of the name that a place is in or directly behind."""
    following = reading.token_at_or_after(line, column)
    for number in (following, reading.tokens_before(line, column) - 1):
        token = reading.tokens[number] if number >= 0 else None
        if token is not None and token.kind == NAME and token.line == line and token.column <= column <= token.end:
            return number
    return None


class _Explanation:
    def __init__(self, reading: Reading, number: int, token: Token) -> None:
        self._reading = reading
        self._number = number
        self._token = token
        self._line, self._column = token.line, token.end
        self._visible = reading.visible(self._line, self._column)

    def contents(self) -> str:
        """Return the explanation as Markdown, empty if there is none."""
        if self._is("=", 1):
            argument = self._argument()
            if argument:
                return argument
        if self._number and self._is(".", -1):
            return self._behind_dot()
        return self._own() or self._language(self._token.text) or self._word()

    def _is(self, text: str, distance: int) -> bool:
        number = self._number + distance
        return 0 <= number < len(self._reading.tokens) and self._reading.is_operator(number, text)

    @property
    def _is_called(self) -> bool:
        return self._is("(", 1) or (self._is("<", 1) and self._token.text == "new")

    # Names of the script -------------------------------------------------------------------------------------------

    def _argument(self) -> str:
        """Explain the name of an argument."""
        if not (self._is("(", -1) or self._is(",", -1)):
            return ""
        call = around(self._reading, self._number, self._column)
        callee = self._callee(call.callee) if call is not None else None
        if callee is None:
            return ""
        for signature in callee.signatures:
            for parameter in signature.parameters:
                if parameter.name == self._token.text:
                    text = callee.remarks.parts.get(parameter.name, "")
                    return _page([written_parameter(parameter)], text or f"An argument of `{callee.name}()`.")
        return ""

    def _callee(self, stretch: Stretch) -> Callee | None:
        return callee_at(self._reading, stretch, self._line, self._column, self._visible)

    def _own(self) -> str:
        reading, name = self._reading, self._token.text
        declared = self._declared_here() or (self._callee_of_script() if self._is_called else None)
        if declared is not None:
            return _function(declared)
        symbol = self._visible.get(name)
        if symbol is not None:
            return _variable(reading, symbol)
        if name in reading.observer.declared_types:
            return self._type(name)
        if name in reading.observer.declared_enums:
            node = reading.observer.declared_enums[name]
            members = [f"    {member.name}" for member in node.members]
            return _page([f"enum {name}", *members], remarks_above(reading, node.span.line).text)
        return ""

    def _declared_here(self) -> Callee | None:
        """Return the function whose name in its own declaration this is."""
        span = self._token.span
        for _, node in self._reading.observer.declared_functions.get(self._token.text, ()):
            if (node.span.line, node.span.column) == (span.line, span.column):
                return callee_of(self._reading, node.name, (node,))
        return None

    def _callee_of_script(self) -> Callee | None:
        callee = self._callee(Stretch(self._number, self._number + 1))
        return callee if callee is not None and callee.declared else None

    def _type(self, name: str) -> str:
        reading = self._reading
        node = reading.observer.declared_types[name]
        aside = reading.observer.aside({})
        fields = [f"    {aside.written_type(one.type)} {one.name}" for one in node.fields]
        return _page([f"type {name}", *fields], remarks_above(reading, node.span.line).text)

    # Behind a dot --------------------------------------------------------------------------------------------------

    def _behind_dot(self) -> str:
        reading = self._reading
        begin = chain_begin(reading, self._number)
        if begin is None or begin == self._number:
            return ""
        whole = Stretch(begin, self._number + 1)
        name = written_name(reading, whole)
        root = name.partition(".")[0]
        if name and root not in self._visible:
            enum = reading.observer.declared_enums.get(root)
            if enum is not None:
                titles = [member.title for member in enum.members if member.name == self._token.text]
                return _page([f"{root}.{self._token.text}"], titles[0] if titles else "")
            known = self._language(name)
            if known:
                return known
        if self._is_called:
            callee = self._callee(whole)
            return _function(callee) if callee is not None else ""
        return self._field(Stretch(begin, self._number - 1)) or self._language(name)

    def _field(self, stretch: Stretch) -> str:
        reading, name = self._reading, self._token.text
        value = reading.meaning(reading.tokens[stretch.begin : stretch.end], self._visible)
        if value is None:
            return ""
        found = reading.meaning(reading.tokens[stretch.begin : self._number + 1], self._visible)
        if not isinstance(found, tree.FieldRead):
            return ""
        return _page([f"{value.type}.{name}: {found.type}"], self._remark_on_field(value.type))

    def _remark_on_field(self, owner: Type) -> str:
        node = self._reading.observer.declared_types.get(owner.label)
        if node is None:
            return ""
        about = remarks_above(self._reading, node.span.line).parts.get(self._token.text, "")
        lines = [one.span.line for one in node.fields if one.name == self._token.text]
        return about or (remarks_above(self._reading, lines[0]).text if lines else "")

    # The language --------------------------------------------------------------------------------------------------

    def _language(self, name: str) -> str:
        """Explain a name of the reference."""
        version = self._reading.version
        function, value = functions().get(name), values().get(name)
        if function is not None and (self._is_called or not (value or name in namespaces() or name in keywords.TYPES)):
            signatures = signatures_of(function, version) or function.overloads
            rows = [f"{written(name, signature)}{since(signature.versions)}" for signature in signatures]
            return _page(rows, function.summary)
        if value is not None:
            shown = f" = {value.value}" if value.value else ""
            row = f"{value.qualifier.word} {value.type} {name}{shown}{since(value.versions)}"
            return _page([row], value.summary)
        reason = refusal(name)
        if reason:
            return _page([name], f"Not available: {reason}")
        if name in namespaces() and (self._is(".", 1) or name not in keywords.TYPES):
            return _page([f"{name}.*"], "A namespace of the language.")
        return ""

    def _word(self) -> str:
        word = self._token.text
        summary = keywords.KEYWORDS.get(word) or keywords.TYPES.get(word)
        return _page([word], summary) if summary else ""


def _variable(reading: Reading, symbol: tree.Symbol) -> str:
    mode = f"{symbol.mode} " if symbol.mode else ""
    row = f"{mode}{symbol.qualifier.word} {symbol.type} {symbol.name}"
    return _page([row], "" if symbol.is_parameter else remarks_above(reading, symbol.span.line).text)


def _function(callee: Callee) -> str:
    rows = [f"{written(callee.name, signature)}{since(signature.versions)}" for signature in callee.signatures]
    return _page(rows, callee.remarks.text, _parts(callee.remarks))


def _parts(remarks: Remarks) -> Iterable[str]:
    for name, text in remarks.parts.items():
        yield f"- `{name}`: {text}" if text else f"- `{name}`"
    if remarks.returned:
        yield f"- returns: {remarks.returned}"


def _page(rows: Iterable[str], text: str, parts: Iterable[str] = ()) -> str:
    """Return rows of code and what is said of them, as Markdown."""
    code = "\n".join(["```pine", *rows, "```"])
    return "\n\n".join(filter(None, (code, text, "\n".join(parts))))
