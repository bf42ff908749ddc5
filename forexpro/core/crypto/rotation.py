"""Bring every encrypted column under the newest key while the platform reads and writes it.

What is left to do stands in the data (a ciphertext starts with the number of its key), so a rotation that was
interrupted continues where it stopped, and several may run at once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from forexpro.core.crypto.cipher import CannotDecrypt, decrypt, encrypt
from forexpro.core.crypto.fields import EncryptedTextField
from forexpro.core.crypto.keys import key_ring

BATCH = 500
# Rows that others hold are passed over and tried again, this often, after this many seconds.
ATTEMPTS = 10
PAUSE_SECONDS = 1.0


@dataclass(slots=True)
class Rotation:
    """What a rotation did: rows re-encrypted, rows that stay under older keys, and why some of them must."""

    rotated: int = 0
    left: int = 0
    faults: list[str] = field(default_factory=list)


def keys_rotate(
    columns: Sequence[EncryptedTextField],
    *,
    batch: int = BATCH,
    pause_seconds: float = PAUSE_SECONDS,
    progress: Callable[[EncryptedTextField, int, int], None] = lambda column, done, total: None,
) -> Rotation:
    """Re-encrypt everything in `columns` that is not under the newest key, in short transactions of `batch` rows.

    Rows that somebody holds are not waited for but come again later. `progress` gets the column, how many of its rows
    are done, and how many there were to do.
    """
    outcome = Rotation()
    for column in columns:
        _rotate_column(column, outcome, batch=batch, pause_seconds=pause_seconds, progress=progress)
    return outcome


def _rotate_column(
    column: EncryptedTextField,
    outcome: Rotation,
    *,
    batch: int,
    pause_seconds: float,
    progress: Callable[[EncryptedTextField, int, int], None],
) -> None:
    total = _outdated(column)
    done = 0
    broken: dict[Any, str] = {}
    for attempt in range(ATTEMPTS if total else 0):
        if attempt:
            time.sleep(pause_seconds)
        last = None
        while rows := _rotate_batch(column, last, batch, broken):
            last = rows[-1]
            done += sum(row not in broken for row in rows)
            progress(column, done, total)
        if _outdated(column) <= len(broken):
            break
    outcome.rotated += done
    outcome.left += _outdated(column) if total else 0
    outcome.faults += broken.values()


def _rotate_batch(column: EncryptedTextField, last: Any, batch: int, broken: dict[Any, str]) -> list[Any]:
    """Re-encrypt the next rows after the key `last`; return the keys that were looked at, in order."""
    table, pk, name = _names(column)
    after, parameters = (f"AND {pk} > %s", [last]) if last is not None else ("", [])
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {pk}, {name} FROM {table} "  # noqa: S608  # names of the model, quoted by Django
            f"WHERE get_byte({name}, 0) <> %s {after} ORDER BY {pk} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            [key_ring().newest, *parameters, batch],
        )
        rows = cursor.fetchall()
        renewed = []
        for row, ciphertext in rows:
            try:
                text = decrypt(bytes(ciphertext), context=column.context(row))
            except CannotDecrypt as fault:
                broken[row] = str(fault)
            else:
                renewed.append((encrypt(text, context=column.context(row)), row))
        cursor.executemany(f"UPDATE {table} SET {name} = %s WHERE {pk} = %s", renewed)  # noqa: S608  # likewise
    return [row for row, _ciphertext in rows]


def _outdated(column: EncryptedTextField) -> int:
    table, _pk, name = _names(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE get_byte({name}, 0) <> %s",  # noqa: S608  # likewise
            [key_ring().newest],
        )
        count: int = cursor.fetchone()[0]
    return count


def _names(column: EncryptedTextField) -> tuple[str, str, str]:
    options = column.model._meta
    quote = connection.ops.quote_name
    assert options.pk.column is not None  # every table has one
    return quote(options.db_table), quote(options.pk.column), quote(column.column)
