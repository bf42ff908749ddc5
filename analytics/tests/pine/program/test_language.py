"""What scripts compute, construct by construct, on closes that can be followed by hand."""

import pytest

from analytics.pine.diagnostics import ScriptFailed
from analytics.tests.pine.program.scripts import plotted, ran

CLOSES = [1.0, 2.0, 4.0, 3.0, 5.0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # history
        ("plot(close[1])", [None, 1, 2, 4, 3]),
        ("plot(close[bar_index])", [1, 1, 1, 1, 1]),
        ("x = close * 2\nplot(x[2])", [None, None, 2, 4, 8]),
        ("plot((close + 1)[1])", [None, 2, 3, 5, 4]),
        ("f(x) => x[1]\nplot(f(close) + f(close * 10))", [None, 11, 22, 44, 33]),
        ("x = 0.0\nx := nz(x[1]) + close\nplot(x)", [1, 3, 7, 10, 15]),
        ("float y = na\nif close > 2\n    x = close\n    y := x[1]\nplot(y)", [None, None, None, 4, 3]),
        ("plot(close > open ? 1 : 0)", [0, 1, 1, 0, 1]),
        ("up = close > open\nplot(up[1] ? 1 : 0)", [0, 0, 1, 1, 0]),
        # what is known before the first bar
        ("length = input.int(2)\nhalf = length / 2\nvar k = length * 3\nf(x) => x + half\nplot(f(close) + k)", [8, 9, 11, 10, 12]),
        ("n = input.int(2)\nplot(n[1])", [None, 2, 2, 2, 2]),
        ("n = input.int(2)\nn := n + 1\nplot(n)", [3] * 5),
        ("way = input.bool(true)\np = plot(close)\nq = plot(open, linewidth = way ? 1 : 2)\nfill(p, q, color.red)\nhline(3)\nplot(0)", [1, 2, 4, 3, 5]),
        ("plot(math.max(close, close[1]))", [None, 2, 4, 4, 5]),
        ("plot(math.min(3, close) + math.max(close, 2.5))", [3.5, 4.5, 7, 6, 8]),
        # var
        ("var x = 0\nx += 1\nplot(x)", [1, 2, 3, 4, 5]),
        ("f() =>\n    var n = 0\n    n += 1\n    n\na = f()\nif close > 2\n    f()\nplot(f() + a)", [2, 4, 6, 8, 10]),
        ("g(x) =>\n    var s = 0.0\n    s += x\n    s\nh(x) => g(x) + g(2 * x)\nplot(h(close))", [3, 9, 21, 30, 45]),
        ("if close > 1\n    var first = close\n    plotted = first\nvar a = array.new<float>()\na.push(close)\nplot(a.size())", [1, 2, 3, 4, 5]),
        ("int n = 0\nif close > 2\n    var k = 0\n    k += 1\n    n := k\nplot(n)", [0, 0, 1, 2, 3]),
        # structures
        ("x = if close > 3\n    1\nelse if close > 1\n    2\nplot(x)", [None, 2, 1, 2, 1]),
        ("x = switch\n    close > 3 => 1\n    close > 1 => 2\n    => 3\nplot(x)", [3, 2, 1, 2, 1]),
        ("x = switch close\n    1 => 10\n    4 => 40\nplot(x)", [10, None, 40, None, None]),
        ("s = 0\nfor i = 1 to 3\n    s += i\nplot(s)", [6] * 5),
        ("s = 0\nfor i = 3 to 1\n    s := s * 10 + i\nplot(s)", [321] * 5),
        ("s = 0\nfor i = 0 to 10 by 4\n    s := s * 10 + i\nplot(s)", [48] * 5),
        ("s = 0\nfor i = 0 to 9\n    if i == 2\n        continue\n    if i == 5\n        break\n    s += i\nplot(s)", [8] * 5),
        ("x = for i = 0 to 3\n    i * 2\nplot(x)", [6] * 5),
        ("s = 0\nwhile s < 7\n    s += 2\nplot(s)", [8] * 5),
        ("a = array.from(1, 2, 3)\ns = 0\nfor x in a\n    s += x\nfor [i, x] in a\n    s += i * x\nplot(s)", [14] * 5),
        ("a = array.from(1, 2, 3, 4)\nn = 0\nfor i = 0 to a.size() - 1\n    a.pop()\n    n += 1\nplot(n)", [2] * 5),
        ("s = 0.0\nfor i = 0.5 to 2\n    s += i\nplot(s)", [2] * 5),
        ("m = matrix.new<int>(2, 1, 1)\ns = 0\nfor row in m\n    m.set(1, 0, 5)\n    s += row.first()\nplot(s)", [6] * 5),
        ("m = map.new<string, int>()\nm.put('a', 1)\nm.put('b', 2)\ns = 0\nfor [k, v] in m\n    s += v\nplot(s)", [3] * 5),
        # functions
        ("f(x, y = 10) => x * y\nplot(f(2) + f(2, 3) + f(y = 1, x = 1))", [27] * 5),
        ("f(x) => [x, x * 2]\n[a, b] = f(close)\nplot(b - a)", [1, 2, 4, 3, 5]),
        ("f(x) =>\n    if x > 3\n        [x, 1]\n    else\n        [0.0, 2]\n[a, b] = f(close)\nplot(a + b)", [2, 2, 5, 2, 6]),
        ("k = close\nf() => k[1]\nplot(f())", [None, 1, 2, 4, 3]),
        ("method plus(float this, float y) => this + y\nplot(close.plus(1))", [2, 3, 5, 4, 6]),
        ("f(int x) => 1\nf(string x) => 2\nplot(f(5) * 10 + f('a'))", [12] * 5),
        ("f(x) => str.tostring(x)\nplot(str.length(f(10)) + str.length(f('abc')))", [5] * 5),
        # objects
        ("type P\n    float x = 3\n    int n\np = P.new(n = 2)\nq = p.copy()\nq.x := 10\nr = p\nr.n += 5\nplot(p.x + q.x + p.n)", [20] * 5),
        ("type P\n    float x\nP p = na\nq = p.copy()\nplot(na(q) ? 1 : 0)", [1] * 5),
        ("type P\n    float x\nvar P p = P.new(0)\np.x += close\nplot(p.x)", [1, 3, 7, 10, 15]),
        ("type P\n    float x\np = P.new(close)\nplot((p[1]).x)", "na"),
        ("type N\n    int v\n    N next\nn = N.new(1, N.new(2))\nplot(n.next.v)", [2] * 5),
        ("enum E\n    a = 'Alpha'\n    b\nx = close > 2 ? E.a : E.b\nplot(x == E.a ? str.length(str.tostring(x)) : 0)", [0, 0, 5, 5, 5]),
        ("method sum(array<float> this) =>\n    t = 0.0\n    for x in this\n        t += x\n    t\nplot(array.from(1.0, 2).sum())", [3] * 5),
        # operators
        ("plot(7 % 3 + -7 % 3)", [0] * 5),
        ("plot(7 / 2)", [3.5] * 5),
        ("x = ta.crossover(close, ta.sma(close, 4)) == false\nplot(x ? 1 : 0)", [1, 1, 1, 1, 1]),
        ("plot((close > 2) != (close > 3) ? 1 : 0)", [0, 0, 0, 1, 0]),
        ("x = 'a' + 'bc'\nplot(str.length(x))", [3] * 5),
        ("plot(0.1 + 0.2 == 0.3 ? 1 : 0)", [1] * 5),
        ("float n = na\nplot(n > 1 or n != 1 or n == 1 ? 1 : 0)", [0] * 5),
        ("plot(not (close > 2) and true ? 1 : 0)", [1, 1, 0, 0, 0]),
        ("x = 9223372036854775807\ny = x * x\nplot(y > 0 ? 1 : 0)", [1] * 5),
        ("x = 5.0\nx -= 1\nx *= 3\nx /= 2\nplot(x)", [6] * 5),
        # built-ins with a state of their own at each place
        ("plot(ta.sma(close, 2) + ta.sma(close * 10, 2))", [None, 16.5, 33, 38.5, 44]),
        ("s = close > 3 ? ta.cum(1) : 0\nplot(s)", [0, 0, 1, 0, 2]),
        ("plot(nz(close[1], 9))", [9, 1, 2, 4, 3]),
        ("x = ta.change(close)\nplot(nz(x))", [0, 1, 2, -1, 2]),
    ],
)  # fmt: skip
def test_values(body, expected):
    if expected == "na":
        with pytest.raises(ScriptFailed) as failed:
            plotted(body, CLOSES)
        assert (failed.value.line, failed.value.bar_index) == (6, 0)
    else:
        assert plotted(body, CLOSES) == expected


