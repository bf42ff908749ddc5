"""The address of a list in the back office: which of its parameters choose the rows."""

from collections.abc import Iterable
from typing import Any

# The others say which page of them is shown, and in which order.
_PAGING = {"p", "o", "all", "e"}


def chosen_filters(parameters: Iterable[tuple[str, Any]]) -> set[tuple[str, str]]:
    """Return the parameters that choose the rows of a list."""
    return {(name, value) for name, value in parameters if name not in _PAGING and value}
