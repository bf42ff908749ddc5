import os
from collections.abc import Iterator

import pytest

from forexpro.core.realtime.connections import name, redis_client


@pytest.fixture
def clean_redis(settings) -> Iterator[None]:
    """A namespace of Redis that is empty before and after the test."""
    settings.REDIS_NAMESPACE = f"{settings.REDIS_NAMESPACE}-test-{os.getpid()}"

    def clear() -> None:
        for key in redis_client().scan_iter(name("*")):
            redis_client().delete(key)

    clear()
    yield
    clear()
