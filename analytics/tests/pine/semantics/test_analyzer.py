import pytest

from analytics.pine.diagnostics import Diagnostics, Severity
from analytics.pine.program import check
from analytics.pine.semantics import tree
from analytics.pine.semantics.analyzer import analyse
from analytics.pine.syntax.parser import parse

HEAD = 'indicator("t")\n'


def analysed(source: str, version: int = 6) -> tuple[tree.Script, Diagnostics]:
    diagnostics = Diagnostics()
    script = analyse(parse(f"//@version={version}\n{HEAD}{source}", diagnostics), diagnostics)
    return script, diagnostics


def errors(source: str, version: int = 6) -> list[tuple[str, int, int]]:
    """Return code, line and column of the errors; lines count from the beginning of the given source."""
    _, diagnostics = analysed(source, version)
    return [(one.code, one.line - 2, one.column) for one in diagnostics.sorted() if one.severity is Severity.ERROR]


def warnings(source: str, version: int = 6) -> list[str]:
    _, diagnostics = analysed(source, version)
    return [one.code for one in diagnostics.sorted() if one.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # names
        ("plot(clos)", [("name-unknown", 1, 6)]),
        ("x = y", [("name-unknown", 1, 5)]),
        ("x = 1\nx = 2", [("name-taken", 2, 1)]),
        ("x := 1", [("name-unknown", 1, 1)]),
        ("close := 1", [("assignment-target", 1, 1)]),
        ("if true\n    x = 1\nplot(x)", [("name-unknown", 3, 6)]),
        ("x = ta", [("name-unknown", 1, 5)]),
        ("x = ta.smaa(close, 3)", [("function-unknown", 1, 5)]),
        ("x = foo(1)", [("function-unknown", 1, 5)]),
        ("x = f(1)\nf(a) => a", [("function-unknown", 1, 5)]),
        ("f(a) => f(a)\nplot(f(1))", [("function-unknown", 1, 9)]),
        # types
        ("x = na", [("type-unknown", 1, 1)]),
        ("int x = 1.5", [("type-mismatch", 1, 9)]),
        ("x = 1\nx := 1.5", [("type-mismatch", 2, 6)]),
        ('x = 1 + "a"', [("operator-type", 1, 7)]),
        ("x = close and true", [("bool-wanted", 1, 5)]),
        ("if close\n    1", [("bool-wanted", 1, 4)]),
        ("x = -true", [("operator-type", 1, 5)]),
        ('x = true ? 1 : "a"', [("choice-types", 1, 5)]),
        ("bool x = na", [("type-mismatch", 1, 10)]),
        ("foo x = 1", [("type-unknown", 1, 1)]),
        ("array x = 1", [("type-arguments", 1, 1)]),
        ("array<array<int>> x = na", [("type-nested", 1, 1)]),
        ("x = array.new()", [("type-arguments", 1, 5)]),
        ("x = array.new<int>()\nx.push(1.5)", [("argument-type", 2, 8)]),
        ("x = plot(close) + 1", [("operator-type", 1, 17)]),
        ("x = bgcolor(color.red)", [("value-missing", 1, 5)]),
        ("x = close[1.5]", [("argument-type", 1, 11)]),
        ("x = close[-1]", [("history-ahead", 1, 11)]),
        # arguments
        ("plot()", [("argument-missing", 1, 1)]),
        ("plot(close, colour = color.red)", [("argument-unknown", 1, 13)]),
        ("plot(close, series = close)", [("argument-twice", 1, 13)]),
        ("plot(series = close, 'a')", [("argument-order", 1, 22)]),
        ("x = math.abs(1, 2)", [("argument-surplus", 1, 17)]),
        ("x = math.abs('a')", [("argument-type", 1, 14)]),
        ("x = ta.ema(close, bar_index)", [("argument-qualifier", 1, 19)]),
        ("plot(close, str.tostring(close))", [("argument-qualifier", 1, 13)]),
        ("x = input.int(bar_index)", [("argument-qualifier", 1, 15)]),
        ("x = input.int(5, minval = 10)", [("input-default", 1, 15)]),
        ("x = input.string('a', options = ['b', 'c'])", [("input-default", 1, 18)]),
        ("simple int x = bar_index", [("qualifier-mismatch", 1, 16)]),
        # tuples
        ("[a, b] = ta.macd(close, 12, 26, 9)", [("tuple-size", 1, 1)]),
        ("[a, b] = close", [("tuple-size", 1, 1)]),
        ("x = ta.macd(close, 12, 26, 9)", [("type-mismatch", 1, 5)]),
        ("a = array.new<int>()\na.push([1, 2])", [("argument-type", 2, 8)]),
        ("x = array.from([1, 2], [3, 4])", [("argument-type", 1, 16)]),
        ("x = str.format('{0}', [1, 2])", [("argument-type", 1, 23)]),
        ("f(a) => close\nx = f([1, 2])", [("argument-type", 2, 7)]),
        # places
        ("if true\n    plot(close)", [("call-local", 2, 5)]),
        ("break", [("loop-missing", 1, 1)]),
        ("if true\n    f() => 1", [("declaration-local", 2, 5)]),
        ("x = 1\nf() =>\n    x := 2\n    x\nplot(f())", [("assignment-global", 3, 5)]),
        ("for x in close\n    x", [("loop-collection", 1, 10)]),
        ("m = map.new<string, int>()\nfor x in m\n    x", [("loop-collection", 2, 1)]),
        ("x = switch\n    => 1\n    true => 2", [("switch-default", 2, 5)]),
        # types of one's own
        ("type P\n    int x\np = P.new(y = 1)", [("argument-unknown", 3, 11)]),
        ("type P\n    int x\np = P.new('a')", [("argument-type", 3, 11)]),
        ("type P\n    int x\np = P.new(1)\nplot(p.y)", [("field-unknown", 4, 6)]),
        ("type P\n    int x = 1.5", [("type-mismatch", 2, 13)]),
        ("type P\n    int x\n    int x", [("name-taken", 3, 9)]),
        ("enum E\n    a\nx = E.b", [("field-unknown", 3, 5)]),
        ("x = close.foo()", [("method-unknown", 1, 5)]),
        ("method f(a) => a", [("method-type", 1, 8)]),
        # what cannot be put in order
        ("x = array.from(true)\nx.sort()", [("argument-type", 2, 1)]),
        ("x = array.from(1)\nx.sort(order.ascending, 0)", [("argument-type", 2, 25)]),
        ("x = array.from('a')\ny = array.binary_search(x, 1)", [("argument-type", 2, 5)]),
        ("type P\n    int x\n    color c\na = array.new<P>()\na.sort(sort_field = 'y')", [("field-unknown", 5, 21)]),
        ("type P\n    int x\n    color c\na = array.new<P>()\na.sort(sort_field = 1)", [("argument-type", 5, 21)]),
        ("type P\n    int x\n    color c\na = array.new<P>()\na.sort(sort_field = bar_index)", [("argument-qualifier", 5, 21)]),
        # what is not carried out is refused by name
        ("import user/lib/1 as l", [("library-refused", 1, 1)]),
        ("export f(float a) => a", [("library-refused", 1, 8)]),
        ("x = request.financial('A', 'B', 'FQ')", [("not-available", 1, 5)]),
        ("x = syminfo.employees", [("not-available", 1, 5)]),
        ("x = earnings.actual", [("not-available", 1, 5)]),
        # a mistake in a function that nothing calls
        ("f(a) => a + clos", [("name-unknown", 1, 13)]),
        # several in one go
        ("y := 1\nplot(y)\nif close > open\n    y += 1", [("name-unknown", 1, 1)]),
        ("x = clos\ny = ta.smaa(1)\nz = -true", [("name-unknown", 1, 5), ("function-unknown", 2, 5), ("operator-type", 3, 5)]),
    ],
)  # fmt: skip
def test_mistakes_have_a_code_and_a_place(source, expected):
    assert errors(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "float x = na\nx := 1",
        "x = 1.0\nx := 2",
        "var line l = na\nl := line.new(0, 1, 2, 3)\nl.set_x2(5)\nline.delete(l[1])",
        "x = array.from(1, 2.5)\nx.push(3)\nplot(x.avg())",
        "a = array.new_float(3, 0)\nfor [i, v] in a\n    a.set(i, v + i)",
        "m = map.new<string, float>()\nplot(m.put('a', 1))",
        "f(x, y = 2) => x * y\nplot(f(close) + f(1, 3) + f(y = 4, x = 1))",
        "f(x) => [x, x + 1]\n[a, b] = f(close)\nplot(a + b)",
        "method twice(float this) => this * 2\nplot(close.twice())",
        "f(x) =>\n    if x > 0\n        1\n    else\n        2.5\nplot(f(close))",
        "len = input.int(14)\nplot(ta.ema(close, len * 2))",
        "len = input.string('a') == 'a' ? 5 : 10\nplot(ta.ema(close, len))",
        "x = switch input.string('a')\n    'a' => 5\n    => 10\nplot(ta.ema(close, x))",
        "type P\n    float x = 1\n    P next\np = P.new()\np.next := P.new(2)\nplot(p.next.x)",
        "enum E\n    a = 'A'\n    b\ne = input.enum(E.b)\nplot(e == E.a ? 1 : 2)",
        "method = 1\ntype = 2\nplot(method + type)",
        "plot(close, color = close > open ? color.green : na)",
        "hline(0, linestyle = hline.style_dotted), x = 1",
        "label.new(bar_index, high, 'a', size = size.small)\nlabel.new(bar_index, high, 'a', size = 12)",
        "table t = table.new(position.top_left, 1, 1)\ntable.cell(t, 0, 0, 'a')\nt.cell(0, 0, 'b')",
        "var label = label.new(0, 0)\nlabel.set_text(label, 'a')\nlabel.set_text('b')",
        "plot(ta.highest(10))\nplot(ta.highest(close, 10))",
        "log.info('a')\nlog.info('{0}', close)",
        "display = display.all - display.status_line\nplot(close, display = display)",
        "x = time('60', '0900-1600')\ny = time\nz = hour(time)",
        "c = chart.point.now()\nc.price := 2.0\nplot(c.price)",
        "for i = 10 to 0\n    if i % 2 == 0\n        continue\n    break",
        "x = for i = 0 to 3\n    i\nplot(x)",
        "float x = close\nwhile x > 0\n    x -= 1",
        "[_, _, h] = ta.macd(close, 1, 2, 3)\n[_, u] = ta.supertrend(3, 10)\nplot(h + u)",
    ],
)
def test_what_is_right_is_accepted(source):
    assert errors(source) == []


