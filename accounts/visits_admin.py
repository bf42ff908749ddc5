"""Visits in the back office: who looked at whose pages, why, when, and what they saw. Nobody writes here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.models import User, Visit, VisitStep
from accounts.selectors import visits_at
from accounts.services.visits import visit_begin, visit_grant_by_staff
from accounts.signed_in import signed_in_person
from forexpro.core.admin.audited import ReadOnly, ReadOnlyModelAdmin
from forexpro.core.admin.extensions import Panel, ReadyFilter, add_panel, add_ready_filters
from forexpro.core.admin.pages import LongList
from forexpro.core.http.origin import request_origin

_STANDING = {
    "under_way": ("warning", _("Under way")),
    "ended": ("default", _("Ended")),
    "allowed": ("info", _("Allowed")),
    "unused": ("default", _("Not used")),
}
_ON_PANEL = 5
# Of a reason in the list: the page of the visit has all of it.
_REASON_SHOWN = 50


class StepInline(ReadOnly, TabularInline):
    model = VisitStep
    extra = 0
    fields = readonly_fields = ("method", "path", "refused", "times", "first_at", "last_at")

    # The rows belong to the page of their visit, whoever may see that.
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_visit")


@admin.register(Visit)
class VisitAdmin(LongList, ReadOnlyModelAdmin):
    list_display = ("granted_at", "standing", "admin_name", "of_client", "why", "may", "ip", "ended_at")
    list_select_related = ("client",)
    list_filter = ("end_reason", ("begun_at", admin.DateFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("client__email__contains", "client__full_name", "admin_name", "=admin_id", "reason")
    search_help_text = _("E-mail address or name of the client, name or number of the visitor, reason")
    ordering = ("-id",)
    live_streams = ("user:",)
    inlines = (StepInline,)
    fields = (
        ("admin_name", "admin_id", "issuer"),
        ("of_client", "standing"),
        "reason",
        ("may", "ip", "user_agent"),
        ("granted_at", "begun_at"),
        ("ends_at", "ended_at", "end_reason"),
    )
    readonly_fields = ("of_client", "may", "standing")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Visit], search_term: str
    ) -> tuple[QuerySet[Visit], bool]:
        return super().get_search_results(request, queryset, search_term.lower())

    def streams(self, instance: Any) -> list[str]:
        return [f"user:{instance.client_id}"]

    @display(description=_("client"), ordering="client__email")
    def of_client(self, visit: Visit) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[visit.client_id]), visit.client
        )

    @display(description=_("reason"))
    def why(self, visit: Visit) -> str:
        return Truncator(visit.reason).chars(_REASON_SHOWN)

    @display(description=_("may"))
    def may(self, visit: Visit) -> str:
        return ", ".join(visit.scope_labels) or text("Look")

    @display(description=_("standing"), label={name: tone for name, (tone, _label) in _STANDING.items()})
    def standing(self, visit: Visit) -> tuple[str, Any]:
        return visit.standing, _STANDING[visit.standing][1]


def begin_visit(request: HttpRequest, client: User, reason: str) -> None:
    """Let this member of staff look at the pages of a client, in this browser, and come back to the client's page.

    The token is used where it is made: no address carries it. Refuses like `visit_grant_by_staff` and `visit_begin`.
    """
    _visit, token = visit_grant_by_staff(
        actor=signed_in_person(request), client_id=client.pk, reason=reason, origin=request_origin(request)
    )
    visit_begin(request=request, token=token.text, back_to=reverse("admin:accounts_user_change", args=[client.pk]))


def visits_panel(request: HttpRequest, user: User) -> Panel:
    """Show the newest visits at a client."""
    visits = visits_at(user, _ON_PANEL)
    return Panel(
        title=text("Visits"),
        template="back_office/panels/visits.html",
        context={"visits": visits},
        link=f"{reverse('admin:accounts_visit_changelist')}?q={user.email}",
        is_empty=not visits,
    )


add_panel("accounts.user", visits_panel, permission="accounts.view_visit", place=75)
add_ready_filters(
    "accounts.visit",
    ReadyFilter(_("Under way or never begun"), "ended_at__isempty=1"),
    permission="accounts.view_visit",
)
