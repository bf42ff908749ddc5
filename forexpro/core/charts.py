"""Small charts as numbers for an SVG: no script, no library, readable without seeing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT = 64
WIDTH = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart in its coordinates; `label` and `text` are what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str
    is_negative: bool


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over and under a `zero` line; `summary` says in words what is drawn."""

    bars: list[Bar]
    zero: float
    summary: str
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(values: Sequence[tuple[str, Any, str]], *, summary: str) -> BarChart:
    """Return a chart of (label, value, text) from left to right."""
    numbers = [float(value) for _label, value, _text in values]
    top, bottom = max([0.0, *numbers]), min([0.0, *numbers])
    scale = HEIGHT / (top - bottom) if top > bottom else 0.0
    zero = top * scale if scale else float(HEIGHT)
    step = WIDTH / max(len(values), 1)
    bars = [
        Bar(
            x=round(number * step + step * 0.1, 2),
            y=round(zero - max(value, 0) * scale, 2),
            width=round(step * 0.8, 2),
            # What is there is seen, however small.
            height=round(max(abs(value) * scale, 1 if value else 0), 2),
            label=label,
            text=text,
            is_negative=value < 0,
        )
        for number, (value, (label, _value, text)) in enumerate(zip(numbers, values, strict=True))
    ]
    return BarChart(bars, round(zero, 2), summary)