@pytest.mark.parametrize(
    ("source", "accepted_by"),
    [
        ("if close\n    x = 1", {5}),
        ("bool x = na", {5}),
        ("x = bar_index ? 1 : 2", {5}),
        ("x = nz(close > open)", {5}),
        ("plot(bid)", {6}),
        ("plot(close, color = color.red, transp = 50)\nbgcolor(na, transp = 90)", {5}),
        ("label.new(0, 0, size = 12)", {6}),
        ("x = na(close > open)", {5}),
        ("x = 6[1]", {5}),
    ],
)
def test_versions_differ(source, accepted_by):
    assert {version for version in (5, 6) if errors(source, version) == []} == accepted_by


def test_orders_of_version_5_may_have_a_condition():
    script = '//@version={0}\nstrategy("s")\nstrategy.entry("a", strategy.long, when = close > open)'

    assert [one.severity for one in check(script.format(5))] == [Severity.WARNING]
    assert [one.code for one in check(script.format(6))] == ["argument-unknown"]


def test_indicators_have_no_orders():
    assert [code for code, _, _ in errors("strategy.close_all()\nplot(strategy.equity)")] == ["strategy-only"] * 2


@pytest.mark.parametrize(
    "source",
    [
        "length = input.int(9)\nplot(ta.wma(close, length / 2))",
        "f(n) => n / 2\nplot(close[f(4)])\nplot(close[f(4) + 1])",
        "int half = bar_index / 2\nhalf := half / 2\nplot(half)",
        "n = bar_index / 2\nplot(ta.sma(close, math.max(1, n)))\nfor i = n to 0\n    plot_ = close[i]",
        "x = if close > open\n    bar_index / 2\nelse\n    3\nplot(close[x])",
    ],
)
def test_a_quotient_of_whole_numbers_stands_where_an_int_is_wanted(source):
    assert errors(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = math.max(number0 = 1, number1 = close)", []),
        ("x = math.avg(1, number1 = close, number2 = open)", []),
        ("x = array.from(arg0 = 1, arg1 = 2)", []),
        ('x = str.format(formatString = "{0} {1}", arg0 = close, arg1 = "a")', []),
        ("x = math.max(number1 = 1, number0 = close)", ["argument-unknown"]),
        ("x = math.max(1, number0 = close)", ["argument-unknown"]),
    ],
)
def test_arguments_of_any_number_have_numbered_names(source, expected):
    assert [code for code, _, _ in errors(source)] == expected


