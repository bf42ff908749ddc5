"""Plots, colourings, levels and fillings: what a script shows on every bar."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.errors import LimitReached
from analytics.pine.runtime.state import State
from analytics.pine.runtime.values import NA

MOST = 64
"""How many plots a script may have."""

_SHAPE = (
    "series", "title", "style", "location", "color", "offset", "text", "textcolor", "editable", "size", "show_last",
    "display", "format", "precision", "force_overlay",
)  # fmt: skip


class Plot:
    """What one plot shows: `rows` hold, for every bar, the values of `columns`; `options` are the same on all bars."""

    __slots__ = ("columns", "kind", "number", "options", "rows")

    def __init__(self, kind: str, number: int, columns: tuple[str, ...], options: dict[str, Any]) -> None:
        self.kind = kind
        self.number = number
        self.columns = columns
        self.options = options
        self.rows: list[Any] = []

    @property
    def title(self) -> str:
        """Return the title."""
        return self.options.get("title") or ""

    @property
    def values(self) -> list[Any]:
        """Return the first column."""
        return [NA if row is None else row[0] for row in self.rows]


class Plotting:
    """A place in a script that plots; what it has shown on a bar is replaced when the bar is computed again."""

    __slots__ = ("context", "plot", "rows")
    kind: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    changing: ClassVar[tuple[str, ...]]
    pick: ClassVar[Callable[..., Any]]

    def __init__(self, context: Context) -> None:
        self.context = context
        self.plot: Plot | None = None
        self.rows: list[Any] = []

    def __init_subclass__(cls) -> None:
        places = [cls.parameters.index(name) for name in cls.changing]
        if len(places) == 1:
            cls.pick = itemgetter(slice(places[0], places[0] + 1))  # a row of one column is a tuple, too
        elif places:
            cls.pick = itemgetter(*places)

    def __call__(self, *arguments: Any) -> Plot:
        plot = self.plot or self._begin(arguments)
        if len(self.rows) != self.context.bar_index:
            self._adjust()
        self.rows.append(self.pick(arguments))
        return plot

    def _adjust(self) -> None:
        """Drop the rows of this bar and later ones, and leave those out of which there is none."""
        index = self.context.bar_index
        del self.rows[index:]
        self.rows.extend([None] * (index - len(self.rows)))

    def _begin(self, arguments: tuple[Any, ...]) -> Plot:
        plots = self.context.outputs.plots
        if len(plots) >= MOST:
            raise LimitReached("too-many-plots", f"A script may have {MOST} plots at most.")
        named = dict(zip(self.parameters, arguments, strict=True))
        options = {name: value for name, value in named.items() if name not in self.changing}
        self.plot = plot = Plot(self.kind, len(plots), self.changing, options)
        plots[plot.number] = plot
        self.rows = plot.rows
        return plot

    def save(self) -> None:
        """Return nothing: rows of bars to come are dropped when their bar is computed."""

    def restore(self, saved: None) -> None:
        """Do nothing, for the same reason."""


class PlotSeries(Plotting):
    """`plot`."""

    __slots__ = ()
    kind = "plot"
    parameters = (
        "series", "title", "color", "linewidth", "style", "trackprice", "histbase", "offset", "join", "editable",
        "show_last", "display", "format", "precision", "force_overlay", "linestyle",
    )  # fmt: skip
    changing = ("series", "color")

    def __call__(  # parameters one by one are thrice as fast, and scripts plot much
        self, series: Any, title: Any, color: Any, linewidth: Any, style: Any, trackprice: Any, histbase: Any,
        offset: Any, join: Any, editable: Any, show_last: Any, display: Any, format: Any, precision: Any,
        force_overlay: Any, linestyle: Any,
    ) -> Plot:  # fmt: skip
        if len(self.rows) != self.context.bar_index or self.plot is None:
            return super().__call__(
                series, title, color, linewidth, style, trackprice, histbase, offset, join, editable, show_last,
                display, format, precision, force_overlay, linestyle,
            )  # fmt: skip
        self.rows.append((series, color))
        return self.plot


class PlotShape(Plotting):
    """`plotshape`."""

    __slots__ = ()
    kind = "plotshape"
    parameters = _SHAPE
    changing = ("series", "color", "textcolor")


class PlotChar(Plotting):
    """`plotchar`."""

    __slots__ = ()
    kind = "plotchar"
    parameters = tuple("char" if name == "style" else name for name in _SHAPE)
    changing = ("series", "color", "textcolor")


class PlotArrow(Plotting):
    """`plotarrow`."""

    __slots__ = ()
    kind = "plotarrow"
    parameters = (
        "series", "title", "colorup", "colordown", "offset", "minheight", "maxheight", "editable", "show_last",
        "display", "format", "precision", "force_overlay",
    )  # fmt: skip
    changing = ("series", "colorup", "colordown")


class PlotBar(Plotting):
    """`plotbar`."""

    __slots__ = ()
    kind = "plotbar"
    parameters = (
        "open", "high", "low", "close", "title", "color", "editable", "show_last", "display", "format", "precision",
        "force_overlay",
    )  # fmt: skip
    changing = ("open", "high", "low", "close", "color")


class PlotCandle(Plotting):
    """`plotcandle`."""

    __slots__ = ()
    kind = "plotcandle"
    parameters = (
        "open", "high", "low", "close", "title", "color", "wickcolor", "editable", "show_last", "bordercolor",
        "display", "format", "precision", "force_overlay",
    )  # fmt: skip
    changing = ("open", "high", "low", "close", "color", "wickcolor", "bordercolor")


class Background(Plotting):
    """`bgcolor`."""

    __slots__ = ()
    kind = "bgcolor"
    parameters = ("color", "offset", "editable", "show_last", "title", "display", "force_overlay")
    changing = ("color",)


class BarColour(Plotting):
    """`barcolor`."""

    __slots__ = ()
    kind = "barcolor"
    parameters = ("color", "offset", "editable", "show_last", "title", "display")
    changing = ("color",)


class Level(Plotting):
    """`hline`, which is the same on all bars."""

    __slots__ = ()
    kind = "hline"
    parameters = ("price", "title", "color", "linestyle", "linewidth", "editable", "display")
    changing = ()

    def __call__(self, *arguments: Any) -> Plot:
        return self.plot or self._begin(arguments)


class FlatFilling(Plotting):
    """`fill` in one colour."""

    __slots__ = ()
    kind = "fill"
    parameters = ("plot1", "plot2", "color", "title", "editable", "show_last", "fillgaps", "display")
    changing = ("color",)


class GradientFilling(Plotting):
    """`fill` in a gradient from a colour at one value to another at another."""

    __slots__ = ()
    kind = "fill"
    parameters = (
        "plot1", "plot2", "top_value", "bottom_value", "top_color", "bottom_color", "title", "display", "fillgaps",
        "editable",
    )  # fmt: skip
    changing = ("top_value", "bottom_value", "top_color", "bottom_color")


class Filling(State):
    """`fill`, of whichever kind its arguments are."""

    __slots__ = ("context", "filling")
    passing = frozenset({"context", "filling"})

    def __init__(self, context: Context) -> None:
        self.context = context
        self.filling: Plotting | None = None

    def __call__(self, *arguments: Any) -> Plot:
        if self.filling is None:
            gradient = len(arguments) == len(GradientFilling.parameters)
            self.filling = GradientFilling(self.context) if gradient else FlatFilling(self.context)
        plot: Plot = self.filling(*arguments)
        return plot


BINDINGS: dict[str, Binding] = {
    "plot": PerCall(PlotSeries),
    "plotshape": PerCall(PlotShape),
    "plotchar": PerCall(PlotChar),
    "plotarrow": PerCall(PlotArrow),
    "plotbar": PerCall(PlotBar),
    "plotcandle": PerCall(PlotCandle),
    "bgcolor": PerCall(Background),
    "barcolor": PerCall(BarColour),
    "hline": PerCall(Level),
    "fill": PerCall(Filling),
}
