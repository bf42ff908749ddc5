import pytest

from analytics.pine import editor
from analytics.pine.editor.protocol import ItemKind
from analytics.tests.pine.editor.texts import marked, offered

POINT = "type Point\n    float x = 0.0\n    int at\nmethod moved(Point this, float far) =>\n    Point.new(this.x + far, this.at)\n"
TREND = 'enum Trend\n    up = "Up"\n    down = "Down"\n'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("x = ta.|", ["sma", "ema", "crossover", "tr"]),
        ("x = ta.|\ny = 1", ["sma"]),
        ("x = math.a|", ["abs", "avg"]),
        ("strategy.|", ["closedtrades", "entry", "equity", "risk", "long"]),
        ("x = strategy.closedtrades.|", ["profit", "size"]),
        ("x = clo|", ["close"]),
        ("x = 1 + inp|", ["input"]),
        ("|", ["plot", "close", "ta", "if", "var", "float", "array"]),
        ("sw|", ["switch"]),
        ("var flo|", ["float"]),
        ("//@ver|", ["version"]),
        ("// @pa|", ["param"]),
        # what the script declares
        ("length = 5\nx = leng|", ["length"]),
        ("[first, second, _] = ta.macd(close, 12, 26, 9)\nplot(sec|", ["second"]),
        ("mean(a, b) => (a + b) / 2\nplot(mea|)", ["mean"]),
        ("mean(left, right) => (lef|)", ["left"]),
        ("mean(left, right) =>\n    total = left + right\n    |", ["left", "right", "total"]),
        ("mean(left, right) =>\n    |", ["left", "right"]),
        ("for counter = 0 to 9\n    |", ["counter"]),
        ("for [key, item] in array.from(1)\n    |", ["key", "item"]),
        ("if close > open\n    inner = 1\n    |", ["inner"]),
        ("if close >\n    inner = 1\n    |", ["inner"]),
        (POINT + "Poi|", ["Point"]),
        (POINT + "p = Point.|", ["new", "copy"]),
        (TREND + "x = Trend.|", ["up", "down"]),
        # behind a dot
        (POINT + "p = Point.new(1, 2)\np.|", ["x", "at", "moved", "copy"]),
        (POINT + "p = Point.new(1, 2)\nplot(p.|)\nplot(close)", ["x", "at", "moved"]),
        (POINT + "p = Point.new(1, 2)\np.moved(1).|", ["x", "at"]),
        (POINT + "all = array.new<Point>()\nall.first().|", ["x", "at"]),
        (POINT + "all = array.new<Point>()\nfor one in all\n    one.|", ["x", "at"]),
        ("a = array.new<float>()\na.|", ["push", "size", "avg"]),
        ("a = array.new<float>()\nx = a.pu|\nplot(close)", ["push"]),
        ("array<int> a = na\na.|", ["push"]),
        ("f(array<int> a) =>\n    a.|", ["push"]),
        ("m = map.new<string, array<int>>()\nm.|", []),
        ("m = map.new<string, int>()\nm.|", ["put", "keys"]),
        ("m = matrix.new<float>(2, 2)\nm.|", ["det", "row"]),
        ("m = matrix.new<float>(2, 2)\nm.row(0).|", ["push"]),
        ("l = line.new(0, 0, 1, 1)\nl.set_|", ["set_color", "set_style"]),
        ("method twice(float this) => this * 2\nx = close.|", ["twice"]),
        ("p = chart.point.now()\np.|", ["index", "time", "price"]),
        # arguments
        ("plot(close, |", ["title =", "color =", "linewidth ="]),
        ("plot(close, |)\nplot(open)", ["title ="]),
        ("plot(close, titl|", ["title ="]),
        ("f(int first, int second) => first + second\nf(|", ["first =", "second ="]),
        (POINT + "Point.new(|", ["x =", "at ="]),
        ("a = array.new<int>()\na.push(|", ["value ="]),
        ("plotshape(true, style = |", ["shape.circle", "shape.xcross"]),
        ("plotshape(true, style = shape.|", ["circle"]),
        ('plotshape(true, "t", |', ["shape.circle"]),
        ("plotshape(true, location = |", ["location.abovebar"]),
        ("plot(close, style = |", ["plot.style_area"]),
        ("plot(close, color = |", ["color.red"]),
        ("plot(close, display = |", ["display.none"]),
        ("label.new(0, 0, style = |", ["label.style_label_up"]),
        ("l = line.new(0, 0, 1, 1)\nl.set_style(|", ["line.style_dashed"]),
        ("l = line.new(0, 0, 1, 1)\nline.set_extend(l, |", ["extend.right"]),
        ("table.new(|", ["position.top_right"]),
        ("strategy.entry('a', |", ["strategy.long", "strategy.short"]),
        ("array.sort(array.from(1), |", ["order.ascending"]),
        ("request.security('', '', close, |", ["barmerge.gaps_on"]),
        ("plot(close, linestyle = |", ["plot.linestyle_dashed"]),
        (TREND + "f(Trend t) => 1\nf(|", ["Trend.up"]),
    ],
)
def test_what_is_offered(body, wanted):
    assert set(wanted) <= set(offered(body))


