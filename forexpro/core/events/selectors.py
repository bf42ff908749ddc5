"""Reads of the event log for people."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet

from forexpro.core.models import Event, EventVerification

EXPORT_CHUNK = 2_000
EVENTS_SHOWN = 15


def latest_verification() -> EventVerification | None:
    """Return the outcome of the newest verification of the log."""
    return EventVerification.objects.order_by("-id").first()


def event_types() -> list[str]:
    """Return the types that occur, hopping through the index from one to the next instead of reading every row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE types AS (
                (SELECT type FROM core_event ORDER BY type LIMIT 1)
                UNION ALL
                SELECT (SELECT e.type FROM core_event e WHERE e.type > types.type ORDER BY e.type LIMIT 1)
                FROM types WHERE types.type IS NOT NULL
            )
            SELECT type FROM types WHERE type IS NOT NULL
            """
        )
        return [row[0] for row in cursor.fetchall()]


def search_events(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Return the events about what was typed: an IP or e-mail address, a stream, actor or object, a type, a request id.

    Every branch is answered by an index, whatever the size of the log.
    """
    text = text.strip()
    try:
        return events.filter(ip=str(ip_address(text)))
    except ValueError:
        pass
    if "@" in text:
        return events_of_person(events, text)
    if ":" in text:
        return events.filter(Q(stream=text) | Q(actor=text) | Q(payload__has_key="object", payload__object=text))
    if "." in text:
        return events.filter(type=text)
    return events.filter(~Q(request_id=""), request_id=text)


def newest_about(object: str, *, limit: int = EVENTS_SHOWN) -> list[Event]:
    """Return the newest events about an object (`trading.accountgroup:3`), newest first."""
    about = Event.objects.filter(payload__has_key="object", payload__object=object)
    return list(about.order_by("-occurred_at", "-id")[:limit])


def newest_of_streams(streams: Sequence[str], *, limit: int = EVENTS_SHOWN) -> list[Event]:
    """Return the newest events of some streams together, newest first; each stream is read by its index."""
    return list(
        Event.objects.raw(
            """
            SELECT event.* FROM unnest(%s::text[]) AS wanted (stream)
            CROSS JOIN LATERAL (
                SELECT * FROM core_event WHERE stream = wanted.stream ORDER BY seq DESC LIMIT %s
            ) event
            ORDER BY event.occurred_at DESC, event.id DESC LIMIT %s
            """,
            [list(streams), limit, limit],
        )
    )


def events_of_person(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Return what a person did and what was done to them; they are named by their e-mail address or their number."""
    user: int | None
    if text.isascii() and text.isdigit():
        user = int(text)
    else:
        user = get_user_model().objects.filter(email=text.lower()).values_list("pk", flat=True).first()
    if user is None:
        return events.none()
    names = [f"user:{user}", f"staff:{user}"]
    return events.filter(Q(stream__in=names) | Q(actor__in=names))


def names_of_actors(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of those actors, such as `staff:9`, that are people, in one query."""
    ids = {}
    for actor in actors:
        kind, _colon, number = actor.partition(":")
        if kind in ("user", "staff") and number.isascii() and number.isdigit():
            ids[actor] = int(number)
    people = get_user_model().objects.filter(pk__in=set(ids.values())) if ids else ()
    named = {person.pk: person.get_full_name() or person.get_username() for person in people}
    return {actor: named[number] for actor, number in ids.items() if number in named}


def in_chunks(events: QuerySet[Event]) -> Iterator[list[Event]]:
    """Yield the events in the order of their ids, each chunk by a query of its own: no long transaction, no offset."""
    last = 0
    while chunk := list(events.filter(id__gt=last).order_by("id")[:EXPORT_CHUNK]):
        yield chunk
        last = chunk[-1].pk
