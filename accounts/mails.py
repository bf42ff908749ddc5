"""The mails that people get, sent by a worker.

A request only names the mail and the address. Who has that address, and whether anybody has, is looked up by the
worker, so a request takes equally long either way. No mail greets by name before the address is verified: the name is
whatever a stranger typed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from accounts.links import email_change_link, password_reset_link, verification_link
from accounts.models import EmailChange, Notice, User
from accounts.selectors import user_by_email
from forexpro.core.http.throttles import Limit, take

REQUESTED_MAILS_PER_HOUR = 5
Content = tuple[str, dict[str, Any]]


def _registration(user: User) -> Content:
    if user.is_email_verified:
        return "account_exists", {}
    if not user.has_usable_password():
        return "choose_password", {"link": password_reset_link(user)}
    return "verify_email", {"link": verification_link(user)}


def _password_reset(user: User) -> Content:
    return "password_reset", {"link": password_reset_link(user)}


def _email_change_old(user: User) -> Content | None:
    change = EmailChange.objects.filter(user=user).first()
    if change is None:
        return None
    return "email_change_old", {"new_email": change.new_email, "link": email_change_link(change, "old")}


def _email_change_new(user: User) -> Content | None:
    change = EmailChange.objects.filter(user=user).first()
    if change is None:
        return None
    if user_by_email(change.new_email) is not None:
        return "email_change_taken", {}
    return "email_change_new", {"link": email_change_link(change, "new")}


def _plain(template: str) -> Callable[[User], Content]:
    """Return what a mail needs that says the same to everybody."""
    return lambda user: (template, {})


def _api_key_created(user: User) -> Content:
    return "api_key_created", {"link": settings.SITE_URL + reverse("accounts:api_keys")}


# By name: the template of `templates/accounts/mail/` (its first line is the subject) and what it needs.
MAILS: dict[str, Callable[[User], Content | None]] = {
    "registration": _registration,
    "password_reset": _password_reset,
    "api_key_created": _api_key_created,
    "email_change_old": _email_change_old,
    "email_change_new": _email_change_new,
    **{
        name: _plain(name)
        for name in (
            "password_changed",
            "new_device",
            "totp_enabled",
            "totp_disabled",
            "totp_reset",
            "backup_codes_created",
            "email_changed",
        )
    },
}


def mail_after_commit(mail: str, email: str, details: Mapping[str, str] | None = None, *, to: str = "") -> None:
    """Have a mail sent once the transaction, if there is one, has committed.

    `email` says whose mail it is, `details` what its template needs besides; `to` is another mailbox of that person.
    Best effort: without Redis the caller's work stands, the log has a line, and the person can ask for another mail.
    """
    arguments = {"details": dict(details or {}), "to": to} if details or to else {}
    transaction.on_commit(lambda: mail_send.delay(mail, email, **arguments), robust=True)


def requested_mail_after_commit(mail: str, email: str) -> None:
    """Do the same with a mail that anybody may ask for, but send no more than a few an hour to one address.

    Whoever has those in the mailbox lacks nothing, and nobody's mailbox is filled. What is counted is what was typed,
    whether or not somebody has that address.
    """
    address = salted_hmac("accounts.mails", email.strip().lower(), algorithm="sha256").hexdigest()
    limit = Limit(f"mail:{mail}:{address}", REQUESTED_MAILS_PER_HOUR, 3600)

    def send() -> None:
        if take([limit]) is None:
            mail_send.delay(mail, email)

    transaction.on_commit(send, robust=True)


# A mail server that is away for a quarter of an hour delays a mail. smtplib's errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=5, retry_backoff_max=300, max_retries=8, acks_late=True)
def mail_send(mail: str, email: str, details: dict[str, str] | None = None, to: str = "") -> None:
    """Send a mail to the active person who has this address, if there is one, in the language they have chosen."""
    user = user_by_email(email)
    if user is None or not user.is_active:
        return
    with translation.override(user.language or settings.LANGUAGE_CODE):
        content = MAILS[mail](user)
        if content is not None:
            template, context = content
            _send(user, template, {**context, **(details or {})}, to=to)


def notice_mail_after_commit(notice_id: int) -> None:
    """Have a notice mailed once the transaction that holds it has committed; best effort: the notice itself stays."""
    transaction.on_commit(lambda: notice_mail_send.delay(notice_id), robust=True)


@shared_task(autoretry_for=(OSError,), retry_backoff=5, retry_backoff_max=300, max_retries=8, acks_late=True)
def notice_mail_send(notice_id: int) -> None:
    """Mail a notice to the person whom it concerns, if they have verified their address and may sign in."""
    notice = Notice.objects.select_related("user").get(pk=notice_id)
    user = notice.user
    if user.is_active and user.is_email_verified:
        with translation.override(user.language or settings.LANGUAGE_CODE):
            _send(user, "notice", {"notice": notice})


def _send(user: User, template: str, context: dict[str, Any], *, to: str = "") -> None:
    text = render_to_string(f"accounts/mail/{template}.txt", {"user": user, "site_url": settings.SITE_URL, **context})
    subject, _separator, body = text.strip().partition("\n")
    send_mail(subject, body.strip() + "\n", None, [to or user.email])
