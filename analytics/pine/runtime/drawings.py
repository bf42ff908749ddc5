"""Lines, labels, boxes, fillings of lines and polylines: what they are and how many of them there may be."""

from collections.abc import Callable
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, Pure, Variable
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.numbers import divide
from analytics.pine.runtime.snapshots import ScriptObject
from analytics.pine.runtime.values import NA, is_na

MOST = 500
"""How many drawings of a kind may be on the chart, whatever a script declares."""
MOST_POLYLINES = 100
MOST_POINTS = 10_000
"""How many points a polyline may have."""


class ChartPoint(ScriptObject):
    """A place on the chart by time or number of the bar, and price."""

    __slots__ = ("index", "price", "time")

    def __init__(self, time: float = NA, index: float = NA, price: float = NA) -> None:
        self.time = time
        self.index = index
        self.price = price

    def place(self, xloc: str) -> float:
        """Return the place in time, counted as `xloc` says."""
        return self.time if xloc == "bar_time" else self.index


class Drawing(ScriptObject):
    """Something drawn on the chart; `number` counts all of a script, in the order in which they were made."""

    __slots__ = ("number",)
    number: int


class Line(Drawing):
    """A line between two points."""

    __slots__ = ("color", "extend", "force_overlay", "style", "width", "x1", "x2", "xloc", "y1", "y2")
    fields = ("x1", "y1", "x2", "y2", "xloc", "extend", "color", "style", "width", "force_overlay")
    x1: float
    x2: float
    y1: float
    y2: float
    xloc: str


class Label(Drawing):
    """A label at a point."""

    __slots__ = (
        "color", "force_overlay", "size", "style", "text", "text_font_family", "text_formatting", "textalign",
        "textcolor", "tooltip", "x", "xloc", "y", "yloc",
    )  # fmt: skip
    fields = (
        "x", "y", "text", "xloc", "yloc", "color", "style", "textcolor", "size", "textalign", "tooltip",
        "text_font_family", "force_overlay", "text_formatting",
    )  # fmt: skip


class Box(Drawing):
    """A rectangle."""

    __slots__ = (
        "bgcolor", "border_color", "border_style", "border_width", "bottom", "extend", "force_overlay", "left", "right",
        "text", "text_color", "text_font_family", "text_formatting", "text_halign", "text_size", "text_valign",
        "text_wrap", "top", "xloc",
    )  # fmt: skip
    fields = (
        "left", "top", "right", "bottom", "border_color", "border_width", "border_style", "extend", "xloc", "bgcolor",
        "text", "text_size", "text_color", "text_halign", "text_valign", "text_wrap", "text_font_family",
        "force_overlay", "text_formatting",
    )  # fmt: skip


class LineFill(Drawing):
    """What lies between two lines."""

    __slots__ = ("color", "line1", "line2")
    fields = ("line1", "line2", "color")
    line1: Line
    line2: Line


class Polyline(Drawing):
    """A line through many points."""

    __slots__ = (
        "closed", "curved", "fill_color", "force_overlay", "line_color", "line_style", "line_width", "points", "xloc",
    )  # fmt: skip
    fields = (
        "points", "curved", "closed", "xloc", "line_color", "fill_color", "line_style", "line_width", "force_overlay",
    )  # fmt: skip
    points: list[ChartPoint]


def drawn(context: Context, kind: str) -> dict[int, Any]:
    """Return the drawings of a kind that are on the chart, oldest first."""
    return context.outputs.drawings.setdefault(kind, {})


def most(context: Context, kind: str) -> int:
    """Return how many drawings of a kind may be on the chart."""
    declared = context.declaration
    wanted = {
        "line": declared.max_lines_count,
        "label": declared.max_labels_count,
        "box": declared.max_boxes_count,
        "polyline": declared.max_polylines_count,
    }.get(kind, MOST)
    return min(max(wanted, 1), MOST_POLYLINES if kind == "polyline" else MOST)


def place(context: Context, kind: str, drawing: Drawing) -> None:
    """Put a drawing on the chart and take off the oldest ones that are too many."""
    held = drawn(context, kind)
    context.drawn += 1
    drawing.number = context.drawn
    held[drawing.number] = drawing
    while len(held) > most(context, kind):
        take_off(context, kind, next(iter(held.values())))


def take_off(context: Context, kind: str, drawing: Drawing | None) -> None:
    """Take a drawing off the chart, with a line also its fillings."""
    if drawing is None or drawn(context, kind).pop(drawing.number, None) is None:
        return
    if kind == "line":
        fillings = drawn(context, "linefill")
        for filling in [filling for filling in fillings.values() if drawing in (filling.line1, filling.line2)]:
            del fillings[filling.number]


_KINDS: dict[str, type[Any]] = {
    "line": Line,
    "label": Label,
    "box": Box,
    "linefill": LineFill,
    "polyline": Polyline,
}


