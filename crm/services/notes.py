"""Notes of the house about clients."""

from django.utils import timezone

from accounts.models import User
from crm.models import Note
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def note_add_apply(*, client: User, text: str, origin: Origin) -> Note:
    """Write a note about a client inside the caller's transaction. The event does not tell what the note says."""
    note = Note.objects.create(client=client, author=origin.actor, text=text, created_at=timezone.now())
    record([NewEvent(client.stream, "user.note_added", {"note_id": note.pk})], origin=origin)
    return note
