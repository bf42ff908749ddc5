import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.diagnostics import Diagnostics
from analytics.pine.syntax import nodes
from analytics.pine.syntax.parser import parse


def parsed(source: str) -> list[nodes.Statement]:
    diagnostics = Diagnostics()
    script = parse("//@version=6\n" + source, diagnostics)
    assert diagnostics.sorted() == ()
    return script.statements


def errors(source: str) -> list[tuple[str, int, int]]:
    diagnostics = Diagnostics()
    parse(source, diagnostics)
    return [(one.code, one.line, one.column) for one in diagnostics.sorted() if one.code != "version-missing"]


def shown(node: object) -> object:
    """Return an expression as nested tuples."""
    match node:
        case nodes.Binary():
            return (node.operator, shown(node.left), shown(node.right))
        case nodes.Unary():
            return (node.operator, shown(node.operand))
        case nodes.Conditional():
            return ("?", shown(node.condition), shown(node.then), shown(node.otherwise))
        case nodes.History():
            return ("[]", shown(node.value), shown(node.offset))
        case nodes.Attribute():
            return (".", shown(node.value), node.name)
        case nodes.Call():
            return ("()", shown(node.callee), *((argument.name, shown(argument.value)) for argument in node.arguments))
        case nodes.Name():
            return node.name
        case nodes.Group():
            return [shown(item) for item in node.items]
        case nodes.Number() | nodes.Text() | nodes.Boolean() | nodes.Colour():
            return node.value
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b * c", ("+", "a", ("*", "b", "c"))),
        ("a - b - c", ("-", ("-", "a", "b"), "c")),
        ("a or b and c", ("or", "a", ("and", "b", "c"))),
        ("not a and b", ("and", ("not", "a"), "b")),
        ("not a == b", ("not", ("==", "a", "b"))),
        ("-a * b", ("*", ("-", "a"), "b")),
        ("a == b and c < d", ("and", ("==", "a", "b"), ("<", "c", "d"))),
        ("a ? b : c ? d : e", ("?", "a", "b", ("?", "c", "d", "e"))),
        ("a ? b ? c : d : e", ("?", "a", ("?", "b", "c", "d"), "e")),
        ("close[1][2]", ("[]", ("[]", "close", 1), 2)),
        ("f(x, y = 1)[2]", ("[]", ("()", "f", ("", "x"), ("y", 1)), 2)),
        ("a.b.c(1)", ("()", (".", (".", "a", "b"), "c"), ("", 1))),
        ("(a + b)[1]", ("[]", ("+", "a", "b"), 1)),
        ("array.new<float>(3)", ("()", (".", "array", "new"), ("", 3))),
        ("type + enum - method", ("-", ("+", "type", "enum"), "method")),
        ("#11223380", 0x1122337F),
        ("[a, [1]]", ["a", [1]]),
        ("true", True),
    ],
)
def test_expressions(source, expected):
    (statement,) = parsed(source)

    assert isinstance(statement, nodes.ExpressionStatement)
    assert shown(statement.value) == expected


@pytest.mark.parametrize(
    ("source", "mode", "qualifier", "type_name"),
    [
        ("x = 1", "", "", ""),
        ("var x = 1", "var", "", ""),
        ("varip int x = 1", "varip", "", "int"),
        ("float x = 1", "", "", "float"),
        ("simple string x = 1", "", "simple", "string"),
        ("var array<float> x = 1", "var", "", "array<float>"),
        ("map<string, array<int>> x = 1", "", "", "map<string,array<int>>"),
        ("line[] x = 1", "", "", "array<line>"),
        ("chart.point x = 1", "", "", "chart.point"),
        ("Point x = 1", "", "", "Point"),
    ],
)
def test_declarations(source, mode, qualifier, type_name):
    def written(name: nodes.TypeName | None) -> str:
        if name is None:
            return ""
        return name.name + (f"<{','.join(map(written, name.arguments))}>" if name.arguments else "")

    (statement,) = parsed(source)

    assert isinstance(statement, nodes.Declaration)
    assert (statement.mode, statement.name) == (mode, "x")
    assert written(statement.type) == type_name
    assert (statement.type.qualifier if statement.type else "") == qualifier


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("[a, b] = f()", nodes.TupleDeclaration),
        ("a := 1", nodes.Assignment),
        ("a.b += 1", nodes.Assignment),
        ("method = 1", nodes.Declaration),
        ("type = 1", nodes.Declaration),
        ("enum := 1", nodes.Assignment),
        ("f(a, int b = 1) => a + b", nodes.FunctionDeclaration),
        ("f() =>\n    1", nodes.FunctionDeclaration),
        ("method f(Point this) => this", nodes.FunctionDeclaration),
        ("export f(float a) => a", nodes.FunctionDeclaration),
        ("type Point\n    int x\n    float y = 1.0", nodes.TypeDeclaration),
        ("enum Side\n    long = 'Long'\n    short", nodes.EnumDeclaration),
        ("import user/lib/1 as l", nodes.Import),
        ("if a\n    b\nelse if c\n    d\nelse\n    e", nodes.ExpressionStatement),
        ("for i = 0 to 3 by 2\n    i", nodes.ExpressionStatement),
        ("for x in xs\n    x", nodes.ExpressionStatement),
        ("for [i, x] in xs\n    x", nodes.ExpressionStatement),
        ("while a\n    break", nodes.ExpressionStatement),
        ("switch a\n    1 => b\n    2 =>\n        c\n    => d", nodes.ExpressionStatement),
        ("x = switch\n    a => 1\n    => 2", nodes.Declaration),
        ("x := if a\n    1\nelse\n    2", nodes.Assignment),
    ],
)
def test_statements(source, kind):
    (statement,) = parsed(source)

    assert isinstance(statement, kind)


