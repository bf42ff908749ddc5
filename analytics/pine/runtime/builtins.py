"""All built-ins that run without the compiler's or the broker's help, by name.

Where a name is both a variable and a function (`time`, `ta.tr`, `hour`), the function has its parentheses: `time()`.
"""

from analytics.pine.runtime import mathematics, strings, technical, times
from analytics.pine.runtime.bindings import Binding

BUILTINS: dict[str, Binding] = {
    **mathematics.BINDINGS,
    **technical.BINDINGS,
    **times.BINDINGS,
    **strings.BINDINGS,
}
