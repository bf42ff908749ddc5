"""The pages on which people look after their own sign-in: password, address, second step, sessions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.devices import device_name
from accounts.forms import (
    AttentiveForm,
    BackupCodeForm,
    CodeForm,
    FirstCodeForm,
    NewEmailForm,
    PasswordChangeForm,
    PasswordForm,
)
from accounts.links import email_change_claim
from accounts.models import EmailChange
from accounts.pages import form_page, render_form, render_refused, wanted_page
from accounts.selectors import (
    backup_codes_left,
    email_change_of,
    has_second_factor,
    programs_signed_in,
    security_events,
    signed_in_sessions,
    visits_at,
)
from accounts.services import email_change as email_changes
from accounts.services import second_factor, sessions
from accounts.services.confirmation import identity_confirm, identity_confirm_by_code, password_check
from accounts.services.passwords import password_change as change_password
from accounts.services.tokens import family_end
from accounts.signed_in import signed_in_person
from accounts.step_up import confirmation_required, recently_confirmed
from forexpro.core.events.sentences import sentence
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused

EVENTS_SHOWN = 20
VISITS_SHOWN = 10
CONFIRMATIONS: dict[str, type[AttentiveForm]] = {
    "code": CodeForm,
    "backup": BackupCodeForm,
    "password": PasswordForm,
}


@never_cache
@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    here = request.session.session_key
    context = {
        "second_factor": has_second_factor(user),
        "second_factor_required": user.is_staff and settings.STAFF_TOTP_REQUIRED,
        "codes_left": backup_codes_left(user),
        "change": email_change_of(user),
        "sessions": [
            {"signed_in": one, "device": device_name(one.user_agent), "is_this": one.session_id == here}
            for one in signed_in_sessions(user)
        ],
        "programs": [
            {"family": family, "device": device_name(family.user_agent)} for family in programs_signed_in(user)
        ],
        "visits": visits_at(user, VISITS_SHOWN),
        "events": [{"event": event, "sentence": sentence(event)} for event in security_events(user, EVENTS_SHOWN)],
    }
    return render(request, "accounts/security.html", context)


@sensitive_post_parameters("password", "code")
@never_cache
@login_required
@form_page
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password again, of whoever has a second factor for a code, then go on to where one wanted."""
    user = signed_in_person(request)
    onward = wanted_page(request) or resolve_url("accounts:security")
    if recently_confirmed(request):
        return redirect(onward)
    by = ("backup" if request.GET.get("by") == "backup" else "code") if has_second_factor(user) else "password"
    form = CONFIRMATIONS[by](request.POST or None)
    context = {"next": wanted_page(request), "by": by}
    if form.is_valid():
        try:
            if by == "password":
                identity_confirm(request=request, user=user, password=form.cleaned_data["password"])
            else:
                identity_confirm_by_code(request=request, user=user, code=form.cleaned_data["code"])
        except Refused as refusal:
            field = "password" if by == "password" else "code"
            return render_refused(request, "accounts/confirm.html", form, refusal, field, **context)
        return redirect(onward)
    return render_form(request, "accounts/confirm.html", form, **context)


@sensitive_post_parameters("old_password", "new_password")
@never_cache
@login_required
@form_page
def password_change(request: HttpRequest) -> HttpResponse:
    """Change the password; the present one, which the form asks for, confirms who it is."""
    user = signed_in_person(request)
    form = PasswordChangeForm(request.POST or None, user=user)
    if form.is_valid():
        try:
            password_check(request=request, user=user, password=form.cleaned_data["old_password"])
        except Refused as refusal:
            return render_refused(request, "accounts/password_change.html", form, refusal, "old_password")
        change_password(request=request, user_id=user.pk, password=form.cleaned_data["new_password"])
        messages.success(request, _("Your password is changed. Every other session of yours has ended."))
        return redirect("accounts:security")
    return render_form(request, "accounts/password_change.html", form)


