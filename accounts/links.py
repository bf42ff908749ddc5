"""Signed links that arrive by mail and prove that their reader owns the mailbox."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.models import EmailChange, User
from forexpro.core.refusals import Refused

VERIFICATION_SALT = "accounts.verify_email"
VERIFICATION_LIFETIME = timedelta(days=3)
EMAIL_CHANGE_SALT = "accounts.email_change"
EMAIL_CHANGE_LIFETIME = timedelta(days=1)


def verification_link(user: User) -> str:
    """Return the link that verifies the person's present address."""
    token = signing.dumps({"user": user.pk, "email": user.email}, salt=VERIFICATION_SALT)
    return settings.SITE_URL + reverse("accounts:verify_email", args=[token])


def verification_claim(token: str) -> tuple[int, str] | None:
    """Return the user id and the address that a verification token proves; None for a forged or expired one."""
    try:
        claim = signing.loads(token, salt=VERIFICATION_SALT, max_age=VERIFICATION_LIFETIME)
    except signing.BadSignature:
        return None
    return claim["user"], claim["email"]


class EmailChangeClaim(NamedTuple):
    """What the link of a change of address proves: its reader has the `mailbox` "old" or "new"."""

    user_id: int
    key: str
    mailbox: str


def email_change_link(change: EmailChange, mailbox: str) -> str:
    """Return the link that confirms a change of address at the "old" or at the "new" one."""
    claim = {"user": change.user_id, "key": change.key, "mailbox": mailbox}
    token = signing.dumps(claim, salt=EMAIL_CHANGE_SALT)
    return settings.SITE_URL + reverse("accounts:email_change_confirm", args=[token])


def email_change_claim(token: str) -> EmailChangeClaim | None:
    """Return what a token proves; None for a forged or expired one."""
    try:
        claim = signing.loads(token, salt=EMAIL_CHANGE_SALT, max_age=EMAIL_CHANGE_LIFETIME)
    except signing.BadSignature:
        return None
    return EmailChangeClaim(claim["user"], claim["key"], claim["mailbox"])


def password_reset_link(user: User) -> str:
    """Return the link that sets a new password once; it dies with the next sign-in or change of password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse(
        "accounts:password_reset_confirm", args=[uid, default_token_generator.make_token(user)]
    )


def user_of_reset_link(uid: str, token: str) -> User | None:
    """Return the active person whose password this link may set, None for a forged, used or expired one."""
    try:
        user = User.objects.get(pk=urlsafe_base64_decode(uid).decode(), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if default_token_generator.check_token(user, token) else None


def link_invalid() -> Refused:
    """Return the refusal of a link that proves nothing (any more)."""
    message = _("This link is not valid any more. Ask for a new one and use the newest mail.")
    return Refused("link_invalid", message, http_status=400)