def test_a_float_stands_where_no_int_is_wanted():
    assert [code for code, _, _ in errors("plot(close[close / 2])\nint x = 2.5")] == ["argument-type", "type-mismatch"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("high = 1", ["name-shadows"]),
        ("if true\n    high = 1", ["name-shadows"]),
        ("x = 1\nif close > open\n    x = 2", ["name-shadows"]),
        ("x = 1\nif close > open\n    [x, _] = [1, 2]", ["name-shadows"]),
        ("x = 1\nf() =>\n    float x = 2\n    x\ny = f() + f()", ["name-shadows"]),
        ("f(x) =>\n    if close > open\n        x = 2\n    x\ny = f(1)", ["name-shadows"]),
        ("f() =>\n    x = 2\n    x\nx = f()", []),
        ("x = 1\nfor x = 0 to 3\n    y = x", []),
        ("x = 1\nif close > open\n    x := 2", []),
        ("x = close == na", ["na-compared"]),
        ("x = close > open ? ta.sma(close, 3) : 0.0", ["call-inconsistent"]),
        ("if close > open\n    x = ta.sma(close, 3)", ["call-inconsistent"]),
        ("f() => ta.sma(close, 3)\nx = close > open and f() > 1", ["call-inconsistent"]),
        ("f() => ta.sma(close, 3)\nx = f()", []),
        ("if input.bool(true)\n    x = ta.sma(close, 3)", []),
        ("x = close > open ? math.abs(close) : 0.0", []),
    ],
)
def test_warnings(source, expected):
    assert warnings(source) == expected


