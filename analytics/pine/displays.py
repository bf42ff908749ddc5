"""What a script shows, as JSON: plots with their options and values, drawings with all they are made of."""

from math import isfinite
from typing import Any

from analytics.pine.runtime.drawings import Drawing, LineFill, Polyline
from analytics.pine.runtime.outputs import Outputs
from analytics.pine.runtime.plots import Plot
from analytics.pine.runtime.tables import Table


def plain(value: Any) -> Any:
    """Return a value as JSON has it; what is not available or not finite is null."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def plots_as_json(outputs: Outputs, bars: int) -> list[dict[str, Any]]:
    """Return all plots; what is the same on all bars is in `options`, where a filling names plots by their place."""
    plots = list(outputs.plots.values())
    places = {id(plot): place for place, plot in enumerate(plots)}
    return [
        {
            "title": plot.title,
            "kind": plot.kind,
            "options": {name: plain(places.get(id(option), option)) for name, option in plot.options.items()},
            "columns": columns(plot, bars),
        }
        for plot in plots
    ]


def columns(plot: Plot, bars: int) -> dict[str, list[Any]]:
    """Return the values of a plot for every bar by column; on the bars before the first computed one there are none."""
    rows = plot.rows
    missing = [None] * (bars - len(rows))
    return {name: [*missing, *(plain(row[place]) for row in rows)] for place, name in enumerate(plot.columns)}


def drawings_as_json(outputs: Outputs) -> dict[str, list[dict[str, Any]]]:
    """Return the drawings on the chart by kind, oldest first; each has a number, by which fillings name their lines."""
    return {kind: [_drawing(drawing) for drawing in held.values()] for kind, held in outputs.drawings.items()}


def _drawing(drawing: Any) -> dict[str, Any]:
    found = {"number": drawing.number} | _fields(drawing)
    if isinstance(drawing, LineFill):
        found |= {"line1": drawing.line1.number, "line2": drawing.line2.number}
    elif isinstance(drawing, Polyline):
        found["points"] = [
            {name: plain(getattr(point, name)) for name in ("time", "index", "price")} for point in drawing.points
        ]
    elif isinstance(drawing, Table):
        found["cells"] = [
            {"column": column, "row": row} | _fields(cell) for (column, row), cell in sorted(drawing.cells.items())
        ]
        found["merged"] = [list(area) for area in drawing.merged]
    return found


def _fields(drawn: Any) -> dict[str, Any]:
    return {name: plain(getattr(drawn, name)) for name in drawn.fields if not _holds(getattr(drawn, name))}


def _holds(value: Any) -> bool:
    """Return whether a value is no plain one: lines of a filling, points of a polyline."""
    return isinstance(value, (Drawing, list))
