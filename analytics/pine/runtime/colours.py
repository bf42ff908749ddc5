"""`color.*`: colours are ints `0xRRGGBBTT`, the last byte their transparency from 0 to 255."""

from collections.abc import Callable
from typing import Any

from analytics.pine.runtime.bindings import Binding, Pure
from analytics.pine.runtime.values import NA, is_na

Colour = int | None


def _byte(value: float) -> int:
    return min(max(round(value), 0), 255)


def _transparency(percent: float) -> int:
    return 0 if is_na(percent) else _byte(percent * 255 / 100)


def new(colour: Colour, transparency: float = 0) -> Colour:
    """Return a colour with another transparency in per cent."""
    return None if is_na(colour) or colour is None else (colour & ~0xFF) | _transparency(transparency)


def rgb(red: float, green: float, blue: float, transparency: float = 0) -> Colour:
    """Return a colour of red, green and blue from 0 to 255."""
    if any(is_na(part) for part in (red, green, blue)):
        return None
    return _byte(red) << 24 | _byte(green) << 16 | _byte(blue) << 8 | _transparency(transparency)


def _parts(colour: Any) -> tuple[int, int, int, int]:
    return colour >> 24 & 0xFF, colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF


def red(colour: Colour) -> float:
    """Return how much red there is in a colour."""
    return NA if colour is None or is_na(colour) else _parts(colour)[0]


def green(colour: Colour) -> float:
    """Return how much green there is in a colour."""
    return NA if colour is None or is_na(colour) else _parts(colour)[1]


def blue(colour: Colour) -> float:
    """Return how much blue there is in a colour."""
    return NA if colour is None or is_na(colour) else _parts(colour)[2]


def transparency(colour: Colour) -> float:
    """Return how transparent a colour is, in per cent."""
    return NA if colour is None or is_na(colour) else round(_parts(colour)[3] * 100 / 255)


def gradient(value: float, bottom: float, top: float, bottom_colour: Colour, top_colour: Colour) -> Colour:
    """Return the colour that lies between two as a value lies between two others."""
    if is_na(value) or is_na(bottom) or is_na(top) or is_na(bottom_colour) or is_na(top_colour):
        return None
    share = 1.0 if top == bottom else min(max((value - bottom) / (top - bottom), 0.0), 1.0)
    mixed = [
        _byte(low + share * (high - low)) for low, high in zip(_parts(bottom_colour), _parts(top_colour), strict=True)
    ]
    return mixed[0] << 24 | mixed[1] << 16 | mixed[2] << 8 | mixed[3]


def css(colour: Colour) -> str | None:
    """Return a colour as style sheets and charts write it, `#RRGGBBAA`."""
    return None if colour is None else f"#{colour ^ 0xFF:08X}"


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "new": new,
    "rgb": rgb,
    "r": red,
    "g": green,
    "b": blue,
    "t": transparency,
    "from_gradient": gradient,
}
BINDINGS: dict[str, Binding] = {f"color.{name}": Pure(function) for name, function in _FUNCTIONS.items()}
