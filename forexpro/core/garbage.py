"""Look for garbage seldom: a request makes and frees thousands of objects, of which few go round in circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# How many more objects may have been made than freed before the young ones are looked through; Python's own 700 are
# reached several times within one request.
YOUNG_OBJECTS = 20_000


def collect_seldom() -> None:
    """Collect now, leave what is still there alone for ever, and from now on look at the young objects seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Do the same for as long as something is measured that servers do."""
    thresholds = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
