import pytest

from analytics.pine import editor
from analytics.tests.pine.editor.texts import explained, marked

CIRCLE = "//@type A circle.\n//@field radius How far it reaches.\ntype Circle\n    float radius = 1.0\n    color inside // its filling\n"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("x = ta.sm|a(close, 3)", ["ta.sma(source float, length int) → series float", "The mean of the last values."]),
        ("x = ta.sma|", ["ta.sma("]),
        ("x = ta.highest(10)[1] + ta.hig|hest(close, 3)", ["source float, length int", "ta.highest(length int)"]),
        ("x = t|a.sma(close, 3)", ["ta.*"]),
        ("x = clos|e", ["series float close"]),
        ("x = math.p|i", ["const float math.pi"]),
        ("x = strategy.closed|trades.profit(0)", ["series int strategy.closedtrades"]),
        ("x = st|rategy.closedtrades.profit(0)", ["strategy.*"]),
        ("x = request.finan|cial('', '', '')", ["Not available"]),
        ("i|f true\n    1", ["where a condition is true"]),
        ("f|loat x = 1", ["Numbers"]),
        ("x = fl|oat(1)", ["float(x float)"]),
        ("arr|ay<int> x = na", ["Lists of values"]),
        ("x = ar|ray.new<int>()", ["array.*"]),
        # the script's own
        ("len|gth = input.int(5)", ["input int length"]),
        ("var float a = na\na := close\nplot(a|)", ["var series float a"]),
        ("//@variable How many.\n// Of bars.\nn = 5\nplot(n|)", ["const int n", "How many. Of bars."]),
        ("n = 5 // how many\nplot(n|)", ["how many"]),
        ("// The number.\nn = 5\nplot(n|)", ["The number."]),
        ("a = array.new<string>()\nb = a|", ["array<string> a"]),
        ("for i = 0 to 3\n    x = i|", ["series int i"]),
        ("f(a) => a| * 2\nplot(f(close))", ["series float a"]),
        ("f(a) =>\n    //@variable Twice.\n    b = a * 2\n    b|\nplot(f(1))", ["const int b", "Twice."]),
        ("//@function Adds.\n//@param a (int) One.\n//@param b Another.\n//@returns The sum.\nadd(a, b) => a + b\nx = ad|d(1, 2.5)",
         ["add(a int, b float) → float", "Adds.", "- `a`: One.", "- `b`: Another.", "returns: The sum."]),
        ("ad|d(int a) => a", ["add(a int) → int"]),
        (CIRCLE + "Cir|cle c = na", ["type Circle", "float radius", "color inside", "A circle."]),
        (CIRCLE + "c = Circle.new()\nplot(c.rad|ius)", ["Circle.radius: float", "How far it reaches."]),
        (CIRCLE + "c = Circle.new()\nx = c.ins|ide", ["Circle.inside: color", "its filling"]),
        (CIRCLE + "c = Circle.ne|w()", ["Circle.new(radius float?, inside color?)"]),
        (CIRCLE + "//@function Its area.\nmethod area(Circle this) => this.radius\nc = Circle.new()\nplot(c.are|a())", ["area(this Circle) → float", "Its area."]),
        ('enum Side\n    buy = "Bought"\n    sell\nx = Side.bu|y', ["Side.buy", "Bought"]),
        ("enum Side\n    buy\nx = Si|de.buy", ["enum Side", "buy"]),
        ("a = array.new<int>()\na.pu|sh(1)", ["push(id array<T>, value T)", "Put an item"]),
        ("plot(close, ti|tle = 't')", ["title const string"]),
        ("//@param far How far.\nf(far) => far\nf(fa|r = 1)", ["far", "How far."]),
        ("if true\n    x = 1\n|plot(close)", ["plot(series float"]),
        ("if true\n    |plot = 1", ["const int plot"]),
        # unfinished
        ("x = ta.sma|(close, ", ["ta.sma("]),
        ("x = 5\nplot(x| +", ["const int x"]),
    ],
)  # fmt: skip
def test_what_is_said_of_a_word(body, wanted):
    contents = explained(body)

    assert all(text in contents for text in wanted), contents


@pytest.mark.parametrize(
    "body", ["x = 1|2", 'x = "clo|se"', "// clo|se", "| ", "x = unknow|n", "x = 5 |+ 1", "x.unkno|wn"]
)
def test_nothing_is_said_of_what_is_no_known_word(body):
    assert explained(body) == ""


def test_a_hover_as_the_protocol_has_it():
    found = editor.hover(*marked("x = clo|se"))

    assert found is not None
    assert found.as_json() == {
        "contents": {"kind": "markdown", "value": "```pine\nseries float close\n```\n\nThe last price of the bar."},
        "range": {"start": {"line": 2, "character": 4}, "end": {"line": 2, "character": 9}},
    }


def test_what_exists_in_one_version_only_says_so():
    assert "(version 6 only)" in explained("x = bi|d")
