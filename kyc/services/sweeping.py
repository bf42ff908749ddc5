"""Files that nothing refers to: a process died between storing them and recording what they are."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import Storage
from django.utils import timezone

from forexpro.core.uploads.storage import private_files
from kyc.models import Page
from kyc.services.documents import FOLDER

logger = logging.getLogger(__name__)

# Younger ones may be about to be recorded.
LEAST_AGE = timedelta(hours=6)
# A file that is older was looked at often enough.
MONTHS = 2


def orphaned_files_delete() -> int:
    """Delete files of this and the last month that no page refers to; return how many."""
    storage = private_files()
    before = timezone.now() - LEAST_AGE
    deleted = 0
    for folder in _folders():
        names = set(_files(storage, folder))
        names -= set(Page.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True))
        for name in sorted(names):
            if storage.get_modified_time(name) < before:
                storage.delete(name)
                deleted += 1
                logger.warning("the file %s belonged to nothing and was deleted", name)
    return deleted


def _folders() -> list[str]:
    first_of_month = timezone.now().replace(day=1)
    months = [first_of_month]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return [f"{FOLDER}/{month:%Y/%m}" for month in months]


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        _folders_in_it, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)
