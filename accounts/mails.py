"""The mails that people get, sent by a worker.

A request only names the mail and the address. Who has that address, and whether anybody has, is looked up by the
worker, so a request takes equally long either way. No mail greets by name before the address is verified: the name is
whatever a stranger typed.
"""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.links import password_reset_link, verification_link
from accounts.models import User
from accounts.selectors import user_by_email

Content = tuple[str, dict[str, Any]]


def _registration(user: User) -> Content:
    if user.is_email_verified:
        return "account_exists", {}
    return "verify_email", {"link": verification_link(user)}


def _password_reset(user: User) -> Content:
    return "password_reset", {"link": password_reset_link(user)}


def _password_changed(user: User) -> Content:
    return "password_changed", {}


def _api_key_created(user: User) -> Content:
    return "api_key_created", {"link": settings.SITE_URL + reverse("accounts:api_keys")}


# By name: the template of `templates/accounts/mail/` (its first line is the subject) and what it needs.
MAILS: dict[str, Callable[[User], Content]] = {
    "registration": _registration,
    "password_reset": _password_reset,
    "password_changed": _password_changed,
    "api_key_created": _api_key_created,
}


def mail_after_commit(mail: str, email: str) -> None:
    """Have a mail sent once the transaction, if there is one, has committed.

    Best effort: without Redis the caller's work stands, the log has a line, and the person can ask for another mail.
    """
    transaction.on_commit(lambda: mail_send.delay(mail, email), robust=True)


# A mail server that is away for a quarter of an hour delays a mail. smtplib's errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=5, retry_backoff_max=300, max_retries=8, acks_late=True)
def mail_send(mail: str, email: str) -> None:
    """Send a mail to the active person who has this address, if there is one."""
    user = user_by_email(email)
    if user is None or not user.is_active:
        return
    template, context = MAILS[mail](user)
    text = render_to_string(f"accounts/mail/{template}.txt", {"user": user, "site_url": settings.SITE_URL, **context})
    subject, _separator, body = text.strip().partition("\n")
    send_mail(subject, body.strip() + "\n", None, [user.email])
