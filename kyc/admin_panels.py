"""What verification adds to a client's page in the back office: the standing, never the documents themselves."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.admin.extensions import Panel, add_panel, add_streams
from kyc.models import VerificationCase
from kyc.selectors import verification_of

USER = "accounts.user"


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
