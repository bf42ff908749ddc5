"""What has to be as it is nowhere else for the table to be tried in little time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import override_settings

from forexpro.core.uploads import cleaning


@contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """Let everybody ask as often as they like and keep their files in `folder`; hash passwords at the least cost."""
    private = settings.STORAGES["private"]
    private = {**private, "OPTIONS": {**private["OPTIONS"], "location": folder}}
    changed = override_settings(
        RATE_LIMITS=dict.fromkeys(settings.RATE_LIMITS, ""), STORAGES={**settings.STORAGES, "private": private}
    )
    with changed, pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("django.request"), "disabled", True)  # a refusal is a line with a traceback
        # What is in a file has tests of its own, and takes a process each.
        patch.setattr(cleaning, "_run", lambda content, kind: ({"width": 320, "height": 240}, content))
        for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
            patch.setattr(Argon2PasswordHasher, cost, least)
        yield
