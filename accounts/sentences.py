"""What the events of people mean, for the audit log."""

from collections.abc import Callable
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.devices import device_name
from accounts.models import AccessLevel, User, Visit
from forexpro.core.events.sentences import Describe, Payload

SIGN_IN_FAILURES: dict[str, Callable[[], str]] = {
    "wrong_password": lambda: _("the password was wrong"),
    "suspended": lambda: _("the account is suspended"),
    "email_not_verified": lambda: _("the e-mail address is not verified"),
    "unknown_account": lambda: _("nobody has this e-mail address"),
    "wrong_code": lambda: _("the code was wrong"),
}
TOKEN_END_REASONS: dict[str, Callable[[], str]] = {
    "revoked": lambda: _("API tokens ended by their owner."),
    "reused": lambda: _("API tokens ended: a refresh token was used twice, so somebody may have had a copy."),
}
# Of whose changes the sentence says what was there before and what is now.
SET_BY_THE_HOUSE = {"external_id", "flags", "leverage_max", "deposits_maximum", "withdrawals_allowed"}
VISIT_END_REASONS = dict(Visit.EndReason.choices)
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
    return _("Signed in with %(program)s.") % {"program": device_name(payload["user_agent"])}


def _signed_out(payload: Payload) -> str:
    return _("Signed out.")


def _sign_in_failed(payload: Payload) -> str:
    return _("Sign-in failed: %(reason)s.") % {"reason": SIGN_IN_FAILURES[payload["reason"]]()}


def _sign_in_locked(payload: Payload) -> str:
    if payload["scope"] == "account":
        return _("Locked for this address for %(minutes)s minutes, after too many failures.") % payload
    return _("Address locked for all accounts for %(minutes)s minutes, after too many failures.") % payload


def _confirmed(payload: Payload) -> str:
    if payload["by"] == "code":
        return _("Confirmed with a code to be the one who is signed in.")
    return _("Confirmed with the password to be the one who is signed in.")


def _confirmation_failed(payload: Payload) -> str:
    return _("Confirmation failed: %(reason)s.") % {"reason": SIGN_IN_FAILURES[payload["reason"]]()}


def _totp_enabled(payload: Payload) -> str:
    return _("Two-step sign-in turned on.")


def _totp_disabled(payload: Payload) -> str:
    return _("Two-step sign-in turned off.")


def _totp_reset(payload: Payload) -> str:
    return _("Two-step sign-in reset by staff: %(reason)s") % {"reason": payload["reason"]}


def _backup_codes_created(payload: Payload) -> str:
    return _("New backup codes made; the old ones are void.")


def _backup_code_used(payload: Payload) -> str:
    left = payload["left"]
    return ngettext("Backup code used, %(left)s is left.", "Backup code used, %(left)s are left.", left) % {
        "left": left
    }


def _email_change_requested(payload: Payload) -> str:
    return _("Change of the e-mail address to %(new)s asked for.") % payload


def _email_change_confirmed(payload: Payload) -> str:
    if payload["mailbox"] == "old":
        return _("Change of the e-mail address confirmed at the present one.")
    return _("Change of the e-mail address confirmed at the new one.")


def _email_change_cancelled(payload: Payload) -> str:
    return _("Change of the e-mail address to %(new)s cancelled.") % payload


def _email_changed(payload: Payload) -> str:
    return _("E-mail address changed from %(before)s to %(after)s.") % payload


def _sessions_ended(payload: Payload) -> str:
    if "program" in payload:
        device = {"device": device_name(payload["program"]), "address": payload["address"] or "–"}
        return _("Signed out elsewhere: %(device)s, %(address)s.") % device
    count = payload["sessions"]
    return ngettext("%(count)s other session ended.", "%(count)s other sessions ended.", count) % {"count": count}


def _password_reset_requested(payload: Payload) -> str:
    if payload.get("reason") == "unknown_account":
        return _("A password reset was asked for with an e-mail address that nobody has.")
    return _("A password reset was asked for.")


def _password_changed(payload: Payload) -> str:
    return PASSWORD_REASONS[payload["reason"]]()


