import pytest

from analytics.pine import editor
from analytics.tests.pine.editor.texts import helped, marked

SMA = "ta.sma(source float, length int) → series float"


@pytest.mark.parametrize(
    ("body", "label", "parameter"),
    [
        ("x = ta.sma(|", SMA, "source float"),
        ("x = ta.sma(close, |", SMA, "length int"),
        ("x = ta.sma(close, |)", SMA, "length int"),
        ("x = ta.sma(close, \n     |", SMA, "length int"),
        ("x = ta.sma(close, |\ny = 1\nplot(y)", SMA, "length int"),
        ("x = ta.sma(math.max(1, 2), |", SMA, "length int"),
        ("x = ta.sma([1, 2, 3], |", SMA, "length int"),
        ("x = ta.sma((1 + 2) * (3), |", SMA, "length int"),
        ("x = ta.sma(length = |", SMA, "length int"),
        ("x = ta.sma(length = 3, |", SMA, "source float"),
        ("x = ta.sma(close, 3, |", SMA, ""),
        ("x = ta.sma(math.max(1, |), 3)", "math.max(number N...) → N", "number N..."),
        ("x = ta.highest(high, |", "ta.highest(source float, length int) → series float", "length int"),
        ("x = line.new(chart.point.now(), |", "line.new(first_point chart.point", "second_point chart.point"),
        ("x = line.new(1, |", "line.new(x1 int", "y1 float"),
        ("x = array.new<float>(|", "array.new(size int", "size int = 0"),
        ("a = array.new<float>()\na.push(|", "push(value T) → void", "value T"),
        ("f(int a, b) => a + b\nx = f(1, |", "f(a int, b any)", "b any"),
        ("f(int a, b) => a + b\ny = f(1, 2.5)\nx = f(1, |", "f(a int, b float) → float", "b float"),
        ("type P\n    float x\n    int y\np = P.new(1, |", "P.new(x float?, y int?) → P", "y int?"),
        ("type P\n    float x\nmethod moved(P this, float far) => this.x + far\np = P.new(1)\np.moved(|", "moved(far float) → float", "far float"),
        ("indicator(|", "indicator(title const string", "title const string"),
        ('alert("a", |', "alert(message", "freq"),
    ],
)  # fmt: skip
def test_the_call_that_is_written(body, label, parameter):
    shown, active = helped(body)

    assert shown.startswith(label)
    assert active.startswith(parameter)
    assert bool(active) == bool(parameter)


@pytest.mark.parametrize("body", ["x = (|", "x = ta.sma(close, 3) |", "f(|", "x = [1, |", "// ta.sma(|", "|", "if (|"])
def test_no_call_no_help(body):
    assert helped(body) == ("", "")


def test_all_overloads_are_listed():
    found = editor.signature(*marked("x = ta.highest(|"))

    assert found is not None
    assert [form.label for form in found.signatures] == [
        "ta.highest(source float, length int) → series float",
        "ta.highest(length int) → series float",
    ]


def test_help_as_the_protocol_has_it():
    found = editor.signature(*marked("//@function Adds.\n//@param far How far.\nf(far) => far + 1\nx = f(|"))

    assert found is not None
    assert found.as_json() == {
        "signatures": [
            {"label": "f(far any) → float", "documentation": "Adds.", "parameters": [{"label": [2, 9], "documentation": "How far."}]}
        ],
        "activeSignature": 0,
        "activeParameter": 0,
    }  # fmt: skip