def _corners(kind: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments with points taken apart into places in time and prices."""
    count = 1 if kind == "label" else 2
    if kind not in ("line", "label", "box") or len(arguments) == len(_KINDS[kind].fields):
        return arguments
    rest = arguments[count:]
    xloc = rest[_KINDS[kind].fields.index("xloc") - 2 * count]
    points = [ChartPoint(NA, NA, NA) if point is None else point for point in arguments[:count]]
    coordinates = [part for point in points for part in (point.place(xloc), point.price)]
    return (*coordinates, *rest)


def _maker(kind: str) -> OfContext:
    made = _KINDS[kind]

    def new(context: Context, *arguments: Any) -> Any:
        drawing = made()
        for name, value in zip(made.fields, _corners(kind, arguments), strict=True):
            setattr(drawing, name, value)
        if kind == "polyline":
            if len(drawing.points or ()) > MOST_POINTS:
                raise LimitReached("too-many-points", f"A polyline may have {MOST_POINTS} points at most.")
            drawing.points = [ChartPoint(point.time, point.index, point.price) for point in drawing.points or ()]
        if kind == "linefill" and (drawing.line1 is None or drawing.line2 is None):
            return None
        place(context, kind, drawing)
        return drawing

    return OfContext(new)


def _copier(kind: str) -> OfContext:
    def copy(context: Context, drawing: Any) -> Any:
        if drawing is None:
            return None
        twin = type(drawing)()
        for name in drawing.fields:
            setattr(twin, name, getattr(drawing, name))
        place(context, kind, twin)
        return twin

    return OfContext(copy)


def _remover(kind: str) -> OfContext:
    return OfContext(lambda context, drawing: take_off(context, kind, drawing))


def _all(kind: str) -> Variable:
    return Variable(lambda context: list(drawn(context, kind).values()))


def _setter(*names: str) -> Pure:
    def change(drawing: Drawing | None, *values: Any) -> None:
        if drawing is not None:
            for name, value in zip(names, values, strict=True):
                setattr(drawing, name, value)

    return Pure(change)


def _point_setter(x: str, y: str) -> Pure:
    def change(drawing: Any, point: ChartPoint | None) -> None:
        if drawing is not None and point is not None:
            setattr(drawing, x, point.place(drawing.xloc))
            setattr(drawing, y, point.price)

    return Pure(change)


def _getter(name: str, missing: Any = NA) -> Pure:
    return Pure(lambda drawing: missing if drawing is None else getattr(drawing, name))


def price_at(line: Line | None, x: float) -> float:
    """Return the price at which a line, made longer on both sides, passes a bar."""
    if line is None or is_na(x):
        return NA
    if line.xloc != "bar_index":
        raise PineRuntimeError("line.get_price needs a line whose places in time are numbers of bars.")
    return line.y1 + divide(line.y2 - line.y1, line.x2 - line.x1) * (x - line.x1)


def _plain(kind: str, *names: str) -> dict[str, Binding]:
    return {f"{kind}.set_{name}": _setter(name) for name in names}


def _copy_point(point: ChartPoint | None) -> ChartPoint | None:
    return None if point is None else ChartPoint(point.time, point.index, point.price)


_SETTERS: dict[str, Binding] = {
    **_plain("line", "color", "extend", "style", "width", "x1", "x2", "y1", "y2"),
    "line.set_xy1": _setter("x1", "y1"),
    "line.set_xy2": _setter("x2", "y2"),
    "line.set_xloc": _setter("x1", "x2", "xloc"),
    "line.set_first_point": _point_setter("x1", "y1"),
    "line.set_second_point": _point_setter("x2", "y2"),
    **_plain("label", "color", "size", "style", "text", "text_font_family", "text_formatting", "textalign"),
    **_plain("label", "textcolor", "tooltip", "x", "y", "yloc"),
    "label.set_xy": _setter("x", "y"),
    "label.set_xloc": _setter("x", "xloc"),
    "label.set_point": _point_setter("x", "y"),
    **_plain("box", "bgcolor", "border_color", "border_style", "border_width", "bottom", "extend", "left", "right"),
    **_plain("box", "text", "text_color", "text_font_family", "text_formatting", "text_halign", "text_size"),
    **_plain("box", "text_valign", "text_wrap", "top"),
    "box.set_lefttop": _setter("left", "top"),
    "box.set_rightbottom": _setter("right", "bottom"),
    "box.set_xloc": _setter("left", "right", "xloc"),
    "box.set_top_left_point": _point_setter("left", "top"),
    "box.set_bottom_right_point": _point_setter("right", "bottom"),
    "linefill.set_color": _setter("color"),
}
_GETTERS: dict[str, Binding] = {
    **{f"line.get_{name}": _getter(name) for name in ("x1", "x2", "y1", "y2")},
    "line.get_price": Pure(price_at),
    "label.get_x": _getter("x"),
    "label.get_y": _getter("y"),
    "label.get_text": _getter("text", None),
    **{f"box.get_{name}": _getter(name) for name in ("left", "right", "top", "bottom")},
    "linefill.get_line1": _getter("line1", None),
    "linefill.get_line2": _getter("line2", None),
}
_POINTS: dict[str, Callable[..., Any]] = {
    "new": ChartPoint,
    "copy": _copy_point,
    "from_index": lambda index, price: ChartPoint(NA, index, price),
    "from_time": lambda time, price: ChartPoint(time, NA, price),
}
BINDINGS: dict[str, Binding] = {
    **{f"{kind}.new": _maker(kind) for kind in _KINDS},
    **{f"{kind}.copy": _copier(kind) for kind in ("line", "label", "box")},
    **{f"{kind}.delete": _remover(kind) for kind in _KINDS},
    **{f"{kind}.all": _all(kind) for kind in _KINDS},
    **_SETTERS,
    **_GETTERS,
    **{f"chart.point.{name}": Pure(function) for name, function in _POINTS.items()},
    "chart.point.now": OfContext(lambda context, price: ChartPoint(context.time, context.bar_index, price)),
}