# --- Two-step sign-in ---------------------------------------------------------------------------
@sensitive_post_parameters("code")
@never_cache
@login_required
@confirmation_required
@form_page
def totp_set_up(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    try:
        device = second_factor.totp_prepare(user_id=user.pk)
    except Refused:
        return redirect("accounts:security")
    form = FirstCodeForm(request.POST or None)
    context = {
        "qr_code": segno.make(device.address, error="m").svg_data_uri(scale=5, border=2, light="#fff"),
        "secret": " ".join(device.secret[start : start + 4] for start in range(0, len(device.secret), 4)),
    }
    if form.is_valid():
        try:
            codes = second_factor.totp_enable(request=request, user_id=user.pk, code=form.cleaned_data["code"])
        except Refused as refusal:
            return render_refused(request, "accounts/totp_set_up.html", form, refusal, "code", **context)
        return render(request, "accounts/backup_codes_shown.html", {"codes": codes, "is_new": True})
    return render_form(request, "accounts/totp_set_up.html", form, **context)


@never_cache
@login_required
@confirmation_required
@form_page
def totp_off(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    if request.method == "POST":
        done = _("Two-step sign-in is off. Every other session of yours has ended.")
        return _carried_out(request, done, second_factor.totp_disable, request=request, user_id=user.pk)
    return render(request, "accounts/totp_off.html")


@never_cache
@login_required
@confirmation_required
@form_page
def backup_codes(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    if request.method == "POST":
        try:
            codes = second_factor.backup_codes_create(user_id=user.pk, origin=request_origin(request))
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("accounts:security")
        return render(request, "accounts/backup_codes_shown.html", {"codes": codes})
    return render(request, "accounts/backup_codes.html", {"codes_left": backup_codes_left(user)})


# --- Sessions -----------------------------------------------------------------------------------
@login_required
@require_POST
def session_end(request: HttpRequest, signed_in_id: int) -> HttpResponse:
    return _carried_out(
        request,
        _("The session has ended."),
        sessions.session_end,
        user_id=signed_in_person(request).pk,
        signed_in_id=signed_in_id,
        origin=request_origin(request),
    )


@login_required
@require_POST
def program_end(request: HttpRequest, family_id: UUID) -> HttpResponse:
    try:
        family_end(user=signed_in_person(request), family_id=family_id, origin=request_origin(request))
    except Refused as refusal:
        raise Http404(refusal.message) from None
    messages.success(request, _("The program is signed out."))
    return redirect("accounts:security")


@login_required
@require_POST
def other_sessions_end(request: HttpRequest) -> HttpResponse:
    count = sessions.other_sessions_end(request=request, user_id=signed_in_person(request).pk)
    done = ngettext("%(count)s other session has ended.", "%(count)s other sessions have ended.", count)
    messages.success(request, done % {"count": count})
    return redirect("accounts:security")


# --- E-mail address -----------------------------------------------------------------------------
@never_cache
@login_required
@confirmation_required
@form_page
def email_change(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    form = NewEmailForm(request.POST or None)
    if form.is_valid():
        try:
            email_changes.email_change_request(
                user_id=user.pk, new_email=form.cleaned_data["email"], origin=request_origin(request)
            )
        except Refused as refusal:
            return render_refused(request, "accounts/email_change.html", form, refusal, "email")
        messages.success(request, _("Look into both mailboxes: each has a link to confirm the change."))
        return redirect("accounts:security")
    return render_form(request, "accounts/email_change.html", form)


@login_required
@require_POST
def email_change_resend(request: HttpRequest) -> HttpResponse:
    done = _("The links are on their way to both mailboxes again.")
    return _carried_out(request, done, email_changes.email_change_resend, user_id=signed_in_person(request).pk)


@login_required
@require_POST
def email_change_cancel(request: HttpRequest) -> HttpResponse:
    return _carried_out(
        request,
        _("Your address stays as it is."),
        email_changes.email_change_cancel,
        user_id=signed_in_person(request).pk,
        origin=request_origin(request),
    )


@never_cache
@form_page
def email_change_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let the reader of a mailed link say yes or no; only a click does, for programs follow links, too."""
    if request.method == "GET":
        claim = email_change_claim(token)
        change = claim and EmailChange.objects.filter(user_id=claim.user_id, key=claim.key).first()
        if not change:
            return _change_link_invalid(request)
        return render(request, "accounts/email_change_confirm.html", {"change": change})
    try:
        if request.POST.get("answer") == "no":
            email_changes.email_change_refuse_by_link(token=token, origin=request_origin(request))
            messages.success(request, _("The address stays as it is."))
        elif email_changes.email_change_confirm(request=request, token=token):
            messages.success(request, _("The address is changed. Sign in with the new one."))
        else:
            messages.success(request, _("Thank you. The other mailbox has to confirm it, too."))
    except Refused as refusal:
        return _change_link_invalid(request, refusal)
    return redirect("accounts:security" if request.user.is_authenticated else "accounts:sign_in")


def _carried_out(request: HttpRequest, done: str, service: Callable[..., Any], /, **arguments: Any) -> HttpResponse:
    """Call a service, say what has become of it, and go back to the page that lists everything."""
    try:
        service(**arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("accounts:security")


def _change_link_invalid(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    status = refusal.http_status if refusal else 400
    context: dict[str, Any] = {"resend": "email_change", "refusal": refusal}
    return render(request, "accounts/link_invalid.html", context, status=status)
