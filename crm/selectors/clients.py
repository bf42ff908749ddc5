"""Clients as programs of the house read them."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts.models import User
from crm.models import Note
from forexpro.core.events.selectors import names_of_actors
from forexpro.core.models import Event
from forexpro.core.refusals import Refused

# Every transaction below it has ended: what those have changed can be read, and nothing is added to it any more.
OLDEST_RUNNING = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [], output_field=BigIntegerField())


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has read: up to the change of this client by this transaction, of what changed since."""

    changed_xid: int = -1
    id: int = 0
    since: datetime | None = None

    def cursor(self) -> str:
        """Return the place as the opaque text that clients of the API keep."""
        since = self.since.isoformat() if self.since else None
        return base64.urlsafe_b64encode(orjson.dumps([self.changed_xid, self.id, since])).decode().rstrip("=")

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """Return the place that a cursor stands for. Refuses `cursor_invalid`."""
        try:
            read = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            changed_xid, id, since = read
            return cls(int(changed_xid), int(id), datetime.fromisoformat(since) if since else None)
        except (binascii.Error, orjson.JSONDecodeError, ValueError, TypeError):
            raise Refused("cursor_invalid", _("This is no cursor of ours. Begin again without one.")) from None


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Clients in the order of their last change, and the place to go on from: also where nothing more is there yet."""

    clients: Sequence[User]
    place: Place
    has_more: bool


def clients() -> QuerySet[User]:
    """Return everybody who is no member of staff, with their verification."""
    return User.objects.filter(is_staff=False).select_related("verification")


def clients_page(place: Place, *, limit: int) -> ClientPage:
    """Return the clients changed after `place`, each once, as they are now.

    Whoever is changed while somebody reads comes later again. What a transaction changes that still runs is waited
    for, and so is everything after it: whoever goes on from the place of the last page misses nobody.
    """
    found = clients().filter(
        Q(changed_xid__gt=place.changed_xid) | Q(id__gt=place.id),
        changed_xid__gte=place.changed_xid,
        changed_xid__lt=OLDEST_RUNNING,
    )
    if place.since is not None:
        found = found.filter(updated_at__gte=place.since)
    rows = list(found.order_by("changed_xid", "id")[: limit + 1])
    shown = rows[:limit]
    last = Place(shown[-1].changed_xid, shown[-1].pk, place.since) if shown else place
    return ClientPage(shown, last, has_more=len(rows) > limit)


def client_of(user_id: int) -> User:
    """Return a client. Refuses `client_not_found`, for staff too."""
    user = clients().filter(pk=user_id).first()
    if user is None:
        raise Refused("client_not_found", _("There is no such client."), {"id": str(user_id)}, http_status=404)
    return user


def version_of(user: User) -> str:
    """Return what changes whenever the client does."""
    return f"{user.pk}-{user.changed_xid}"


def etag_of(user: User) -> str:
    """Return the version as in the header `ETag`."""
    return f'"{version_of(user)}"'


def verification_of_client(user: User) -> tuple[str, int]:
    """Return status and level of a client's verification, from a row of `clients`."""
    case: Any = getattr(user, "verification", None)
    return ("not_started", 0) if case is None else (case.status, case.level)


def notes_of(user: User) -> QuerySet[Note]:
    """Return what was noted about a client, newest first."""
    return Note.objects.filter(client=user).order_by("-id")


def signed_notes_of(user: User, limit: int) -> list[tuple[Note, str]]:
    """Return the newest notes about a client, each with the name of whoever wrote it."""
    notes = list(notes_of(user)[:limit])
    names = names_of_actors(note.author for note in notes)
    return [(note, names.get(note.author, note.author)) for note in notes]


def paused_accounts_of(user: User) -> list[int]:
    """Return the accounts that open nothing because the client's access was lowered: the last event of it says."""
    changed = Event.objects.filter(stream=user.stream, type="user.access_level_changed").order_by("-seq").first()
    return list(changed.payload["paused_accounts"]) if changed is not None else []
