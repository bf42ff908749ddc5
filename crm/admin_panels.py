"""What the house has set for a client and noted about them, as a section of their page in the back office."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from crm.selectors.clients import signed_notes_of
from forexpro.core.admin.extensions import Panel, add_panel

NOTES_SHOWN = 20


def client_panel(request: HttpRequest, user: User) -> Panel:
    """Show external id, access, flags, limits and the newest notes."""
    return Panel(
        title=_("Client"),
        template="back_office/panels/client.html",
        context={"client": user, "notes": signed_notes_of(user, NOTES_SHOWN)},
        is_empty=user.is_staff,
    )


add_panel("accounts.user", client_panel, permission="accounts.view_user", place=15)
