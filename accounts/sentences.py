"""What the events of people mean, for the audit log."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload

SIGN_IN_FAILURES: dict[str, Callable[[], str]] = {
    "wrong_password": lambda: _("the password was wrong"),
    "suspended": lambda: _("the account is suspended"),
    "email_not_verified": lambda: _("the e-mail address is not verified"),
    "unknown_account": lambda: _("nobody has this e-mail address"),
}
TOKEN_END_REASONS: dict[str, Callable[[], str]] = {
    "revoked": lambda: _("API tokens ended by their owner."),
    "reused": lambda: _("API tokens ended: a refresh token was used twice, so somebody may have had a copy."),
}
PASSWORD_REASONS: dict[str, Callable[[], str]] = {
    "reset": lambda: _("Password set through a mailed link."),
    "change": lambda: _("Password changed."),
}


def _created(payload: Payload) -> str:
    return _("%(role)s created: %(name)s, %(email)s.") % {
        "role": payload["role"],
        "name": payload["full_name"],
        "email": payload["email"],
    }


def _registration_repeated(payload: Payload) -> str:
    return _("Somebody tried to register with this e-mail address again.")


def _email_verified(payload: Payload) -> str:
    return _("E-mail address %(email)s verified.") % {"email": payload["email"]}


def _signed_in(payload: Payload) -> str:
    return _("Signed in with %(program)s.") % {"program": payload["user_agent"] or _("an unnamed program")}


def _signed_out(payload: Payload) -> str:
    return _("Signed out.")


def _sign_in_failed(payload: Payload) -> str:
    return _("Sign-in failed: %(reason)s.") % {"reason": SIGN_IN_FAILURES[payload["reason"]]()}


def _password_reset_requested(payload: Payload) -> str:
    if payload.get("reason") == "unknown_account":
        return _("A password reset was asked for with an e-mail address that nobody has.")
    return _("A password reset was asked for.")


def _password_changed(payload: Payload) -> str:
    return PASSWORD_REASONS[payload["reason"]]()


def _updated(payload: Payload) -> str:
    return _("Profile changed: %(fields)s.") % {"fields": ", ".join(payload["changes"])}


def _role_changed(payload: Payload) -> str:
    return _("Role changed from %(before)s to %(after)s.") % {
        "before": ", ".join(payload["before"]) or _("none"),
        "after": ", ".join(payload["after"]),
    }


def _suspended(payload: Payload) -> str:
    return _("Suspended: %(reason)s") % {"reason": payload["reason"]}


def _activated(payload: Payload) -> str:
    return _("Activated again: %(reason)s") % {"reason": payload["reason"]}


def _signed_out_everywhere(payload: Payload) -> str:
    return _("Signed out everywhere: %(reason)s") % {"reason": payload["reason"]}


def _tokens_issued(payload: Payload) -> str:
    return _("Signed in to the API with %(program)s.") % {"program": payload["user_agent"] or _("an unnamed program")}


def _tokens_ended(payload: Payload) -> str:
    return TOKEN_END_REASONS[payload["reason"]]()


def _api_key_created(payload: Payload) -> str:
    return _("API key %(name)s (%(prefix)s…) created for: %(scopes)s.") % {
        "name": payload["name"],
        "prefix": payload["prefix"],
        "scopes": ", ".join(payload["scopes"]),
    }


def _api_key_revoked(payload: Payload) -> str:
    return _("API key %(name)s (%(prefix)s…) revoked.") % {"name": payload["name"], "prefix": payload["prefix"]}


SENTENCES: dict[str, Describe] = {
    "user.created": _created,
    "user.registration_repeated": _registration_repeated,
    "email.verified": _email_verified,
    "user.signed_in": _signed_in,
    "user.signed_out": _signed_out,
    "user.sign_in_failed": _sign_in_failed,
    "visitor.sign_in_failed": _sign_in_failed,
    "user.password_reset_requested": _password_reset_requested,
    "visitor.password_reset_requested": _password_reset_requested,
    "user.password_changed": _password_changed,
    "user.updated": _updated,
    "user.role_changed": _role_changed,
    "user.suspended": _suspended,
    "user.activated": _activated,
    "user.signed_out_everywhere": _signed_out_everywhere,
    "user.tokens_issued": _tokens_issued,
    "user.tokens_ended": _tokens_ended,
    "user.api_key_created": _api_key_created,
    "user.api_key_revoked": _api_key_revoked,
}
