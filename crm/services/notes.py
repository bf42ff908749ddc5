"""Notes of the house about clients."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.models import Note
from crm.selectors.clients import client_of
from crm.services.clients import ensure_not_oneself
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused


def note_add(*, actor: User, user_id: int, text: str, origin: Origin) -> Note:
    """Write a note about a client by hand. Refuses `client_change_forbidden`, `own_account`, `client_not_found`."""
    if not actor.has_perm("accounts.annotate_client"):
        raise Refused(
            "client_change_forbidden", _("Your role writes no notes. Ask the support desk to."), http_status=403
        )
    ensure_not_oneself(actor, user_id)
    with transaction.atomic(durable=True):
        return note_add_apply(client=client_of(user_id), text=text, origin=origin)


def note_add_apply(*, client: User, text: str, origin: Origin) -> Note:
    """Write a note about a client inside the caller's transaction. The event does not tell what the note says."""
    note = Note.objects.create(client=client, author=origin.actor, text=text, created_at=timezone.now())
    record([NewEvent(client.stream, "user.note_added", {"note_id": note.pk})], origin=origin)
    return note
