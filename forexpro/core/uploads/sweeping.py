"""Files that nothing refers to: a process died between storing them and recording what they are."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Protocol

from django.core.files.storage import Storage
from django.utils import timezone

from forexpro.core.uploads.storage import private_files

logger = logging.getLogger(__name__)

# Younger ones may be about to be recorded.
LEAST_AGE = timedelta(hours=6)
# A file that is older was looked at often enough.
MONTHS = 2


class Recorded(Protocol):
    def __call__(self, prefix: str, /) -> Iterable[str]:
        """Return the names of all files on record that begin like this."""


def orphans_delete(folder: str, recorded: Recorded) -> int:
    """Delete files of this and the last month below `folder` that nobody has on record; return how many."""
    storage = private_files()
    before = timezone.now() - LEAST_AGE
    deleted = 0
    for month in _months():
        # What is stored is looked at first: what is recorded afterwards is never taken for an orphan.
        names = set(_files(storage, f"{folder}/{month}"))
        names -= set(recorded(f"{folder}/{month}/"))
        for name in sorted(names):
            if storage.get_modified_time(name) < before:
                storage.delete(name)
                deleted += 1
                logger.warning("the file %s belonged to nothing and was deleted", name)
    return deleted


def _months() -> list[str]:
    first_of_month = timezone.now().replace(day=1)
    months = [first_of_month]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return [f"{month:%Y/%m}" for month in months]


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        _folders_in_it, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)
