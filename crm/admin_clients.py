"""Buttons on a client's page in the back office: what the CRM can set and note, staff can too, each desk its part."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.models import User
from accounts.signed_in import signed_in_person
from crm.admin_forms import ClientForm, FlagsForm, LimitsForm, NoteForm
from crm.selectors.clients import etag_of
from crm.services.clients import client_set
from crm.services.notes import note_add
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.admin.extensions import add_buttons
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused


@action(
    description=_("Set limits"),
    permissions=["limit_client"],
    icon="tune",
    dialog={
        "title": _("What this client may do"),
        "description": _("It holds from now on, on all accounts of the client."),
        "form_class": LimitsForm,
        "form_submit_text": _("Set"),
    },
)
def set_limits(admin: Any, request: HttpRequest, form: LimitsForm, object_id: str) -> HttpResponse:
    """Set access, withdrawals, most deposits and highest leverage."""
    entered = form.cleaned_data
    wanted = {name: entered[name] for name in form.values_of(_client(object_id))}
    return _set(request, object_id, form, wanted, reason=entered["reason"])


@action(
    description=_("Set flags"),
    permissions=["annotate_client"],
    icon="flag",
    dialog={
        "title": _("Flags of this client"),
        "description": _("The client never sees them."),
        "form_class": FlagsForm,
        "form_submit_text": _("Set"),
    },
)
def set_flags(admin: Any, request: HttpRequest, form: FlagsForm, object_id: str) -> HttpResponse:
    """Give the client exactly these flags."""
    return _set(request, object_id, form, {"flags": form.cleaned_data["flags"]})


@action(
    description=_("Write note"),
    permissions=["annotate_client"],
    icon="edit_note",
    dialog={
        "title": _("Note something about this client"),
        "description": _("The client never sees it. A note stays as it was written."),
        "form_class": NoteForm,
        "form_submit_text": _("Write"),
    },
)
def write_note(admin: Any, request: HttpRequest, form: NoteForm, object_id: str) -> HttpResponse:
    """Keep what staff want to remember of the client, with their name and the time."""
    with refusals_told(request):
        note_add(
            actor=signed_in_person(request),
            user_id=_client(object_id).pk,
            text=form.cleaned_data["text"],
            origin=request_origin(request),
        )
        messages.success(request, _("The note is written."))
    return _back(object_id)


def _set(
    request: HttpRequest, object_id: str, form: ClientForm, wanted: dict[str, Any], *, reason: str = ""
) -> HttpResponse:
    try:
        client = client_set(
            actor=signed_in_person(request),
            user_id=_client(object_id).pk,
            wanted=wanted,
            reason=reason,
            if_match=form.cleaned_data["version"],
            origin=request_origin(request),
        )
    except Refused as refusal:
        told: Any = refusal.message
        if refusal.code == "precondition_failed":
            told = _(
                "This client was changed while the dialog was open, and nothing of yours is set. Look, and repeat it."
            )
        messages.error(request, told)
    else:
        unchanged = etag_of(client) == form.cleaned_data["version"]
        done = _("Set. What happened, below, says what it was before.")
        messages.success(request, _("That was so already; nothing was changed.") if unchanged else done)
    return _back(object_id)


def _client(object_id: str) -> User:
    client = User.objects.filter(pk=object_id).first() if object_id.isdigit() else None
    if client is None:
        raise Http404("There is no such person.")
    return client


def _back(object_id: str) -> HttpResponse:
    return led_to(reverse("admin:accounts_user_change", args=[object_id]))


add_buttons("accounts.user", set_limits, set_flags, write_note, offered=lambda user: not user.is_staff)
