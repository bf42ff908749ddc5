"""Which known name may have been meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

ALIKE = 0.75


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


@lru_cache(maxsize=4_096)
def _letters(name: str) -> int:
    """Return the letters of a name as bits, some of which stand for several."""
    bits = 0
    for letter in name:
        bits |= 1 << ord(letter) % 64
    return bits