def _updated(payload: Payload) -> str:
    changes = payload["changes"]
    if not SET_BY_THE_HOUSE.intersection(changes):
        return _("Profile changed: %(fields)s.") % {"fields": ", ".join(changes)}
    told = "; ".join(
        _("%(field)s from %(before)s to %(after)s")
        % {
            "field": _field_name(name),
            "before": _value(change["before"]),
            "after": _value(change["after"]),
        }
        for name, change in changes.items()
    )
    text = _("Changed: %(changes)s.") % {"changes": told}
    return (
        _("%(text)s Reason: %(reason)s") % {"text": text, "reason": payload["reason"]} if "reason" in payload else text
    )


def _field_name(name: str) -> str:
    field = User._meta.get_field(name)
    return str(field.verbose_name) if isinstance(field, Field) else name


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value) or _("none")
    return _("none") if value is None else str(value)


def _access_level_changed(payload: Payload) -> str:
    return _("Access changed from %(before)s to %(after)s: %(reason)s") % {
        "before": AccessLevel(payload["before"]).label,
        "after": AccessLevel(payload["after"]).label,
        "reason": payload["reason"],
    }


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
    return _("Signed in to the API with %(program)s.") % {
        "program": payload.get("user_agent") or _("an unnamed program")
    }


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


def _visit_granted(payload: Payload) -> str:
    return _("%(admin)s may visit: %(reason)s%(scopes)s") % _of_visit(payload)


def _visit_begun(payload: Payload) -> str:
    return _("%(admin)s has begun a visit: %(reason)s%(scopes)s") % _of_visit(payload)


def _visit_refused(payload: Payload) -> str:
    return _("A visit of %(admin)s could not begin: %(code)s.") % _of_visit(payload)


def _visit_ended(payload: Payload) -> str:
    looked_at = ", ".join(payload["looked_at"]) or _("nothing")
    return _("The visit of %(admin)s has ended (%(ended_because)s); looked at: %(looked_at)s.") % {
        **_of_visit(payload),
        "looked_at": looked_at,
        "ended_because": VISIT_END_REASONS[payload["ended_because"]],
    }


def _of_visit(payload: Payload) -> dict[str, str]:
    scopes = ", ".join(payload["scopes"])
    return {**payload, "scopes": _(" (may: %(scopes)s)") % {"scopes": scopes} if scopes else ""}


SENTENCES: dict[str, Describe] = {
    "user.created": _created,
    "user.registration_repeated": _registration_repeated,
    "email.verified": _email_verified,
    "user.signed_in": _signed_in,
    "user.signed_out": _signed_out,
    "user.sign_in_failed": _sign_in_failed,
    "visitor.sign_in_failed": _sign_in_failed,
    "user.sign_in_locked": _sign_in_locked,
    "visitor.sign_in_locked": _sign_in_locked,
    "user.confirmed": _confirmed,
    "user.confirmation_failed": _confirmation_failed,
    "user.sessions_ended": _sessions_ended,
    "user.totp_enabled": _totp_enabled,
    "user.totp_disabled": _totp_disabled,
    "user.totp_reset": _totp_reset,
    "user.backup_codes_created": _backup_codes_created,
    "user.backup_code_used": _backup_code_used,
    "user.email_change_requested": _email_change_requested,
    "user.email_change_confirmed": _email_change_confirmed,
    "user.email_change_cancelled": _email_change_cancelled,
    "user.email_changed": _email_changed,
    "user.password_reset_requested": _password_reset_requested,
    "visitor.password_reset_requested": _password_reset_requested,
    "user.password_changed": _password_changed,
    "user.updated": _updated,
    "user.access_level_changed": _access_level_changed,
    "user.role_changed": _role_changed,
    "user.suspended": _suspended,
    "user.activated": _activated,
    "user.signed_out_everywhere": _signed_out_everywhere,
    "user.tokens_issued": _tokens_issued,
    "user.tokens_ended": _tokens_ended,
    "user.api_key_created": _api_key_created,
    "user.api_key_revoked": _api_key_revoked,
    "user.visit_granted": _visit_granted,
    "user.visit_begun": _visit_begun,
    "user.visit_refused": _visit_refused,
    "user.visit_ended": _visit_ended,
}
