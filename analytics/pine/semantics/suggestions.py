"""Which known name may have been meant."""

from collections.abc import Container, Iterable
from difflib import get_close_matches
from functools import lru_cache

ALIKE = 0.75
FORMER = {
    "study": 'indicator("…")',
    "iff": "condition ? a : b",
    "offset": "value[bars]",
    "n": "bar_index",
    "interval": "timeframe.multiplier",
    "input.integer": "input.int",
    "input.resolution": "input.timeframe",
}
"""What stands today for names of older versions."""
FORMER_ARGUMENTS = {
    "transp": "Write `color.new(…)`.",
    "when": "Put the call into an `if` block.",
    "resolution": "Write `timeframe = …`.",
}
"""What to do instead of giving arguments that older versions had."""
_NAMESPACES = ("math", "ta", "str", "request", "ticker", "timeframe", "syminfo", "color", "input", "strategy")
"""Where what once had no namespace went, the likelier first."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the name that is most like another, empty if none is."""
    length, letters = len(name), _letters(name)
    found = []
    for other in known:
        # `difflib` is slow to tell that two names are not alike: no more letters match than both names have.
        enough = ALIKE * (length + len(other)) / 2
        if length < enough or len(other) < enough:
            continue
        others = _letters(other)
        missing, surplus = (letters & ~others).bit_count(), (others & ~letters).bit_count()
        if length - missing >= enough and len(other) - surplus >= enough:
            found.append(other)
    return next(iter(get_close_matches(name, found, 1, ALIKE)), "")


def in_namespace(name: str, known: Container[str]) -> str:
    """Return the name with the namespace that it has today, empty if it has none."""
    return next((f"{space}.{name}" for space in _NAMESPACES if f"{space}.{name}" in known), "")


@lru_cache(maxsize=4_096)
def _letters(name: str) -> int:
    """Return the letters of a name as bits, some of which stand for several."""
    bits = 0
    for letter in name:
        bits |= 1 << ord(letter) % 64
    return bits
