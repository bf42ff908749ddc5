"""What verification adds to a client's page in the back office: the standing, never the documents themselves."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from accounts.models import User
from forexpro.core.admin.extensions import (
    Panel,
    ReadyFilter,
    add_list_filters,
    add_panel,
    add_ready_filters,
    add_streams,
)
from kyc.models import Level, VerificationCase
from kyc.selectors import verification_of

USER = "accounts.user"
CASE = "kyc.verificationcase"


class VerificationFilter(DropdownFilter):
    """People by how well they are known; who has never sent anything is not verified either."""

    title, parameter_name = gettext_lazy("verification"), "verification"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(level), label) for level, label in Level.choices] if _sees(request) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        value = self.value()
        if not _sees(request):
            return queryset
        if value == str(Level.UNVERIFIED.value):
            known = VerificationCase.objects.exclude(level=Level.UNVERIFIED)
            return queryset.filter(is_staff=False).exclude(pk__in=known.values("client"))
        return queryset.filter(verification__level=value) if value in map(str, Level.values) else queryset


def _sees(request: HttpRequest) -> bool:
    return request.user.has_perm("kyc.view_verificationcase")


def verification_panel(request: HttpRequest, user: User) -> Panel:
    """Show how well a client is known, and what stands with each document."""
    case_id = VerificationCase.objects.filter(client=user).values_list("pk", flat=True).first()
    return Panel(
        title=_("Verification"),
        template="back_office/panels/verification.html",
        context={"verification": verification_of(user.pk)},
        link="" if case_id is None else reverse("admin:kyc_verificationcase_change", args=[case_id]),
        is_empty=case_id is None,
    )


def _case_streams(user: User) -> list[str]:
    return [case.stream for case in VerificationCase.objects.filter(client=user)]


add_panel(USER, verification_panel, permission="kyc.view_verificationcase", place=10)
add_streams(USER, _case_streams)
add_list_filters(USER, VerificationFilter)
add_ready_filters(
    USER, ReadyFilter(gettext_lazy("Not verified"), "verification=0"), permission="kyc.view_verificationcase"
)
add_ready_filters(
    CASE,
    ReadyFilter(gettext_lazy("In review"), "status__exact=in_review"),
    ReadyFilter(gettext_lazy("Rejected"), "status__exact=rejected"),
    ReadyFilter(gettext_lazy("Expired"), "status__exact=expired"),
    ReadyFilter(gettext_lazy("Not verified"), "level__exact=0"),
    permission="kyc.view_verificationcase",
)
