"""Colours, drawings, tables, plots, alerts and logs: what a script leaves on the chart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pine.runtime.colours import css
from analytics.pine.runtime.context import Context, Declaration
from analytics.pine.runtime.drawings import ChartPoint
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.messages import KEPT, tell
from analytics.pine.runtime.plots import PlotSeries
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import START, Calls, closes, context_of, each_bar, same

RED = 0xFF0000_00


@pytest.fixture
def context() -> Context:
    context = context_of(closes([1.0, 2.0, 3.0, 4.0]))
    context.begin(0)
    return context


@pytest.fixture
def calls(context: Context) -> Calls:
    return Calls(context)


def test_colours(calls: Calls) -> None:
    assert calls["color.new"](RED, 100) == 0xFF0000_FF
    assert calls["color.new"](0xFF0000_80, 0) == RED
    assert calls["color.new"](None, 50) is None
    assert calls["color.rgb"](300, 1.4, -5, 0) == 0xFF0100_00
    assert calls["color.rgb"](NA, 1, 1, 0) is None
    assert [calls[f"color.{part}"](0x010203_80) for part in "rgbt"] == [1, 2, 3, 50]
    assert [calls[name](None) for name in ("color.r", "color.g", "color.b", "color.t")] == pytest.approx(
        [NA] * 4, nan_ok=True
    )
    gradient = calls["color.from_gradient"]
    assert gradient(5, 0, 10, 0x000000_00, 0x640000_00) == 0x320000_00
    assert (gradient(-5, 0, 10, RED, 0), gradient(50, 0, 10, 0, RED)) == (RED, RED)
    assert gradient(NA, 0, 10, RED, RED) is None
    assert (css(0x010203_FF), css(None)) == ("#01020300", None)


@given(percent=st.integers(0, 100))
def test_a_transparency_is_read_back_as_it_was_given(percent: int) -> None:
    calls = Calls(context_of([]))
    assert calls["color.t"](calls["color.new"](RED, percent)) == percent


LINE = ("bar_index", "none", RED, "solid", 1, False)
LABEL = ("text", "bar_index", "price", RED, "label_down", RED, "normal", "center", None, "default", False, 0)
BOX = (
    RED, 1, "solid", "none", "bar_index", RED, "", "auto", RED, "center", "center", "none", "default", False, 0,
)  # fmt: skip


def on_chart(context: Context, kind: str) -> list[Any]:
    return list(context.outputs.drawings.get(kind, {}).values())


def test_lines(context: Context, calls: Calls) -> None:
    line = calls["line.new"](0, 1.0, 10, 2.0, *LINE)
    assert on_chart(context, "line") == [line] == calls["line.all"]()
    changes: list[tuple[str, tuple[Any, ...], str, float]] = [
        ("line.set_x1", (1,), "line.get_x1", 1),
        ("line.set_x2", (11,), "line.get_x2", 11),
        ("line.set_y1", (1.5,), "line.get_y1", 1.5),
        ("line.set_y2", (2.5,), "line.get_y2", 2.5),
        ("line.set_xy1", (2, 3.0), "line.get_y1", 3.0),
        ("line.set_xy2", (4, 5.0), "line.get_x2", 4),
        ("line.set_first_point", (ChartPoint(7, 8, 9.0),), "line.get_x1", 8),
        ("line.set_second_point", (ChartPoint(7, 10, 11.0),), "line.get_y2", 11.0),
    ]
    for name, values, read, wanted in changes:
        calls[name](line, *values)
        assert calls[read](line) == wanted, name
    assert calls["line.get_price"](line, 12) == 13.0
    for name in ["line.set_color", "line.set_extend", "line.set_style", "line.set_width"]:
        calls[name](line, "set")
        assert getattr(line, name.removeprefix("line.set_")) == "set"
    calls["line.set_xloc"](line, START, START + 1, "bar_time")
    assert (line.x1, line.x2, line.xloc) == (START, START + 1, "bar_time")
    with pytest.raises(PineRuntimeError, match="numbers of bars"):
        calls["line.get_price"](line, 12)
    calls["line.set_first_point"](line, ChartPoint(7, 8, 9.0))
    assert line.x1 == 7
    twin = calls["line.copy"](line)
    calls["line.delete"](line)
    calls["line.delete"](line)
    assert on_chart(context, "line") == [twin]
    assert (twin.x2, twin.number) == (START + 1, 2)


def test_lines_between_points(context: Context, calls: Calls) -> None:
    points = calls["chart.point.new"](START, 3, 1.0), calls["chart.point.from_index"](9, 2.0)
    line = calls["line.new"](*points, *LINE)
    assert (line.x1, line.y1, line.x2, line.y2) == (3, 1.0, 9, 2.0)
    later = calls["chart.point.copy"](calls["chart.point.from_time"](START + 5, 2.0))
    timed = calls["line.new"](points[0], later, "bar_time", *LINE[1:])
    assert (timed.x1, timed.x2) == (START, START + 5)
    now = calls["chart.point.now"](7.0)
    assert (now.time, now.index, now.price) == (START, 0, 7.0)


def test_labels(context: Context, calls: Calls) -> None:
    label = calls["label.new"](0, 1.0, *LABEL)
    at_point = calls["label.new"](ChartPoint(START, 3, 2.0), *LABEL)
    assert (at_point.x, at_point.y) == (3, 2.0)
    assert calls["label.all"]() == [label, at_point]
    calls["label.set_x"](label, 5)
    calls["label.set_y"](label, 6.0)
    calls["label.set_text"](label, "new")
    assert (calls["label.get_x"](label), calls["label.get_y"](label)) == (5, 6.0)
    assert calls["label.get_text"](label) == "new"
    calls["label.set_xy"](label, 7, 8.0)
    calls["label.set_point"](at_point, ChartPoint(START, 9, 10.0))
    assert (label.x, label.y, at_point.x, at_point.y) == (7, 8.0, 9, 10.0)
    calls["label.set_xloc"](label, START, "bar_time")
    assert (label.x, label.xloc) == (START, "bar_time")
    for name in [
        "label.set_color", "label.set_size", "label.set_style", "label.set_text_font_family",
        "label.set_text_formatting", "label.set_textalign", "label.set_textcolor", "label.set_tooltip",
        "label.set_yloc",
    ]:  # fmt: skip
        calls[name](label, "set")
        assert getattr(label, name.removeprefix("label.set_")) == "set"
    twin = calls["label.copy"](label)
    calls["label.delete"](label)
    assert on_chart(context, "label") == [at_point, twin]


def test_boxes(context: Context, calls: Calls) -> None:
    box = calls["box.new"](0, 2.0, 5, 1.0, *BOX)
    at_points = calls["box.new"](ChartPoint(0, 1, 9.0), ChartPoint(0, 4, 3.0), *BOX)
    assert (at_points.left, at_points.top, at_points.right, at_points.bottom) == (1, 9.0, 4, 3.0)
    assert calls["box.all"]() == [box, at_points]
    for name, value in [("box.set_left", 1), ("box.set_right", 6), ("box.set_top", 3.0), ("box.set_bottom", 0.5)]:
        calls[name](box, value)
        assert calls[name.replace("set", "get")](box) == value
    calls["box.set_lefttop"](box, 2, 4.0)
    calls["box.set_rightbottom"](box, 7, 0.0)
    assert [calls[name](box) for name in ("box.get_left", "box.get_top", "box.get_right", "box.get_bottom")] == [
        2, 4.0, 7, 0.0,
    ]  # fmt: skip
    calls["box.set_top_left_point"](box, ChartPoint(0, 3, 5.0))
    calls["box.set_bottom_right_point"](box, ChartPoint(0, 8, -1.0))
    assert (box.left, box.top, box.right, box.bottom) == (3, 5.0, 8, -1.0)
    calls["box.set_xloc"](box, START, START + 1, "bar_time")
    assert (box.left, box.right, box.xloc) == (START, START + 1, "bar_time")
    for name in [
        "box.set_bgcolor", "box.set_border_color", "box.set_border_style", "box.set_border_width", "box.set_extend",
        "box.set_text", "box.set_text_color", "box.set_text_font_family", "box.set_text_formatting",
        "box.set_text_halign", "box.set_text_size", "box.set_text_valign", "box.set_text_wrap",
    ]:  # fmt: skip
        calls[name](box, "set")
        assert getattr(box, name.removeprefix("box.set_")) == "set"
    twin = calls["box.copy"](box)
    calls["box.delete"](box)
    assert on_chart(context, "box") == [at_points, twin]


def test_fillings_go_with_their_lines(context: Context, calls: Calls) -> None:
    one, two = (calls["line.new"](0, value, 1, value, *LINE) for value in (1.0, 2.0))
    filling = calls["linefill.new"](one, two, RED)
    assert (calls["linefill.get_line1"](filling), calls["linefill.get_line2"](filling)) == (one, two)
    calls["linefill.set_color"](filling, 5)
    assert (filling.color, calls["linefill.all"]()) == (5, [filling])
    assert calls["linefill.new"](one, None, RED) is None
    calls["line.delete"](two)
    assert on_chart(context, "linefill") == []
    other = calls["linefill.new"](one, one, RED)
    calls["linefill.delete"](other)
    assert on_chart(context, "linefill") == []


def test_polylines_keep_the_points_they_were_made_of(context: Context, calls: Calls) -> None:
    points = [ChartPoint(0, 1, 2.0)]
    line = calls["polyline.new"](points, False, False, "bar_index", RED, None, "solid", 1, False)
    points[0].price = 99.0
    points.append(ChartPoint(0, 2, 3.0))
    assert [point.price for point in line.points] == [2.0]
    assert calls["polyline.all"]() == [line]
    calls["polyline.delete"](line)
    assert on_chart(context, "polyline") == []


def test_functions_of_drawings_that_are_na_do_nothing(calls: Calls) -> None:
    calls["line.set_x1"](None, 1)
    calls["line.set_first_point"](None, ChartPoint())
    calls["label.delete"](None)
    calls["table.cell"](None, 0, 0)
    assert calls["box.copy"](None) is None
    assert calls["linefill.get_line1"](None) is None
    assert same([calls["line.get_x1"](None), calls["line.get_price"](None, 1)], [NA, NA])


@pytest.mark.parametrize(("kind", "arguments"), [
    ("line", (0, 1.0, 1, 1.0, *LINE)),
    ("label", (0, 1.0, *LABEL)),
    ("box", (0, 1.0, 1, 0.0, *BOX)),
    ("polyline", ([], False, False, "bar_index", RED, None, "solid", 1, False)),
])  # fmt: skip
def test_the_oldest_drawings_go_when_there_are_too_many(kind: str, arguments: tuple[Any, ...]) -> None:
    limits: dict[str, Any] = {f"max_{name}_count": 3 for name in ("lines", "labels", "boxes", "polylines")}
    declaration = Declaration(**limits)
    context = Context(Symbol("X"), Timeframe.parse("1"), closes([1.0]), declaration=declaration)
    context.begin(0)
    new = Calls(context)[f"{kind}.new"]
    made = [new(*arguments) for _ in range(5)]
    assert on_chart(context, kind) == made[2:]


def test_drawings_go_back_with_the_context(context: Context, calls: Calls) -> None:
    kept = calls["line.new"](0, 1.0, 1, 1.0, *LINE)
    gone = calls["line.new"](0, 2.0, 1, 2.0, *LINE)
    saved = context.save()
    for _ in range(2):
        calls["line.set_y1"](kept, 50.0)
        calls["line.delete"](gone)
        calls["line.new"](0, 3.0, 1, 3.0, *LINE)
        context.restore(saved)
        assert on_chart(context, "line") == [kept, gone]
        assert (kept.y1, context.drawn) == (1.0, 2)


TABLE = (None, None, 0, None, 0, False)
CELL = (0, 0, RED, "center", "center", "normal", None, None, "default", 0)


def test_tables(context: Context, calls: Calls) -> None:
    table = calls["table.new"]("top_right", 2, 3, *TABLE)
    other = calls["table.new"]("top_left", 1, 1, *TABLE)
    assert calls["table.all"]() == [table, other]
    calls["table.cell"](table, 1, 2, "text", *CELL)
    for name in [
        "table.cell_set_bgcolor", "table.cell_set_height", "table.cell_set_text", "table.cell_set_text_color",
        "table.cell_set_text_font_family", "table.cell_set_text_formatting", "table.cell_set_text_halign",
        "table.cell_set_text_size", "table.cell_set_text_valign", "table.cell_set_tooltip", "table.cell_set_width",
    ]:  # fmt: skip
        calls[name](table, 1, 2, "set")
        assert getattr(table.cells[1, 2], name.removeprefix("table.cell_set_")) == "set"
    for name in [
        "table.set_bgcolor", "table.set_border_color", "table.set_border_width", "table.set_frame_color",
        "table.set_frame_width", "table.set_position",
    ]:  # fmt: skip
        calls[name](table, "set")
        assert getattr(table, name.removeprefix("table.set_")) == "set"
    with pytest.raises(PineRuntimeError, match="out of bounds"):
        calls["table.cell"](table, 2, 0, "text", *CELL)
    calls["table.cell_set_text"](table, 0, 0, "text")
    assert (table.cells[0, 0].text, table.cells[0, 0].text_halign, table.cells[0, 0].bgcolor) == (
        "text",
        "center",
        None,
    )
    with pytest.raises(PineRuntimeError, match="out of bounds"):
        calls["table.cell_set_text"](table, 0, 3, "text")
    calls["table.merge_cells"](table, 0, 0, 1, 1)
    assert table.merged == [(0, 0, 1, 1)]
    with pytest.raises(PineRuntimeError, match="merged"):
        calls["table.merge_cells"](table, 1, 1, 1, 2)
    calls["table.clear"](table, 0, 1, 1, 2)
    assert (set(table.cells), table.merged) == ({(0, 0)}, [(0, 0, 1, 1)])
    calls["table.clear"](table, 0, 0, 1, 2)
    assert (table.cells, table.merged) == ({}, [])
    calls["table.delete"](other)
    assert on_chart(context, "table") == [table]


def test_a_table_takes_the_place_of_the_one_at_its_position(context: Context, calls: Calls) -> None:
    calls["table.new"]("top_left", 1, 1, *TABLE)
    newer = calls["table.new"]("top_left", 2, 2, *TABLE)
    assert on_chart(context, "table") == [newer]


PLOT = (1, "line", False, 0, 0, False, True, None, 15, None, None, False, None)
SHAPE = ("xcross", "abovebar", RED, 0, "", None, True, "auto", None, 15, None, None, False)


def test_plots_have_a_row_for_each_bar(context: Context, calls: Calls) -> None:
    plot, level, filling, gradient = calls["plot"], calls["hline"], calls["fill"], calls["fill"]
    shape, char, arrow = calls["plotshape"], calls["plotchar"], calls["plotarrow"]
    bars, candles, back, colour = calls["plotbar"], calls["plotcandle"], calls["bgcolor"], calls["barcolor"]
    for index in each_bar(context):
        close = context.close
        one = plot(close, "Close", RED + index, *PLOT)
        two = level(2.0, "Level", RED, "dashed", 1, True, 15)
        filling(one, two, RED, "Filled", True, None, False, 15)
        gradient(one, two, close, 0.0, RED, None, "Gradient", 15, False, True)
        shape(close > 2, "Shape", *SHAPE)
        char(close > 2, "Char", *SHAPE)
        arrow(close, "Arrow", RED, None, 0, 5, 100, True, None, 15, None, None, False)
        bars(close, close, close, close, "Bars", RED, True, None, 15, None, None, False)
        candles(close, close, close, close, "Candles", RED, None, True, None, None, 15, None, None, False)
        back(RED if close > 2 else None, 0, True, None, "Back", 15, False)
        colour(RED, 0, True, None, "Colour", 15)
    plots = context.outputs.plots
    assert [plot.kind for plot in plots.values()] == [
        "plot", "hline", "fill", "fill", "plotshape", "plotchar", "plotarrow", "plotbar", "plotcandle", "bgcolor",
        "barcolor",
    ]  # fmt: skip
    assert plots[0].columns == ("series", "color")
    assert plots[0].rows == [(1.0, RED), (2.0, RED + 1), (3.0, RED + 2), (4.0, RED + 3)]
    assert (plots[0].title, plots[0].options["linewidth"], plots[0].values) == ("Close", 1, [1.0, 2.0, 3.0, 4.0])
    assert (plots[1].options["price"], plots[1].rows) == (2.0, [])
    assert plots[2].options["plot1"] is plots[0]
    assert plots[3].rows[-1] == (4.0, 0.0, RED, None)
    assert plots[9].rows == [(None,), (None,), (RED,), (RED,)]
    assert all(len(plot.rows) == 4 for plot in plots.values() if plot.kind != "hline")


def test_a_bar_that_is_computed_again_replaces_its_row(context: Context, calls: Calls) -> None:
    plot = calls["plot"]
    for index, value in [(0, 1.0), (1, 2.0), (1, 3.0), (3, 4.0)]:
        context.begin(index)
        shown = plot(value, "", RED, *PLOT)
    assert same(shown.values, [1.0, 3.0, NA, 4.0])


def test_a_place_is_told_once_what_stays_the_same(context: Context) -> None:
    place = PlotSeries(context)
    (show,) = place.begin((None, "Close", RED, *PLOT), (False, *[True] * 15))
    for value in (1.0, 2.0, 3.0):
        show(value)
    kept = place.save()
    show(4.0)
    place.restore(kept)
    assert place.plot.rows == [(1.0, RED), (2.0, RED), (3.0, RED)]
    assert (place.plot.title, place.plot.held[1]) == ("Close", [RED])
    other = PlotSeries(context)
    other.begin((None, "Later", RED, *PLOT), (False, *[True] * 15))
    other.restore(kept)
    assert same(other.plot.values, [NA, NA, NA])
    assert [plot.title for plot in context.outputs.plots.values()] == ["Close", "Later"]


def test_alert_conditions_fire_on_bars_that_have_closed(context: Context, calls: Calls) -> None:
    context.now = lambda: 0
    plot, condition = calls["plot"], calls["alertcondition"]
    for index in range(3):
        context.begin(index, realtime=index == 2, confirmed=index != 2)
        plot(context.close * 2, "Twice", RED, *PLOT)
        condition(
            context.close > 1, "Up", '{{ticker}} {{interval}} {{close}} {{plot_0}} {{plot("Twice")}} {{other}} {{time}}'
        )
        tell(context)
    [alert] = context.outputs.alerts
    assert (alert.bar_index, alert.title, alert.frequency) == (1, "Up", "once_per_bar_close")
    assert alert.message == "EURUSD 30 2 4 4 {{other}} 2024-01-01T23:30:00Z"


def test_alerts_fire_as_often_as_they_may(context: Context, calls: Calls) -> None:
    every, once, closing = calls["alert"], calls["alert"], calls["alert"]
    for index, confirmed in [(0, True), (1, False), (1, False), (1, True)]:
        context.begin(index, realtime=index == 1, confirmed=confirmed)
        every("all", "all")
        once("once", "once_per_bar")
        closing("close", "once_per_bar_close")
    fired = [alert.message for alert in context.outputs.alerts]
    assert (fired.count("all"), fired.count("once"), fired.count("close")) == (4, 2, 2)


def test_the_log_and_stopping(context: Context, calls: Calls) -> None:
    calls["log.info"]("{0}")
    calls["log.warning"]("{0,number,#.#}", 1.25)
    calls["log.error"](None)
    assert [(line.level, line.message) for line in context.outputs.logs] == [
        ("info", "{0}"), ("warning", "1.2"), ("error", "NaN"),
    ]  # fmt: skip
    with pytest.raises(PineRuntimeError, match="enough"):
        calls["runtime.error"]("enough")


def test_the_log_keeps_the_newest_lines(context: Context, calls: Calls) -> None:
    log = calls["log.info"]
    for number in range(2 * KEPT + 1):
        log(f"{number}")
    assert len(context.outputs.logs) == KEPT
    assert context.outputs.logs[-1].message == f"{2 * KEPT}"
