"""How many series a script plots, as TradingView counts them: the values, and each colour that changes."""

from typing import TYPE_CHECKING

from analytics.pine.diagnostics import Span
from analytics.pine.semantics.overloads import Match
from analytics.pine.types import COLOR, Qualifier

if TYPE_CHECKING:
    from analytics.pine.semantics.calls import CallAnalysis

MOST = 64
_VALUES = {
    "plot": 1,
    "plotshape": 1,
    "plotchar": 1,
    "plotarrow": 1,
    "plotbar": 4,
    "plotcandle": 4,
    "alertcondition": 1,
    "bgcolor": 0,
    "barcolor": 0,
    "fill": 0,
}
"""How many series of values a call has; those that only colour count by their colours. Levels do not count."""


def count_plot(analysis: "CallAnalysis", name: str, found: Match, span: Span) -> None:
    """Count what a call plots; the one with which it is too much is refused."""
    if name not in _VALUES:
        return
    colours = sum(
        argument.qualifier is Qualifier.SERIES
        for parameter in found.signature.parameters
        if parameter.type == COLOR and (argument := found.arguments.get(parameter.name)) is not None
    )
    if name == "fill":
        colours = min(colours, 1)
    before = analysis.plots_counted
    analysis.plots_counted += max(_VALUES[name] + colours, 1 if name == "bgcolor" else 0)
    if before <= MOST < analysis.plots_counted:
        message = f"A script may plot {MOST} series; with this call there are {analysis.plots_counted}."
        analysis.error("too-many-plots", span, message, "Values count, and so does each colour that changes.")
