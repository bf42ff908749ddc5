"""How long a request may wait for the database: until its deadline, however the database fails.

Neither PostgreSQL's timeouts, which it keeps itself, nor those of TCP help against a database that takes a request and
then says nothing. So whoever waits for its answer looks at the clock.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

_deadline: ContextVar[float | None] = ContextVar("database_deadline", default=None)


@contextmanager
def database_deadline(seconds: float) -> Iterator[None]:
    """Let whatever waits for the database in this context fail with an `OperationalError` after so many seconds."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def time_apart() -> Iterator[None]:
    """Postpone the deadline by the time that is spent inside, where nothing waits for the database."""
    began = time.monotonic()
    try:
        yield
    finally:
        postpone_deadline(time.monotonic() - began)


def postpone_deadline(seconds: float) -> None:
    """Let what waits for the database in this context wait so many seconds longer."""
    deadline = _deadline.get()
    if deadline is not None:
        _deadline.set(deadline + seconds)


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for answers until the context's deadline, for ever where there is none.

    One that missed it is closed: what it was asked may still be carried out, and an answer would come too late.
    """

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
        deadline = _deadline.get()
        if deadline is not None:
            options["timeout"] = max(deadline - time.monotonic(), 0)
        try:
            return super().wait(gen, *arguments, **options)
        except psycopg.OperationalError as error:
            if deadline is not None and time.monotonic() >= deadline:
                self.pgconn.finish()
                raise psycopg.OperationalError("the database did not answer in time") from error
            raise
