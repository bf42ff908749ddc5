"""How to tell what has become of an operation: whether it was let through, and whether anything has changed."""

from django.db import connection
from django.http import HttpResponse

from forexpro.tests.authorisation.access import ANONYMOUS

# Sessions are how a caller is known, and are written by looking at pages too.
NOT_COMPARED = {"django_migrations", "django_session"}


def fingerprint() -> dict[str, str]:
    """Return a hash of every table's rows."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - NOT_COMPARED)
        rows = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
            for table in tables
        )
        cursor.execute(rows)
        return dict(cursor.fetchall())


def changed_since(before: dict[str, str]) -> list[str]:
    """Return the tables that are not as they were."""
    now = fingerprint()
    return sorted(table for table in now if now[table] != before.get(table))


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Return whether a response asks somebody to sign in, and to come back."""
    target = response.get("Location", "") if response.status_code == 302 else ""
    return target.startswith(("/sign-in?next=", "/admin/login/?next="))


def is_refused(line: str, actor: str, response: HttpResponse) -> bool:
    """Return whether a response refuses in the way that the place has for this caller."""
    path = line.partition(" ")[2]
    if path.startswith(("api/", "market/")):
        return response.status_code == (401 if actor == ANONYMOUS else 404)
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
