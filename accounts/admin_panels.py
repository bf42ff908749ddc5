"""Where a person is signed in, as a section of their page in the back office."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.devices import device_name
from accounts.models import User
from accounts.selectors import api_keys_of, signed_in_sessions
from forexpro.core.admin.extensions import Panel, add_panel


def sessions_panel(request: HttpRequest, user: User) -> Panel:
    """Show the sessions that are open, and the keys of programs."""
    sessions = [(session, device_name(session.user_agent)) for session in signed_in_sessions(user)]
    keys = list(api_keys_of(user))
    return Panel(
        title=_("Sessions and keys"),
        template="back_office/panels/sessions.html",
        context={"sessions": sessions, "keys": keys},
        is_empty=not sessions and not keys,
    )


add_panel("accounts.user", sessions_panel, permission="accounts.view_user", place=70)
