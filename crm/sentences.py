"""What the events of service keys and of what the CRM sets mean, for the audit log."""

from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload


def _key_created(payload: Payload) -> str:
    return _("Service key %(name)s (%(prefix)s…) created for: %(scopes)s.") % {
        **payload,
        "scopes": ", ".join(payload["scopes"]),
    }


def _key_rotated(payload: Payload) -> str:
    return _("Service key %(name)s rotated (%(prefix)s…); the one before is good until %(old_good_until)s.") % payload


def _key_revoked(payload: Payload) -> str:
    return _("Service key %(name)s revoked.") % payload


def _called(payload: Payload) -> str:
    call = f"{payload['method']} {payload['path']}"
    if "code" in payload:
        return _("Called %(call)s, refused: %(code)s.") % {"call": call, "code": payload["code"]}
    return _("Called %(call)s.") % {"call": call}


def _note_added(payload: Payload) -> str:
    return _("A note was written (%(note_id)s).") % payload


SENTENCES: dict[str, Describe] = {
    "service_key.created": _key_created,
    "service_key.rotated": _key_rotated,
    "service_key.revoked": _key_revoked,
    "service_key.called": _called,
    "user.note_added": _note_added,
}
