"""Database work from the event loop."""

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@cache
def _executor() -> ThreadPoolExecutor:
    # More threads than connections would wait for each other until the pool gives up on them.
    size = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    return ThreadPoolExecutor(max_workers=size, thread_name_prefix="database")


def in_database(function: Callable[Parameters, Result]) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """Return `function` as a coroutine function that runs it in one of as many threads as there are connections."""
    wrapped: Callable[Parameters, Coroutine[Any, Any, Result]] = database_sync_to_async(
        function, thread_sensitive=False, executor=_executor()
    )
    return wrapped
