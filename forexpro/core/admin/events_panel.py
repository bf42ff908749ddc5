"""What happened lately, as a section of an object's page."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from forexpro.core.admin.extensions import Panel
from forexpro.core.events.selectors import names_of_actors
from forexpro.core.events.sentences import explanation_address, sentence_or_type
from forexpro.core.models import Event


def events_panel(newest: Iterable[Event], audit_filter: dict[str, str], *, title: Any = None) -> Panel:
    """Return a section of some events, each with a sentence, its origin and, where there is one, its reason."""
    newest = list(newest)
    names = names_of_actors(event.actor for event in newest)
    events = [
        {
            "event": event,
            "who": names.get(event.actor, ""),
            "sentence": sentence_or_type(event),
            "why": explanation_address(event.stream, event.seq, event.type),
        }
        for event in newest
    ]
    return Panel(
        title=title or _("What happened"),
        template="back_office/panels/events.html",
        context={"events": events},
        link=f"{reverse('admin:core_event_changelist')}?{urlencode(audit_filter)}",
        is_empty=not events,
    )
