"""Plots, colourings, levels and fillings: what a script shows on every bar."""

from array import array
from collections.abc import Callable
from functools import partial
from itertools import repeat
from struct import pack
from typing import Any, ClassVar

from analytics.pine.runtime.bindings import Binding, PerCall
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.values import NA

_SHAPE = (
    "series", "title", "style", "location", "color", "offset", "text", "textcolor", "editable", "size", "show_last",
    "display", "format", "precision", "force_overlay",
)  # fmt: skip


class Plot:
    """What one plot shows: `held` are the values of `columns` on every bar; `options` are the same on all bars.

    A column that is the same on all bars, too, is held as a single value: which ones these are is in `fixed`. The first
    never is. Columns of prices are arrays, which hold a number in eight bytes.
    """

    __slots__ = ("columns", "fixed", "held", "kind", "number", "options")

    def __init__(self, kind: str, number: int, columns: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.number = number
        self.columns = columns
        self.fixed = (False,) * len(columns)
        self.held: list[list[Any] | array[float]] = [[] for _ in columns]
        self.options: dict[str, Any] = {}

    @property
    def title(self) -> str:
        """Return the title."""
        return self.options.get("title") or ""

    @property
    def values(self) -> list[Any]:
        """Return the first column."""
        return list(self.held[0]) if self.held else []

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Return the values of all columns for every bar."""
        if not self.columns:
            return []
        count = len(self.held[0])
        columns = [
            repeat(column[0], count) if fixed else column for column, fixed in zip(self.held, self.fixed, strict=True)
        ]
        return list(zip(*columns, strict=True))

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: plain values, so that whoever reads them needs to allow nothing else."""
        state = {name: getattr(self, name) for name in self.__slots__}
        return state | {"held": [column if isinstance(column, list) else column.tobytes() for column in self.held]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, state[name])
        self.held = [column if isinstance(column, list) else array("d", column) for column in self.held]

    def cut(self, count: int) -> None:
        """Drop what is shown from a bar on; bars before it of which nothing is known show nothing."""
        for column, fixed in zip(self.held, self.fixed, strict=True):
            if not fixed:
                del column[count:]
                column.extend([NA] * (count - len(column)))


def _pack_into(column: "array[float]", values: list[float]) -> None:
    column.frombytes(pack(f"{len(values)}d", *values))


def reserved(context: Context, kind: str) -> Plot:
    """Return the next plot of a script."""
    plots = context.outputs.plots
    plot = plots[len(plots)] = Plot(kind, len(plots))
    return plot


class Plotting:
    """A place in a script that plots; what it has shown on a bar is replaced when the bar is computed again."""

    __slots__ = ("context", "plot")
    kind: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    changing: ClassVar[tuple[str, ...]]
    prices: ClassVar[frozenset[str]] = frozenset()
    """Which of those that change are numbers, whatever a script gives."""

    def __init__(self, context: Context, plot: Plot | None = None) -> None:
        self.context = context
        self.plot = plot or reserved(context, self.kind)

    @classmethod
    def form_of(cls, count: int) -> "type[Plotting]":
        """Return the class that says what so many arguments are."""
        return cls

    def __call__(self, *arguments: Any) -> Plot:
        plot = self.plot
        if not plot.options:
            self.begin(arguments, (False,) * len(arguments))
        if self.changing:
            index = self.context.bar_index
            if len(plot.held[0]) != index:
                plot.cut(index)
            for column, name in zip(plot.held, self.changing, strict=True):
                value = arguments[self.parameters.index(name)]
                column.append(NA if value is None and name in self.prices else value)
        return plot

    def begin(self, arguments: tuple[Any, ...], known: tuple[bool, ...]) -> tuple[Callable[[Any], None], ...]:
        """Take in the options; return what takes in each value of a bar that is not `known` to stay the same.

        These have to be called once on every bar.
        """
        named = dict(zip(self.parameters, arguments, strict=True))
        plot = self.plot
        plot.options = {name: value for name, value in named.items() if name not in self.changing}
        plot.columns = self.changing
        same = dict(zip(self.parameters, known, strict=True))
        plot.fixed = tuple(same[name] and place > 0 for place, name in enumerate(self.changing))
        plot.held = [
            [named[name]] if fixed else array("d") if name in self.prices else []
            for name, fixed in zip(self.changing, plot.fixed, strict=True)
        ]
        return tuple(column.append for column, fixed in zip(plot.held, plot.fixed, strict=True) if not fixed)

    def many(self) -> tuple[Callable[[list[Any]], None], ...]:
        """Return for each value that `begin` takes in what takes in those of many bars."""
        plot = self.plot
        return tuple(
            partial(_pack_into, column) if isinstance(column, array) else column.extend
            for column, fixed in zip(plot.held, plot.fixed, strict=True)
            if not fixed
        )

    def save(self) -> int:
        """Return how many bars are shown."""
        return len(self.plot.held[0]) if self.plot.held else 0

    def restore(self, saved: int) -> None:
        """Show as many bars again."""
        self.plot.cut(saved)


class PlotSeries(Plotting):
    """`plot`."""

    __slots__ = ()
    kind = "plot"
    parameters = (
        "series", "title", "color", "linewidth", "style", "trackprice", "histbase", "offset", "join", "editable",
        "show_last", "display", "format", "precision", "force_overlay", "linestyle",
    )  # fmt: skip
    changing = ("series", "color")
    prices = frozenset({"series"})


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
    prices = frozenset({"series"})


class PlotBar(Plotting):
    """`plotbar`."""

    __slots__ = ()
    kind = "plotbar"
    parameters = (
        "open", "high", "low", "close", "title", "color", "editable", "show_last", "display", "format", "precision",
        "force_overlay",
    )  # fmt: skip
    changing = ("open", "high", "low", "close", "color")
    prices = frozenset({"open", "high", "low", "close"})


class PlotCandle(Plotting):
    """`plotcandle`."""

    __slots__ = ()
    kind = "plotcandle"
    parameters = (
        "open", "high", "low", "close", "title", "color", "wickcolor", "editable", "show_last", "bordercolor",
        "display", "format", "precision", "force_overlay",
    )  # fmt: skip
    changing = ("open", "high", "low", "close", "color", "wickcolor", "bordercolor")
    prices = frozenset({"open", "high", "low", "close"})


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
    prices = frozenset({"top_value", "bottom_value"})


class Filling(Plotting):
    """`fill`, of whichever kind its arguments are."""

    __slots__ = ("form",)
    kind = "fill"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.form: Plotting | None = None

    @classmethod
    def form_of(cls, count: int) -> type[Plotting]:
        """Return the class that says what so many arguments are."""
        return GradientFilling if count == len(GradientFilling.parameters) else FlatFilling

    def __call__(self, *arguments: Any) -> Plot:
        return (self.form or self._formed(len(arguments)))(*arguments)

    def begin(self, arguments: tuple[Any, ...], known: tuple[bool, ...]) -> tuple[Callable[[Any], None], ...]:
        """Take in the options."""
        return self._formed(len(arguments)).begin(arguments, known)

    def _formed(self, count: int) -> Plotting:
        self.form = form = self.form_of(count)(self.context, self.plot)
        return form


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