def test_statements_on_one_line_are_parted_by_commas():
    assert len(parsed("a = 1, b = 2, a + b")) == 3


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = (1 +", [("syntax", 1, 9)]),
        ("x = 1 +* 2", [("syntax", 1, 8)]),
        ("x = 1 +\n\n", [("syntax", 1, 8)]),
        ("f(1, , 2)", [("syntax", 1, 6)]),
        ("if a\nb", [("block-missing", 1, 5)]),
        ("a\n    b", [("indentation", 2, 5)]),
        ("if = 1", [("syntax", 1, 4)]),
        ("var true = 1", [("word-reserved", 1, 5)]),
        ("f() := 1", [("assignment-target", 1, 5)]),
        ("for i 0 to 3\n    i", [("syntax", 1, 7)]),
        ("x = a ? b", [("syntax", 1, 10)]),
        ("a b", [("syntax", 1, 3)]),
        ("//@version=4\na", [("version-unsupported", 1, 1)]),
        ("a = 1 +* 2\nb = 2\nc = )\nif d\n    e = = 1", [("syntax", 1, 8), ("syntax", 3, 5), ("syntax", 5, 9)]),
    ],
)
def test_mistakes_have_a_code_and_a_place(source, expected):
    assert errors(source) == expected


def test_a_bracket_that_is_closed_nowhere_ends_before_the_next_statement():
    assert errors("x = ta.sma(close, \ny = 1 +\n  2\nplot(y)\nz = ?") == [("syntax", 1, 18), ("syntax", 5, 5)]
    assert errors("if a\n    x = f(1,\n    y = 2\nplot(\na,\nb)") == [("syntax", 2, 13)]


def test_brackets_that_are_closed_hold_lines_that_look_like_statements():
    assert errors('x = f(1,\ntitle = "t",\ng(2))\n') == []


def statements_despite_mistakes(source: str) -> list[nodes.Statement]:
    return parse(f"//@version=6\n{source}", Diagnostics()).statements


@pytest.mark.parametrize(
    "source",
    ["x = ta.", "float x = ", "var x = (1", "x = f(1,", "x = if\n    1", "x = switch\ny = 1"],
)
def test_a_declaration_without_a_readable_value_still_declares(source):
    first = statements_despite_mistakes(source)[0]

    assert isinstance(first, nodes.Declaration)
    assert first.name == "x"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("f(x) =>", nodes.FunctionDeclaration),
        ("f(x) => x +", nodes.FunctionDeclaration),
        ("[a, b] = ", nodes.TupleDeclaration),
        ("type P", nodes.TypeDeclaration),
        ("enum E", nodes.EnumDeclaration),
        ("for i = 0 to 3", nodes.ExpressionStatement),
    ],
)
def test_what_is_begun_is_known(source, kind):
    assert isinstance(statements_despite_mistakes(source)[0], kind)


def test_a_block_is_read_under_a_malformed_condition():
    (statement,) = statements_despite_mistakes("if close == )\n    x = 1\nelse\n    y = 2")

    assert isinstance(statement, nodes.ExpressionStatement)
    assert isinstance(statement.value, nodes.If)
    assert [type(one) for one in statement.value.then] == [nodes.Declaration]
    assert statement.value.otherwise is not None


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 500 + "1" + ")" * 500,
        "x = " + "-" * 5000 + "1",
        "x = " + "+".join("a" * 1 for _ in range(2000)),
        "x = " + "not " * 1000 + "a",
        "x = a" + ".b" * 1000,
        "x = a" + "[1]" * 1000,
        "x = " + "a ? b : " * 1000 + "c",
        "x = " + "a ? " * 1000 + "c",
        "\n".join("    " * level + "if a" for level in range(200)),
        "x = " + "f(" * 1000,
        "".join("    " * level + "a\n" for level in range(400)),
    ],
)
def test_depth_has_a_limit(source):
    assert errors(source)


def test_a_missing_version_is_a_warning():
    diagnostics = Diagnostics()

    assert parse("a = 1", diagnostics).version == 6
    assert [one.code for one in diagnostics.sorted()] == ["version-missing"]


PIECES = st.sampled_from(
    ["if", "else", "for", "while", "switch", "=>", "=", ":=", "var", "type", "enum", "method", "export", "import", "a",
     "b", "f(", ")", "[", "]", "<", ">", ",", ".", "?", ":", "+", "-", "not", "and", "1", "2.5", "'t'", "#ff0000", "to",
     "by", "in", "\n", "\n    ", "\n        ", "\n  ", "array.new<", "float", "int", "series", " ", "break", "//@x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_whatever_is_written_the_parser_reports_and_never_breaks(source):
    diagnostics = Diagnostics()

    script = parse(source, diagnostics)

    lines = source.count("\n") + 1
    assert all(1 <= one.line <= lines for one in diagnostics.sorted())
    assert script.version == 6
