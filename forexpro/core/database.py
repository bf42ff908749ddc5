"""Statements as the hot path sends them: bound by PostgreSQL, which prepares them, and several in one round trip.

The ORM's cursors bind in the client; PostgreSQL then parses and plans every statement anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import TransactionStatus

# A statement and its parameters.
Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]


def fetch_one(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the first row of a prepared statement; None where there is none."""
    cursor: Any = psycopg.Cursor(_raw_connection())
    # Wrapped as `connection.cursor()` does it, so that logs and tests that count queries see the statement.
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(cursor) as wrapped:
        wrapped.execute(statement, parameters)
        row: tuple[Any, ...] | None = wrapped.fetchone()
    return row


@contextmanager
def pipelined() -> Iterator[psycopg.Connection[Any]]:
    """Send the statements that `psycopg.Cursor`s of this connection execute inside in one round trip.

    Their results can be fetched afterwards. An error of any of them is raised at the end and fails the transaction,
    whose caller must not catch it inside.
    """
    raw = _raw_connection()
    begins = not raw.autocommit and raw.info.transaction_status == TransactionStatus.IDLE
    if begins:
        # psycopg would wait for the answer to its BEGIN; one that we send travels with the rest.
        raw.autocommit = True
    with connection.wrap_database_errors, raw.pipeline():
        if begins:
            psycopg.Cursor(raw).execute("BEGIN")
        yield raw


def _raw_connection() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw
