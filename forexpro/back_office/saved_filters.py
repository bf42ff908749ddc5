"""Filters that staff save: which somebody is offered, and how they are saved and removed."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.back_office.models import QUERY_LENGTH_MAX, TITLE_LENGTH_MAX, SavedFilter
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.list_filters import chosen_filters
from forexpro.core.refusals import Refused

# Of one person on one list; more names are not found again.
SAVED_MAX = 20


def filters_offered(user: User, page: str) -> QuerySet[SavedFilter]:
    """Return the filters of a list that somebody saved, or that were saved for their desk."""
    return SavedFilter.objects.filter(_offered_to(user), page=page)


def desk_of(user: User) -> Group | None:
    """Return the desk of a member of staff, None for a person without a role."""
    return user.groups.order_by("name").first()


def filter_save(*, actor: User, page: str, title: str, query: str, for_desk: bool, origin: Origin) -> SavedFilter:
    """Keep filters of a list under a name; the same name again is given the new filters.

    Refuses `title_missing`, `title_too_long`, `nothing_to_save`, `too_many_filters`, `no_desk`.
    """
    title, query = title.strip(), normal_query(parse_qsl(query))
    if not title:
        raise Refused("title_missing", _("Give the filter a name."), {"field": "title"})
    if len(title) > TITLE_LENGTH_MAX:
        raise Refused(
            "title_too_long",
            _("A name has at most %(count)s characters.") % {"count": TITLE_LENGTH_MAX},
            {"field": "title"},
        )
    if not query or len(query) > QUERY_LENGTH_MAX:
        raise Refused("nothing_to_save", _("Filter the list first, then save what you see."))
    desk = desk_of(actor) if for_desk else None
    if for_desk and desk is None:
        raise Refused("no_desk", _("You belong to no desk; save the filter for yourself."))
    own = SavedFilter.objects.filter(owner=actor, page=page)
    with transaction.atomic(durable=True):
        if own.exclude(title=title).count() >= SAVED_MAX:
            raise Refused(
                "too_many_filters",
                _("You have %(count)s filters on this list. Remove one that you do not use.") % {"count": SAVED_MAX},
            )
        saved, _is_new = SavedFilter.objects.update_or_create(
            owner=actor, page=page, title=title, defaults={"query": query, "desk": desk}
        )
        record([_event(actor, "staff.filter_saved", saved)], origin=origin)
    return saved


def filter_remove(*, actor: User, filter_id: int, origin: Origin) -> SavedFilter:
    """Remove a filter of one's own or of one's desk; refuses `filter_not_found` for any other."""
    with transaction.atomic(durable=True):
        saved = SavedFilter.objects.filter(_offered_to(actor), pk=filter_id).first()
        if saved is None:
            raise Refused("filter_not_found", _("This filter was removed already."), http_status=404)
        record([_event(actor, "staff.filter_removed", saved)], origin=origin)
        saved.delete()
    return saved


def normal_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the filters among the parameters of an address as one text, however they were ordered."""
    return urlencode(sorted(chosen_filters(pairs)))


def _offered_to(user: User) -> Q:
    return Q(owner=user) | Q(desk__in=user.groups.all())


def _event(actor: User, type: str, saved: SavedFilter) -> NewEvent:
    payload = {
        "title": saved.title,
        "list": saved.page,
        "filters": saved.query,
        "desk": None if saved.desk is None else saved.desk.name,
    }
    return NewEvent(f"staff:{actor.pk}", type, payload)
