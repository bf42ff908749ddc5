"""Passwords that were published after thefts elsewhere, looked up in a file of the operator's: nothing leaves the host.

The file is the list of Have I Been Pwned in its own form, sorted by hash: lines `<SHA-1 in upper-case hex>:<count>`, as
its downloader writes them (`haveibeenpwned-downloader`, SHA-1, one file). Bisecting it reads some thirty lines of
however many gigabytes there are.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HASH_LENGTH = 40


class BreachedPasswordValidator:
    """Refuses what stands in the file `path`."""

    def __init__(self, path: str):
        self._path = path

    def validate(self, password: str, user: Any = None) -> None:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with open(self._path, "rb") as file:
            if _stands_in(file, digest):
                message = _("This password was stolen somewhere and published. Choose another, and change it there.")
                raise ValidationError(message, code="password_breached")

    def get_help_text(self) -> str:
        return _("Your password must not be one that was stolen and published elsewhere.")


def fault_of_list(path: str) -> str:
    """Return why a file is no list of breached passwords, nothing where it is one."""
    try:
        with Path(path).open("rb") as file:
            lines = [file.readline(200) for _line in range(100)]
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    hashes = [line.partition(b":")[0].strip() for line in lines if line]
    if not hashes or any(len(one) != HASH_LENGTH or one.upper() != one for one in hashes):
        return "its lines do not begin with a SHA-1 in upper-case hex"
    return "" if hashes == sorted(hashes) else "it is not sorted by hash"


def _stands_in(file: BinaryIO, digest: bytes) -> bool:
    """Bisect by bytes for the first place from which on no line is smaller."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        found = _hash_from(file, middle)
        if found and found < digest:
            low = middle + 1
        else:
            high = middle
    return _hash_from(file, low) == digest


def _hash_from(file: BinaryIO, place: int) -> bytes:
    """Return the hash of the first line that begins at `place` or after it; nothing at the end of the file."""
    if place:
        file.seek(place - 1)
        file.readline()  # what began before
    else:
        file.seek(0)
    return file.readline()[:HASH_LENGTH]
