"""The pages of a person's own account."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.demo import sent_mails
from accounts.devices import remember_device
from accounts.forms import BackupCodeForm, CodeForm, EmailForm, NewPasswordForm, ProfileForm, RegisterForm, SignInForm
from accounts.links import user_of_reset_link, verification_claim
from accounts.models import User
from accounts.pages import form_page, refused_flood, render_form, render_refused, wanted_page
from accounts.selectors import has_second_factor
from accounts.services import passwords
from accounts.services.profile import profile_update
from accounts.services.registration import email_verify, user_register, verification_request
from accounts.services.second_factor import second_factor_verify
from accounts.services.sign_in import pending_user, sign_in_pend, user_authenticate, user_sign_in, user_sign_out
from accounts.signed_in import signed_in_person
from accounts.visit_pages import visit_end
from accounts.visits import visit_of
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused


@sensitive_post_parameters("password")
@never_cache
@form_page
def register(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        if refusal := refused_flood(request, "accounts/register.html", form):
            return refusal
        user_register(**form.cleaned_data, origin=request_origin(request))
        return redirect("accounts:check_mail")
    return render_form(request, "accounts/register.html", form)


@require_GET
def check_mail(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/check_mail.html", {"demo": settings.DEMO})


@form_page
def verification_resend(request: HttpRequest) -> HttpResponse:
    return _link_page(
        request,
        verification_request,
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
    context = {"next": request.POST.get("next") or request.GET.get("next", "")}
    if form.is_valid():
        try:
            user = user_authenticate(request=request, **form.cleaned_data)
        except Refused as refusal:
            return render_refused(request, "accounts/sign_in.html", form, refusal, **context)
        if has_second_factor(user):
            sign_in_pend(request=request, user=user)
            query = urlencode({"next": target}) if (target := wanted_page(request)) else ""
            return redirect(f"{reverse('accounts:sign_in_code')}?{query}".rstrip("?"))
        return _signed_in(request, user)
    return render_form(request, "accounts/sign_in.html", form, **context)


@sensitive_post_parameters("code")
@never_cache
@form_page
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask whoever gave the right password for a code; only then is anybody signed in."""
    if request.user.is_authenticated:
        return redirect(_after_sign_in(request))
    user = pending_user(request)
    if user is None:
        messages.info(request, _("Sign in again: the code has to follow the password within five minutes."))
        return redirect("accounts:sign_in")
    backup = request.GET.get("by") == "backup"
    form = (BackupCodeForm if backup else CodeForm)(request.POST or None)
    context = {"next": wanted_page(request), "backup": backup}
    if form.is_valid():
        try:
            second_factor_verify(request=request, user=user, code=form.cleaned_data["code"])
        except Refused as refusal:
            return render_refused(request, "accounts/sign_in_code.html", form, refusal, "code", **context)
        return _signed_in(request, user)
    return render_form(request, "accounts/sign_in_code.html", form, **context)


def _signed_in(request: HttpRequest, user: User) -> HttpResponse:
    token = user_sign_in(request=request, user=user)
    response = redirect(_after_sign_in(request))
    remember_device(response, token)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; in a visit the client's are none of its business, and the visit ends."""
    if visit_of(request) is not None:
        response: HttpResponse = visit_end(request)
        return response
    user_sign_out(request=request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@form_page
def password_reset(request: HttpRequest) -> HttpResponse:
    return _link_page(
        request,
        partial(passwords.password_reset_request, origin=request_origin(request)),
        title=_("Reset your password"),
        explanation=_("We mail you a link that sets a new password."),
    )


def _link_page(request: HttpRequest, mail_link: Callable[..., None], **context: str) -> HttpResponse:
    """Ask for an address, and mail a link to it if it is somebody's."""
    form = EmailForm(request.POST or None)
    if form.is_valid():
        if refusal := refused_flood(request, "accounts/send_link.html", form, **context):
            return refusal
        mail_link(email=form.cleaned_data["email"])
        return redirect("accounts:check_mail")
    return render_form(request, "accounts/send_link.html", form, **context)


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
    return render_form(request, "accounts/password_reset_confirm.html", form)


@login_required
@form_page
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in_person(request)
    initial = {"full_name": user.full_name, "time_zone": user.time_zone, "language": user.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        profile_update(user_id=user.pk, **form.cleaned_data, origin=request_origin(request))
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render_form(request, "accounts/profile.html", form)


@never_cache
@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """Show what the demo would have mailed: whoever opens this page can read everybody's links."""
    if not settings.DEMO:
        raise Http404
    return render(request, "accounts/demo_mail.html", {"mails": sent_mails()})


def _after_sign_in(request: HttpRequest) -> str:
    if target := wanted_page(request):
        return target
    return reverse("admin:index") if signed_in_person(request).is_staff else resolve_url(settings.LOGIN_REDIRECT_URL)
