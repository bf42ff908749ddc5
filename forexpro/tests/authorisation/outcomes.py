"""How to tell what has become of an operation: whether it was let through, and whether anything has changed."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.http import HttpResponse

from forexpro.tests.authorisation.access import ANONYMOUS, SERVICE_KEY

# Sessions are how a caller is known, and are written by looking at pages too.
NOT_COMPARED = {"django_migrations", "django_session"}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of every table a hash of its rows, and how many were written in this transaction, rolled back or not."""

    hashes: dict[str, str]
    writes: dict[str, int]


def fingerprint() -> Fingerprint:
    """Return what tells whether something has changed since."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - NOT_COMPARED
    return Fingerprint(_hashes(tables), _writes())


def changed_since(before: Fingerprint) -> list[str]:
    """Return the tables that are not as they were."""
    written = [table for table, rows in _writes().items() if rows != before.writes.get(table, 0)]
    now = _hashes(set(written) & set(before.hashes))
    return sorted(table for table, hash in now.items() if hash != before.hashes[table])


def _hashes(tables: Collection[str]) -> dict[str, str]:
    if not tables:
        return {}
    rows = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
        for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(rows)
        return dict(cursor.fetchall())


def _writes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Return whether a response asks somebody to sign in, and to come back."""
    target = response.get("Location", "") if response.status_code == 302 else ""
    return target.startswith(("/sign-in?next=", "/admin/login/?next="))


def is_refused(line: str, actor: str, response: HttpResponse) -> bool:
    """Return whether a response refuses in the way that the place has for this caller."""
    path = line.partition(" ")[2]
    if path.startswith(("crm/", "sso/impersonate")):
        return response.status_code == 401
    if path.startswith(("api/", "market/")):
        return response.status_code == (401 if actor in (ANONYMOUS, SERVICE_KEY) else 404)
    if actor == ANONYMOUS:
        return leads_to_sign_in(response) or response.status_code == 404
    if path.startswith("admin/"):
        return leads_to_sign_in(response) or response.status_code in (403, 404)
    return response.status_code == 404


def is_reached(response: HttpResponse) -> bool:
    """Return whether a response is that of an operation that was let through, whatever it made of the body."""
    return (
        response.status_code < 500
        and response.status_code not in (401, 403, 404, 405)
        and not leads_to_sign_in(response)
    )