def test_a_script_says_what_it_is():
    diagnostics = Diagnostics()
    analyse(parse("//@version=6\nplot(close)", diagnostics), diagnostics)

    assert [one.code for one in diagnostics.sorted()] == ["declaration-missing"]


@pytest.mark.parametrize(("timeframe", "expected"), [("D", ["timeframe-of-chart"]), ("", [])])
def test_a_timeframe_of_a_whole_script_is_warned_of(timeframe, expected):
    diagnostics = Diagnostics()
    analyse(parse(f'//@version=5\nindicator("x", timeframe = "{timeframe}")\nplot(close)', diagnostics), diagnostics)

    assert [one.code for one in diagnostics.sorted()] == expected
    assert not diagnostics.failed


@pytest.mark.parametrize(
    ("declaration", "code"),
    [
        ('indicator("x", color = 1)', "argument-unknown"),
        ('indicator("x", overlay = close > open)', "argument-qualifier"),
        ('study("x")', "function-unknown"),
        ('indicator("x"', "syntax"),
    ],
)
def test_a_wrong_declaration_is_not_missing(declaration, code):
    diagnostics = Diagnostics()
    analyse(parse(f"//@version=5\n{declaration}\nplot(close)", diagnostics), diagnostics)

    assert [(one.code, one.line) for one in diagnostics.sorted()] == [(code, 2)]


def test_a_strategy_hands_on_what_it_declares():
    diagnostics = Diagnostics()
    source = '//@version=5\nstrategy("s", overlay = true, default_qty_type = strategy.cash, pyramiding = 1 + 1)'
    script = analyse(parse(source, diagnostics), diagnostics)

    assert script.kind == "strategy"
    assert script.declaration == {"title": "s", "overlay": True, "default_qty_type": "cash", "pyramiding": 2}