@pytest.mark.parametrize(
    ("body", "five", "six"),
    [
        ("plot(7 / 2)", 3, 3.5),
        ("x = 7\nplot(x / 2)", 3, 3.5),
        ("plot(bar_index / 2)", 0.5, 0.5),
        ("var n = 0\nf() =>\n    n2 = 1\n    n2\nvar c = array.new_int()\ng() =>\n    c.push(1)\n    true\nx = close > 100 and g()\nplot(c.size())", 2, 0),
        ("a = array.from(1, 2, 3)\nn = 0\nfor i = 0 to n + 1\n    n := 0\n    n += i\nplot(n)", 1, None),
    ],
)  # fmt: skip
def test_versions_compute_differently(body, five, six):
    closes = [1.0, 2.0]
    assert plotted(body, closes, version=5)[-1] == five
    if six is not None:
        assert plotted(body, closes, version=6)[-1] == six


ITEMS = (
    "type P\n    string name\n    float v = 0\n    int n = 0\n"
    "a = array.from(P.new('b', 3.0, 1), P.new('a', 1.0, 3), P.new('c', 2.0, 2))\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a.sort()\nplot(a.first().v)", 1),
        ("a.sort(order.descending)\nplot(a.first().v)", 2),
        ("a.sort(order.descending, 'v')\nplot(a.first().n)", 1),
        ("array.sort(a, sort_field = 2)\nplot(a.last().n)", 3),
        ("plot(a.sort_indices(order.ascending, 'v').first())", 1),
        ("plot(a.sort_indices(sort_field = 1).last())", 0),
        ("a.push(P.new('d', na, 4))\na.sort(order.ascending, 'v')\nplot(a.last().n)", 4),
        ("a.push(na)\na.sort(order.ascending)\nplot(na(a.first()) ? 1 : 0)", 1),
        ("a.sort(order.ascending, 'n')\nplot(array.binary_search(a, 2, 'n'))", 1),
        ("a.sort(order.ascending, 'n')\nplot(array.binary_search_leftmost(a, 2.5, 'n'))", 1),
        ("a.sort(order.ascending, 'n')\nplot(a.binary_search_rightmost(9, sort_field = 2))", 3),
        ("m = matrix.new<P>()\nm.add_row(0, a)\nm.add_row(1, array.from(P.new('A'), P.new(), P.new()))\n"
         "m.sort(0, order.ascending, 'name')\nplot(str.length(m.get(0, 0).name) + m.get(1, 0).v)", 4),
    ],
)  # fmt: skip
def test_objects_are_sorted_by_a_field(body, expected):
    assert plotted(ITEMS + body, [1.0]) == [expected]