@pytest.mark.parametrize(
    ("body", "unwanted"),
    [
        ("x = |\nlater = 1", ["later", "x"]),
        ("if close > open\n    inner = 1\n|", ["inner"]),
        ("if close > open\n    inner = 1\nelse\n    |", ["inner"]),
        ("for counter = 0 to 9\n    x = 1\n|", ["counter", "x"]),
        ("if close > open\n    x = 1\nfor item in array.from(1)\n    x = 1\n|", ["item"]),
        ("mean(left, right) => left + right\n|", ["left", "right"]),
        ("mean(left, right) =>\n    total = left + right\n    total\n\n|", ["left", "total"]),
        ("one() =>\n    a = 1\ntwo() =>\n    |", ["a"]),
        ("mean(left) =>\n    |", ["mean"]),
        ("mean(left) => mea|", ["mean"]),
        ("x = mea|\nmean(left) => left", ["mean"]),
        ("switch\n    true =>\n        inner = 1\n        inner\n    => |", ["inner"]),
        ("plot(close, title = 't', |", ["title =", "series ="]),
        ("plot(close, 't', |", ["title =", "series ="]),
        ("x = ta.s|", ["ema", "close"]),
        ("x = ta.|", ["close", "if", "ta"]),
        ("a = array.new<float>()\na.|", ["put", "close"]),
        (POINT + "p = Point.new(1, 2)\nx = 5\nx.|", ["moved", "x"]),
    ],
)
def test_what_is_not_seen_is_not_offered(body, unwanted):
    assert not set(unwanted) & set(offered(body))


@pytest.mark.parametrize(
    "body", ["// a word |", 'x = "ta.|"', 'x = "ta.|', "x = 1.|", "x = 12|", "x = #ff|", "x = ) .|"]
)
def test_nothing_is_offered_where_no_name_may_stand(body):
    assert offered(body) == []


def test_what_is_expected_comes_first():
    names = offered("mine = 1\nplotshape(true, style = |")

    assert names[0].startswith("shape.")
    assert names.index("mine") < names.index("close") < names.index("if")


def test_the_version_of_the_script_counts():
    assert "bid" in offered("x = bi|", 6)
    assert "bid" not in offered("x = bi|", 5)


def test_an_item_as_the_protocol_has_it():
    (item,) = editor.complete(*marked("x = ta.sm|a"))

    assert item.kind is ItemKind.FUNCTION
    assert item.as_json() == {
        "label": "sma",
        "kind": 3,
        "detail": "ta.sma(source float, length int) → series float",
        "documentation": "The mean of the last values.",
        "sortText": "3sma",
        "textEdit": {
            "range": {"start": {"line": 2, "character": 7}, "end": {"line": 2, "character": 9}},
            "newText": "sma",
        },
    }


def test_what_the_script_says_of_its_own_is_told():
    text = "//@variable How many bars.\nlength = 5\n//@function The mean.\nmean(a) => a\nx = "

    told = {item.label: item for item in editor.complete(*marked(text + "|"))}

    assert (told["length"].detail, told["length"].documentation) == ("const int", "How many bars.")
    assert told["mean"].documentation == "The mean."
