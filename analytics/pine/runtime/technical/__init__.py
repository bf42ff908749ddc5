"""The functions and variables of `ta.*`.

Classes take the current value of their source, keep their own windows, and advance only when they are called.
"""

from analytics.pine.runtime.bindings import Binding
from analytics.pine.runtime.technical import (
    averages,
    crossings,
    extremes,
    levels,
    oscillators,
    statistics,
    trends,
    volumes,
)

BINDINGS: dict[str, Binding] = {
    **averages.BINDINGS,
    **extremes.BINDINGS,
    **crossings.BINDINGS,
    **statistics.BINDINGS,
    **oscillators.BINDINGS,
    **trends.BINDINGS,
    **volumes.BINDINGS,
    **levels.BINDINGS,
}
