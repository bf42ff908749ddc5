"""What a script brings forth: plots, drawings, alerts and lines of its log."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Alert(NamedTuple):
    """An alert that fired on a bar; `title` is that of an `alertcondition`, empty for a call of `alert`."""

    bar_index: int
    time: int
    title: str
    message: str
    frequency: str


class LogLine(NamedTuple):
    """A line that a script wrote into its log."""

    bar_index: int
    time: int
    level: str
    message: str


@dataclass(slots=True)
class Outputs:
    """Everything a script has brought forth so far.

    `plots` are by the number of the call in the script, `drawings` by their kind, oldest first.
    """

    plots: dict[int, Any] = field(default_factory=dict)
    drawings: dict[str, dict[int, Any]] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    logs: list[LogLine] = field(default_factory=list)
