"""Limits that are counted while a script runs: just within them it runs, one beyond it is told which one it was."""

import pytest

from analytics.pine.diagnostics import CompilationFailed, ScriptFailed
from analytics.pine.program import check, compile, run
from analytics.pine.runtime.messages import LONGEST
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, ran, script

CLOSES = [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("code", "body", "most", "kind"),
    [
        ("loop-turns", "for i = 1 to {0}\n    x = i", 2_000_000, "indicator"),
        ("loop-turns", "for i = 1 to 1900001\n    x = i\nfor y in array.new<int>({0} - 1900000, 0)\n    z = y", 1_999_999, "indicator"),
        ("string-length", "x = str.repeat('a', {0})", 40_960, "indicator"),
        ("string-length", "x = str.repeat('a', 40000) + str.repeat('b', {0} - 40000)", 40_960, "indicator"),
        ("string-length", "x = str.replace_all(str.repeat('a', 100), 'a', str.repeat('b', 400)) + str.repeat('b', {0} - 40000)", 40_960, "indicator"),
        ("string-length", "x = array.new<string>(10, str.repeat('a', 4000)).join('') + str.repeat('b', {0} - 40000)", 40_960, "indicator"),
        ("collection-size", "x = array.new<float>({0}, 1)", 100_000, "indicator"),
        ("collection-size", "x = matrix.new<float>(1, {0}, 1)", 100_000, "indicator"),
        ("collection-size", "m = map.new<int, int>()\nfor i = 1 to {0}\n    m.put(i, i)", 50_000, "indicator"),
        ("window-length", "n = {0} + bar_index - bar_index\nplot(ta.highest(n))", 100_000, "indicator"),
        ("pattern-length", "x = str.tostring(1.5, str.repeat('0', {0}))", 200, "indicator"),
        ("too-many-points", "p = array.new<chart.point>({0}, chart.point.from_index(0, 0))\npolyline.new(p)", 10_000, "indicator"),
        ("too-many-cells", "t = table.new(position.top_left, 1, 20000)\nfor i = 1 to {0}\n    t.cell(0, i, 'x')", 10_000, "indicator"),
        ("too-many-orders", "for i = 1 to {0}\n    strategy.order(str.tostring(i), strategy.long, 1, limit = 0.1)", 9_000, "strategy"),
        ("too-many-requests", "for i = 1 to {0}\n    request.security('', str.tostring(i + 30), close)", 40, "indicator"),
    ],
)  # fmt: skip
def test_one_too_many_is_told(code, body, most, kind):
    ran(body.format(most), [1.0], kind=kind)

    with pytest.raises(ScriptFailed) as failed:
        ran(body.format(most + 1), [1.0], kind=kind)
    assert failed.value.code == code
    assert failed.value.message.endswith((".", "!"))


@pytest.mark.parametrize(
    ("code", "body", "most"),
    [
        ("history-length", lambda count: f"plot(close[{count}])", 10_000),
        ("too-many-variables", lambda count: "\n".join(f"x{number} = {number}" for number in range(count)), 1_000),
    ],
)
def test_one_too_many_is_told_when_compiling(code, body, most):
    compile(script(body(most)))

    with pytest.raises(CompilationFailed) as failed:
        compile(script(body(most + 1)))
    assert [found.code for found in failed.value.diagnostics] == [code]


@pytest.mark.parametrize("most", [10_000_000, 1e12])
def test_a_loop_that_ends_by_a_break_is_charged_for_the_turns_it_makes(most):
    body = "n = 0\nfor round = 1 to {0}\n    for turn = 0 to {1}\n        if turn >= 900\n            break\n        n += 1\nplot(n)"

    assert ran(body.format(2_000, most), [1.0]).outputs.plots[0].values == [1_800_000]
    with pytest.raises(ScriptFailed) as failed:
        ran(body.format(2_300, most), [1.0])
    assert failed.value.code == "loop-turns"


CHANGING = "c = close > open ? color.red : color.blue\np = plot(close)\nq = plot(open)\n"


@pytest.mark.parametrize(
    ("call", "counted"),
    [
        ("plot(close, color = color.red)", 1),
        ("plot(close, color = c)", 2),
        ("plot(close, color = input.bool(true) ? color.red : color.blue)", 1),
        ("plotarrow(close, colorup = c, colordown = c)", 3),
        ("plotshape(true, color = c, textcolor = c)", 3),
        ("plotchar(true)", 1),
        ("plotbar(open, high, low, close)", 4),
        ("plotcandle(open, high, low, close, color = c, wickcolor = c, bordercolor = c)", 7),
        ("alertcondition(true, 'a', 'b')", 1),
        ("bgcolor(c)", 1),
        ("bgcolor(color.red)", 1),
        ("barcolor(c)", 1),
        ("fill(p, q, color = c)", 1),
        ("fill(p, q, close, open, c, c)", 1),
        ("fill(p, q, color.red)", 0),
        ("hline(1)", 0),
    ],
)
def test_64_series_are_plotted_at_most(call, counted):
    fitting = 62 // counted if counted else 300
    compile(script(CHANGING + f"{call}\n" * fitting))

    found = check(script(CHANGING + f"{call}\n" * (fitting + 1)))
    assert [one.code for one in found] == ([] if counted == 0 else ["too-many-plots"])
    if counted:
        assert found[0].message.endswith(f"{2 + counted * (fitting + 1)}.")
        assert found[0].line == 6 + fitting


def test_places_that_request_other_bars_are_counted():
    asking = "x{0} = request.security(syminfo.tickerid, 'D', close + {0})"
    compile(script("\n".join(asking.format(number) for number in range(127))))

    (found,) = check(script("\n".join(asking.format(number) for number in range(128))))
    assert (found.code, found.line) == ("too-deep", 130)
    assert found.message.startswith("A script may request other bars in 127 places")


@pytest.mark.parametrize(("declared", "kept"), [(10, 10), (500, 500), (1_000_000, 500), (0, 1), (-5, 1)])
def test_the_newest_drawings_are_kept(declared, kept):
    text = f'//@version=6\nindicator("t", max_labels_count = {declared})\nfor i = 1 to 600\n    label.new(bar_index, i, "x")\n'
    result = run(compile(text), bars_of([1.0]), symbol=EURUSD, timeframe=HALF_HOURS)

    labels = list(result.outputs.drawings["label"].values())
    assert [label.y for label in labels] == list(range(601 - kept, 601))


def test_alerts_and_logs_are_cut_off():
    result = ran("x = str.repeat('a', 9000)\nalert(x)\nlog.info(x)\nalertcondition(true, 't', '{{close}}')", [1.0])

    assert [len(alert.message) for alert in result.outputs.alerts] == [4_096, 1]
    assert len(result.outputs.logs[0].message) == 4_096


def test_random_numbers_are_the_same_in_every_run_and_others_at_every_place():
    body = "plot(math.random())\nplot(math.random())"
    one, two = (ran(body, CLOSES).outputs.plots for _ in range(2))

    assert one[0].values == two[0].values
    assert one[0].values != one[1].values
    assert len(set(one[0].values)) == len(CLOSES)


@pytest.mark.parametrize("asked", ["request.security(name, '60', close)", "request.currency_rate(name, 'USD')"])
def test_what_the_platform_logs_is_no_longer_than_what_scripts_log(asked):
    (line,) = ran(f"name = str.repeat('X', 40000)\nplot({asked})", [1.0]).outputs.logs

    assert line.level == "warning"
    assert len(line.message) == LONGEST
