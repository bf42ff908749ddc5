"""All built-ins that run without the compiler's or the broker's help, by name.

Where a name is both a variable and a function (`time`, `ta.tr`, `hour`), the function has its parentheses: `time()`.
Constants are not here: they are values of the reference.
"""

from analytics.pine.runtime import (
    array_statistics,
    arrays,
    colours,
    drawings,
    information,
    maps,
    mathematics,
    matrices,
    messages,
    plots,
    rates,
    strings,
    tables,
    technical,
    times,
)
from analytics.pine.runtime.bindings import Binding

BUILTINS: dict[str, Binding] = {
    **mathematics.BINDINGS,
    **technical.BINDINGS,
    **times.BINDINGS,
    **information.BINDINGS,
    **strings.BINDINGS,
    **arrays.BINDINGS,
    **array_statistics.BINDINGS,
    **matrices.BINDINGS,
    **maps.BINDINGS,
    **colours.BINDINGS,
    **drawings.BINDINGS,
    **tables.BINDINGS,
    **plots.BINDINGS,
    **messages.BINDINGS,
    **rates.BINDINGS,
}