def test_a_library_is_refused():
    diagnostics = Diagnostics()
    analyse(parse('//@version=6\nlibrary("l")', diagnostics), diagnostics)

    assert [one.code for one in diagnostics.sorted()] == ["library-refused"]


def test_inputs_are_noted_in_order():
    script, _ = analysed(
        'a = input.int(5, "A", 1, 9, 2, group = "g")\nb = input(close)\nc = input.string("x", options = ["x", "y"])'
    )

    first, second, third = script.inputs
    assert (first.kind, first.title, first.default, first.minimum, first.maximum, first.step, first.group) == (
        "int", "A", 5, 1, 9, 2, "g",
    )  # fmt: skip
    assert (second.kind, second.default) == ("source", "close")
    assert third.options == ("x", "y")


def test_a_user_function_is_analysed_once_for_each_combination_of_types():
    script, _ = analysed("f(x) => x + x\na = f(1)\nb = f(2)\nc = f(1.5)\nd = f('t')")

    assert [str(function.type) for function in script.functions] == ["int", "float", "string"]


def test_defaults_are_filled_in_and_overloads_brought_into_one_order():
    script, _ = analysed("x = ta.highest(5)")

    (statement,) = script.body.statements
    assert isinstance(statement, tree.Declare)
    assert isinstance(statement.value, tree.BuiltinCall)
    source, length = statement.value.arguments
    assert isinstance(source, tree.Builtin)
    assert source.name == "high"
    assert isinstance(length, tree.Constant)
    assert length.value == 5


@pytest.mark.parametrize(
    "source",
    [
        "x = 1 +\ny = x\nplot(y)",
        "f(a) =>\n    b = a *\nc = f(close)",
        "f(a) =>\n    a +\nc = f(close)",
        "x = if close > open\n    1 +\nelse\n    2\nplot(x)",
        "for i = 0 to\n    x = i\nplot(close)",
        "x = ta.sma(close,\ny = x + 1\nplot(y)",
    ],
)
def test_what_cannot_be_read_is_reported_once(source):
    assert [code for code, _, _ in errors(source)] == ["syntax"]


def test_a_line_behind_an_open_bracket_is_not_called_a_wrapped_one():
    (found,) = analysed("plot(close,\nlabel.new(bar_index, high, 'a')\nx = 1")[1].sorted()

    assert (found.code, found.hint) == ("syntax", "")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("plot(close, linewidt = 2)", "Is `linewidth` meant?"),
        ("plot(close, transp = 50)", "Write `color.new(…)`."),
        ("plot(request.security('', resolution = 'D', expression = close))", "Write `timeframe = …`."),
        ("strategy.close('a', when = true)", "Put the call into an `if` block."),
        ("type P\n    int x\np = P.new(other = 1)", "It has `x`."),
        ("plot(sma(close, 3))", "Is `ta.sma` meant?"),
        ("x = max(1, 2)", "Is `math.max` meant?"),
        ("x = tostring(1)", "Is `str.tostring` meant?"),
        ("x = tickerid", "Is `syminfo.tickerid` meant?"),
        ("study('t')", 'Write `indicator("…")`.'),
        ("x = iff(true, 1, 2)", "Write `condition ? a : b`."),
        ("f(x) => f(x - 1)\nplot(f(1))", "`f()` calls itself, which no function can."),
        ("x = input.int(5, minval = 10)", "The default 5 is less than 10, the least that is allowed."),
        ("x = input.int(5, maxval = 1)", "The default 5 is more than 1, the most that is allowed."),
        ("f() =>\n    a = 1\n    if true\n        a = 2\n    a\nplot(f())", "Write `a := …` to change that one"),
        ("a = 1\nf() =>\n    a = 2\n    a\nplot(f())", "Choose another name."),
        ("   plot(close)", "Its line goes on with the one above"),
    ],
)
def test_hints_say_what_was_meant_or_what_to_write(source, said):
    found = analysed(source)[1].sorted()

    assert any(said in f"{one.message} {one.hint}" for one in found), found


def test_of_a_version_that_is_not_known_that_alone_is_said():
    old = "//@version=4\nstudy('t')\nx = sma(close, 3)\nplot(iff(x > 1, 1, 2), transp = 3"

    assert [one.code for one in check(old)] == ["version-unsupported"]
