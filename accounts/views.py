"""The pages of a person's own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.demo import sent_mails
from accounts.forms import EmailForm, NewPasswordForm, PasswordChangeForm, ProfileForm, RegisterForm, SignInForm
from accounts.links import user_of_reset_link, verification_claim
from accounts.models import Notice, User
from accounts.selectors import notices_of_user, unread_notices
from accounts.services import passwords
from accounts.services.notices import notices_mark_read
from accounts.services.profile import profile_update
from accounts.services.registration import email_verify, user_register, verification_request
from accounts.services.sign_in import user_authenticate, user_sign_in, user_sign_out
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused

form_page = require_http_methods(["GET", "POST"])

NOTICES_PAGE = 30
NOTICE_ICONS = {
    Notice.Kind.FUNDING: "wallet",
    Notice.Kind.VERIFICATION: "shield-check",
    Notice.Kind.SECURITY: "lock",
}


@sensitive_post_parameters("password")
@never_cache
@form_page
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        user_register(**form.cleaned_data, origin=request_origin(request))
        return redirect("accounts:check_mail")
    return _form_page(request, "accounts/register.html", form)


@require_GET
def check_mail(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/check_mail.html", {"demo": settings.DEMO})


@form_page
def verification_resend(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        verification_request(email=form.cleaned_data["email"])
        return redirect("accounts:check_mail")
    return _form_page(
        request,
        "accounts/send_link.html",
        form,
        title=_("Send the link again"),
        explanation=_("The link verifies the e-mail address with which you registered."),
    )


@never_cache
@form_page
def verify_email(request: HttpRequest, token: str) -> HttpResponse:
    # Only a click verifies: programs that follow every link of a mail must not verify what a stranger registered.
    if request.method == "GET":
        claim = verification_claim(token)
        if claim is None:
            return render(request, "accounts/link_invalid.html", {"resend": "verification"}, status=400)
        return render(request, "accounts/verify_email.html", {"email": claim[1]})
    try:
        email_verify(token=token, origin=request_origin(request))
    except Refused as refusal:
        context = {"resend": "verification", "refusal": refusal}
        return render(request, "accounts/link_invalid.html", context, status=refusal.http_status)
    messages.success(request, _("Your e-mail address is verified. Sign in to start."))
    return redirect("accounts:sign_in")


@sensitive_post_parameters("password")
@never_cache
@form_page
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_after_sign_in(request))
    form = SignInForm(request.POST or None)
    refusal = None
    if form.is_valid():
        try:
            user = user_authenticate(request=request, **form.cleaned_data)
        except Refused as refused:
            refusal = refused
            form.add_error(None, refused.message)
        else:
            user_sign_in(request=request, user=user)
            return redirect(_after_sign_in(request))
    return _form_page(
        request,
        "accounts/sign_in.html",
        form,
        next=request.POST.get("next") or request.GET.get("next", ""),
        refusal=refusal,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    user_sign_out(request=request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@form_page
def password_reset(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        passwords.password_reset_request(email=form.cleaned_data["email"], origin=request_origin(request))
        return redirect("accounts:check_mail")
    return _form_page(
        request,
        "accounts/send_link.html",
        form,
        title=_("Reset your password"),
        explanation=_("We mail you a link that sets a new password."),
    )


@sensitive_post_parameters("new_password")
@never_cache
@form_page
def password_reset_confirm(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    user = user_of_reset_link(uid, token)
    if user is None:
        return render(request, "accounts/link_invalid.html", {"resend": "password"}, status=400)
    form = NewPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        try:
            passwords.password_reset_by_link(
                uid=uid, token=token, password=form.cleaned_data["new_password"], origin=request_origin(request)
            )
        except Refused as refusal:
            context = {"resend": "password", "refusal": refusal}
            return render(request, "accounts/link_invalid.html", context, status=refusal.http_status)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("accounts:sign_in")
    return _form_page(request, "accounts/password_reset_confirm.html", form)


@login_required
@form_page
def profile(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    initial = {"full_name": user.full_name, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        profile_update(user_id=user.pk, **form.cleaned_data, origin=request_origin(request))
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return _form_page(request, "accounts/profile.html", form)


@sensitive_post_parameters("old_password", "new_password")
@never_cache
@login_required
@form_page
def password_change(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    form = PasswordChangeForm(request.POST or None, user=user)
    if form.is_valid():
        passwords.password_change(request=request, user_id=user.pk, password=form.cleaned_data["new_password"])
        messages.success(request, _("Your password is changed. Every other session of yours has ended."))
        return redirect("accounts:profile")
    return _form_page(request, "accounts/password_change.html", form)


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Show what a person was told, newest first; htmx asks for older ones without the frame."""
    before = request.GET.get("before", "")
    told = notices_of_user(request.user)
    if before.isdecimal():
        told = told.filter(pk__lt=min(int(before), 2**63 - 1))
    page = list(told[:NOTICES_PAGE])
    context = {
        "notices": [(notice, NOTICE_ICONS[Notice.Kind(notice.kind)]) for notice in page],
        "unread": unread_notices(request.user).exists(),
        "older": page[-1].pk if len(page) == NOTICES_PAGE else None,
    }
    fragment = bool(getattr(request, "htmx", False))
    return render(request, "accounts/partials/notices.html" if fragment else "accounts/notices.html", context)


@never_cache
@require_GET
def notices_bell(request: HttpRequest) -> HttpResponse:
    """Answer the bell of the header as it is now; what has come after the notice `since` is announced."""
    if not request.user.is_authenticated:
        return HttpResponse(status=286)  # htmx asks no more
    unread = list(unread_notices(request.user)[:100])
    since = request.GET.get("since", "")
    if since.isdecimal():
        for notice in reversed([notice for notice in unread[:3] if notice.pk > int(since)]):
            messages.info(request, notice.text)
    newest = unread[0].pk if unread else (since if since.isdecimal() else 0)
    return render(request, "components/bell.html", {"unread": len(unread), "newest": newest, "asked": True})


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything that a person was told as read."""
    notices_mark_read(user=_person(request))
    return redirect("accounts:notices")


@login_required
@require_POST
def notice_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it leads; anybody else's does not exist."""
    notice = notices_of_user(request.user).filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    notices_mark_read(user=_person(request), notice_id=notice_id)
    return redirect(notice.link or "accounts:notices")


@never_cache
@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """Show what the demo would have mailed: whoever opens this page can read everybody's links."""
    if not settings.DEMO:
        raise Http404
    return render(request, "accounts/demo_mail.html", {"mails": sent_mails()})


def _form_page(request: HttpRequest, template: str, form: BaseForm, **context: object) -> HttpResponse:
    """Render a form; with errors in it the answer is 422, which tells programs that nothing was done."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def _next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or ""


def _after_sign_in(request: HttpRequest) -> str:
    target = _next(request)
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("admin:index") if _person(request).is_staff else resolve_url(settings.LOGIN_REDIRECT_URL)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
