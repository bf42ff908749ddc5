import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.pine import editor
from analytics.pine.diagnostics import CompilationFailed, Diagnostics
from analytics.pine.program import compile
from analytics.pine.syntax.lexer import lex
from analytics.tests.pine.editor.texts import SCRIPT_TEXTS
from analytics.tests.pine.program.test_robustness import WORDS, broken


def words(text):
    """Return the words of a text and its comments."""
    lexed = lex(text, Diagnostics())
    return [(token.kind, token.text) for token in lexed.tokens], [comment.text for comment in lexed.comments]


def applied(text, edits):
    """Return a text with edits made, as an editor makes them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for edit in edits:
        start, end = edit.range.start, edit.range.end
        before = "\n".join([*lines[: start.line], lines[start.line][: start.character]])
        after = "\n".join([lines[end.line][end.character :], *lines[end.line + 1 :]])
        lines = (before + edit.new_text.replace("\r\n", "\n") + after).split("\n")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("a=1+2*-3", "a = 1 + 2 * -3"),
        ("f( x,y )=>x>y?x:-y", "f(x, y) => x > y ? x : -y"),
        ("x=close [ 1 ]", "x = close[1]"),
        ("[a,b]=f (1)", "[a, b] = f(1)"),
        ("x=not(a)and(b or c)", "x = not (a) and (b or c)"),
        ("if(a)\n\tb:=1", "if (a)\n    b := 1"),
        ("for i=0 to-1 by-1\n    i", "for i = 0 to -1 by -1\n    i"),
        ("for[i,x]in a\n    x", "for [i, x] in a\n    x"),
        ("map<string,float>m=map.new< string , float >( )", "map<string, float> m = map.new<string, float>()"),
        ("int [] x=na", "int[] x = na"),
        ("var x=a<b", "var x = a < b"),
        ("x=array<b", "x = array < b"),
        ("switch x\n    1=>2\n    =>-3", "switch x\n    1 => 2\n    => -3"),
        ("plot(close,title='a  b')//c", "plot(close, title = 'a  b') //c"),
        ("x = f(1,\n  2,\n      g(3,\n 4\n  )\n)", "x = f(1,\n      2,\n      g(3,\n          4\n      )\n  )"),
        ("if a\n    x = b +\n     c", "if a\n    x = b +\n          c"),
        ("x = a\n  // why\n  + b", "x = a\n      // why\n      + b"),
        ("if a\n    b\n   // of b\n// of c\nc", "if a\n    b\n    // of b\n// of c\nc"),
        ("\n\na\n\n\n\n\nb\n\n\n", "a\n\n\nb"),
        ("a , b", "a, b"),
        ("a   \nb\t", "a\nb"),
        # texts over several lines: in three quotes all their signs stay, wrapped ones are wrapped as statements are
        ('x="""a\n   b  \n\nc"""  +"d"//e\ny=1', 'x = """a\n   b  \n\nc""" + "d" //e\ny = 1'),
        ('if a\n\tx:="b \n   c\n d"+  e\ny=1', 'if a\n    x := "b\n          c\n          d" + e\ny = 1'),
        ("f(a,g('b\n c',1\n ),\n 2)", "f(a, g('b\n          c', 1\n      ),\n      2)"),
        ("x='a\n b'+'c\n d'", "x = 'a\n      b' + 'c\n      d'"),
        ("x='''a\nb'''+'''c\nd'''\n  +e", "x = '''a\nb''' + '''c\nd'''\n      + e"),
    ],
)
def test_what_is_tidy(text, tidy):
    assert editor.format(text).text == tidy + "\n"


def test_line_ends_stay_as_they_are():
    assert editor.format("a=1\r\nb=2\r\n").text == "a = 1\r\nb = 2\r\n"


@pytest.mark.parametrize("text", ["", "a = 1\n", "if a\n    b\n"])
def test_what_is_tidy_already_needs_no_edit(text):
    assert editor.format(text) == editor.protocol.Formatting(text, ())


@pytest.mark.parametrize("text", ['x="open\ny=1', "x={1}", "x=a;b=c", "x=#12", "x=1 \\ 2"])
def test_what_has_other_signs_than_the_language_is_left_alone(text):
    assert editor.format(text).text == text


def test_what_does_not_parse_is_tidied_word_by_word():
    assert (
        editor.format("x=ta.sma(close,\ny=1+\nz=a  b\n    c=2").text
        == "x = ta.sma(close,\ny = 1 +\nz = a b\n    c = 2\n"
    )


@pytest.mark.parametrize("text", SCRIPT_TEXTS.values(), ids=SCRIPT_TEXTS.keys())
def test_a_script_means_the_same_afterwards(text):
    tidy = editor.format(text).text

    assert words(tidy) == words(text)
    assert editor.format(tidy).edits == ()
    before, after = compile(text), compile(tidy)
    assert after.python == before.python
    assert (after.inputs, after.declaration) == (before.inputs, before.declaration)


@pytest.mark.parametrize("text", SCRIPT_TEXTS.values(), ids=SCRIPT_TEXTS.keys())
def test_a_script_written_untidily_becomes_the_same_tidy_one(text):
    tidy = editor.format(text).text
    untidy = tidy.replace(" = ", "=").replace(", ", " ,").replace("(", "( ").replace("    ", "\t").replace("\n", "  \n")

    if words(untidy) == words(tidy):  # not where a text or a comment has been changed, too
        assert editor.format(untidy).text == tidy


def nothing_is_lost(text):
    found = editor.format(text)
    assert words(found.text) == words(text)
    assert editor.format(found.text).text == found.text
    assert applied(text, found.edits) == found.text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        before = compile(text).python
    except CompilationFailed as failed:
        codes = sorted(one.code for one in failed.diagnostics)
        with pytest.raises(CompilationFailed) as again:
            compile(found.text)
        assert sorted(one.code for one in again.value.diagnostics) == codes
    else:
        assert compile(found.text).python == before


@pytest.mark.parametrize("seed", range(60))
def test_broken_scripts_lose_nothing(seed):
    texts = list(SCRIPT_TEXTS.values())

    nothing_is_lost(broken(texts[seed % len(texts)], seed))


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_words_lose_nothing(text):
    nothing_is_lost(text)


LONG_TEXTS = st.lists(
    st.sampled_from(
        ["a", "=", "+", "(", ")", ",", "\n", "\n ", "\n    ", "if ", '"b\n c"', "'b \n  c \n d'", '"""b\n  c"""', "'''\n\n b  \n'''",
         " //é", "  ", '"d"']
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=300)
@given(LONG_TEXTS)
def test_texts_over_several_lines_lose_nothing(text):
    nothing_is_lost(text)


@settings(max_examples=150)
@given(st.text(alphabet="ab1.=+-<>()[],?:\"'/ \t\n\r#@é\U0001f600\u200b", max_size=60))
def test_any_signs_lose_nothing(text):
    found = editor.format(text)

    assert words(found.text) == words(text)
    assert editor.format(found.text).text == found.text
    assert applied(text, found.edits) == found.text.replace("\r\n", "\n").replace("\r", "\n")
