"""How a built-in of the reference is carried out; each module of built-ins has a table of these by name.

Arguments come by position, in the order of the built-in's signature, with its defaults filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Pure:
    """A function of its arguments alone, such as `math.abs`."""

    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class OfContext:
    """A function that is given the script's `Context` before its arguments, such as `strategy.entry`."""

    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class PerCall:
    """A class of which each place in a script that calls it has an object, such as `ta.ema`.

    The object is made from the `Context` and called with the arguments whenever the place is reached. `save()` returns
    what `restore()` brings back before a bar is computed again. Where all arguments but those at the places `moving` of
    the class are the same on all bars, `at` is called with these and one tuple of the others.
    """

    state: type[Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """A value read from the `Context`, such as `bar_index`; `path` leads to it by attributes where these do."""

    read: Callable[[Any], Any]
    path: str = ""


def attribute(path: str) -> Variable:
    """Return a variable that is an attribute of the `Context`, or of one of its attributes."""
    return Variable(attrgetter(path), path)


Binding = Pure | OfContext | PerCall | Variable
