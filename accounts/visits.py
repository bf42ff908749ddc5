"""What a visit is to a request: how its session is known, whether it still holds, and what may be done in it.

A visit sees what the client sees, but for what proves who the client is and for files of theirs. It changes nothing
unless its scopes say so. `accounts.visit_middleware` asks `refuse_in_visit` before every view.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS

from accounts.models import Scope, User, Visit
from forexpro.core.refusals import Refused

# In the data of a session: the number of the visit that it is.
VISIT_KEY = "visit"

# What changes nothing but this browser, and the ways out.
_ALWAYS_OPEN = {"appearance", "accounts:visit_end", "accounts:sign_out"}
# Everything else of people is about who somebody is.
_PEOPLE_SHOWN = {
    "accounts:profile",
    "accounts:notices",
    "accounts:notices_bell",
    "accounts:visit_end",
    "accounts:visit_over",
    "accounts:visit_begin",
    "accounts:sign_out",
}
_PEOPLE = ("accounts", "accounts-api")
_API = "/api/v1/"

_hidden: set[str] = set()
_changing: dict[str, Scope] = {}
_issuers: dict[str, Callable[[str], bool]] = {}


def hide_from_visits(*views: str) -> None:
    """Let no visit see these views, such as `trading:deposit_proof_file`."""
    _hidden.update(views)


def allow_in_visits(scope: Scope, *views: str) -> None:
    """Let visits with `scope` make changes by these views; those of the API say by themselves which scope they take."""
    _changing.update(dict.fromkeys(views, scope))


def add_issuer(kind: str, may_still: Callable[[str], bool]) -> None:
    """Say how to find out whether an issuer of this kind, by its number, still answers for visits."""
    _issuers[kind] = may_still


def issuer_holds(issuer: str) -> bool:
    """Return whether who let a visitor in may still do so; False for a kind that nobody knows."""
    kind, _colon, number = issuer.partition(":")
    return kind in _issuers and _issuers[kind](number)


def _staff_may_still(number: str) -> bool:
    person = User.objects.filter(pk=number, is_active=True, is_staff=True).first()
    return person is not None and person.has_perm("accounts.view_as_client")


add_issuer("staff", _staff_may_still)


def visit_of(request: Any) -> Visit | None:
    """Return the visit that this request is part of; None for everybody's own sessions."""
    visit: Visit | None = getattr(request, "visit", None)
    return visit


def holds(visit: Visit, client: User) -> bool:
    """Return whether a visit may go on: neither left nor over, the client no member of staff, the issuer still good."""
    return (
        visit.ended_at is None
        and visit.ends_at is not None
        and visit.ends_at > timezone.now()
        and visit.client_id == client.pk
        and client.is_active
        and not client.is_staff
        and issuer_holds(visit.issuer)
    )


def refuse_in_visit(request: HttpRequest, visit: Visit) -> None:
    """Refuse `visit_hidden` (403) for what no visit sees, and `visit_read_only` (403) for changes that are not allowed.

    What is nowhere is left to the resolver.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return
    if match.view_name in _ALWAYS_OPEN:
        return
    if _is_hidden(match):
        raise Refused(
            "visit_hidden",
            _("A visit does not see this page: it is the client's alone."),
            {"visit": visit.pk},
            http_status=403,
        )
    if request.method in SAFE_METHODS:
        return
    scope = _scope_of_change(request, match)
    if scope is Scope.READ or (scope is not None and scope.value in visit.scopes):
        return
    raise Refused(
        "visit_read_only",
        _("Nothing was changed: this visit may only look.")
        if visit.is_read_only
        else _("Nothing was changed: this visit may not do that."),
        {"visit": visit.pk, "scope": scope.value if scope else None},
        http_status=403,
    )


def _is_hidden(match: ResolverMatch) -> bool:
    is_about_the_person = match.namespace in _PEOPLE and match.view_name not in _PEOPLE_SHOWN
    return match.view_name in _hidden or is_about_the_person


def _scope_of_change(request: HttpRequest, match: ResolverMatch) -> Scope | None:
    """Return the scope that a change by this view takes, as for API keys; None for what no visit ever does."""
    if match.view_name in _changing:
        return _changing[match.view_name]
    view = getattr(match.func, "cls", None)
    if view is None or not request.path_info.startswith(_API):
        return None
    required: Scope | None = getattr(view, "required_scope", None)
    return required or getattr(view, "changing_scope", Scope.TRADE)


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """Return scopes in their one order. Refuses `visit_scope_unknown` for what no visit is given."""
    offered = {Scope.TRADE.value, Scope.FUNDING.value}
    if unknown := sorted(set(scopes) - offered):
        raise Refused(
            "visit_scope_unknown",
            _("A visit may be given the scopes trade and funding, and no others."),
            {"unknown": unknown},
            http_status=400,
        )
    return sorted(set(scopes))