@pytest.mark.parametrize("timeframe", ["D", "W"])
def test_times_of_another_timeframe_go_back_by_its_bars(timeframe):
    """Named without a session, after one, and after a session and a zone: it means the same."""
    closes = [1.0] * 600
    calls = ("timeframe_bars_back = 1", "'', timeframe_bars_back = 1", "'', 0, 1", "'', 'UTC', 0, 1")
    values = [plotted(f"plot(time('{timeframe}', {call}))", closes) for call in calls]

    assert values == [values[0]] * 4
    now = plotted(f"plot(time('{timeframe}'))", closes)
    before = [value for value in now if value is not None and value < now[-1]]
    assert values[0][-1] == before[-1]


def test_a_number_is_a_condition_in_version_5():
    assert plotted("plot(bar_index ? 1 : 0)", CLOSES, version=5) == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("body", "line", "bar"),
    [
        ("x = array.new<int>()\ny = x.get(3)", 4, 0),
        ("if bar_index == 2\n    runtime.error('stop')", 4, 2),
        ("f(a) =>\n    a.get(5)\nx = array.from(1)\ny = f(x)", 4, 0),
        ("while true\n    x = 1", 3, 0),
        ("x = close[bar_index - 3]", 3, 0),
        ("for i = 0 to 100000000\n    x = i", 3, 0),
    ],
)
def test_errors_name_the_line_and_the_bar(body, line, bar):
    with pytest.raises(ScriptFailed) as failed:
        ran(body, CLOSES)

    assert (failed.value.line, failed.value.bar_index) == (line, bar)
    assert "Traceback" not in str(failed.value)


def test_texts_are_no_code():
    body = "x = '\"); import os #{}'\nlog.info(x)"

    assert ran(body, CLOSES).outputs.logs[0].message == '"); import os #{}'


def test_strategies_trade():
    body = "if close > open\n    strategy.entry('L', strategy.long)\nif close < open\n    strategy.close('L')"
    result = ran(body, [1.0, 2.0, 4.0, 3.0, 5.0, 6.0], kind="strategy")

    assert [(row.type, row.price) for row in result.trades[:2]] == [("Entry long", 2.0), ("Exit long", 3.0)]
    assert result.summary is not None


def test_some_colours_have_changed_with_the_versions():
    body = "plot(color.r(color.red) * 1000000 + color.g(color.red) * 1000 + color.b(color.red))"

    assert plotted(body, [1.0], version=5) == [255_082_082]
    assert plotted(body, [1.0], version=6) == [242_054_069]


@pytest.mark.parametrize("version", [5, 6])
@pytest.mark.parametrize(
    "body",
    [
        "z = Z.new(1, na)\nx = z.area",
        "z = Z.new(area = na)\nz.area.set_lefttop(1, 2)\nbox.delete(z.area)\nx = z.area",
        "zones = array.from(Z.new(1, na))\nx = zones.first().area",
        "[x, y] = if close > 0\n    [na, 1]\nelse\n    [box.new(0, 1, 2, 3), 2]",
        "f() => close > 0 ? [na, 1] : [box.new(0, 1, 2, 3), 2]\n[x, y] = f()",
    ],
)
def test_what_is_missing_is_missing_as_what_it_would_be(version, body):
    declared = "type Z\n    float price = 0\n    box area\n"

    assert plotted(f"{declared}{body}\nplot(na(x.get_left()) ? 1 : 0)", [1.0, 2.0], version=version) == [1, 1]
