"""Calls that are made at the same time, as many programs and people make them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import OperationalError, connections
from psycopg_pool import PoolTimeout

from forexpro.core.refusals import Refused


def at_once(
    calls: Sequence[Callable[[], Any]], *, threads: int | None = None, errors: tuple[type[Exception], ...] = ()
) -> list[Any]:
    """Return what each call returned, in order; a refusal's code, or one of the `errors`, in its place.

    Each has a thread of its own, and they start at the same moment, unless there are fewer `threads`. Who gets no
    connection in time, for the pool has sixteen, asks again, as a client would.
    """
    start = Barrier(len(calls) if threads is None else 1)
    connections.close_all()

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        while True:
            try:
                return call()
            except Refused as refusal:
                return refusal.code
            except errors as error:
                return error
            except PoolTimeout:
                continue
            except OperationalError as error:
                if not isinstance(error.__cause__, PoolTimeout):
                    raise
            finally:
                connections.close_all()

    with ThreadPoolExecutor(threads or len(calls)) as pool:
        return list(pool.map(run, calls))
