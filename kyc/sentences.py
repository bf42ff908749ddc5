"""What the events of verification mean, for the audit log."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forexpro.core.events.sentences import Describe, Payload
from kyc.models import Document, Level, VerificationCase


def _kind(payload: Payload) -> str:
    return str(Document.Kind(payload["kind"]).label)


def _opened(payload: Payload) -> str:
    return _("Verification begun.")


def _submitted(payload: Payload) -> str:
    count = len(payload["pages"])
    pages = ngettext("%(count)s file", "%(count)s files", count) % {"count": count}
    return _("%(kind)s sent: %(pages)s.") % {"kind": _kind(payload), "pages": pages}


def _infected(payload: Payload) -> str:
    return _("%(kind)s refused: the virus scanner found something in file %(file)s.") % {
        "kind": _kind(payload),
        "file": payload["file"],
    }


def _viewed(payload: Payload) -> str:
    return _("%(kind)s looked at: page %(page)s.") % {"kind": _kind(payload), "page": payload["page"]}


def _first_approved(payload: Payload) -> str:
    return _("%(kind)s approved by the first of two people.") % {"kind": _kind(payload)}


def _approved(payload: Payload) -> str:
    if payload["expires_on"] is None:
        return _("%(kind)s approved.") % {"kind": _kind(payload)}
    return _("%(kind)s approved, valid until %(day)s.") % {"kind": _kind(payload), "day": payload["expires_on"]}


def _rejected(payload: Payload) -> str:
    return _("%(kind)s rejected: %(text)s") % {"kind": _kind(payload), "text": payload["text"]}


def _expired(payload: Payload) -> str:
    return _("%(kind)s expired; it was valid until %(day)s.") % {"kind": _kind(payload), "day": payload["expires_on"]}


def _reminded(payload: Payload) -> str:
    return _("Client reminded that the %(kind)s is valid until %(day)s.") % {
        "kind": _kind(payload).lower(),
        "day": payload["expires_on"],
    }


def _erased(payload: Payload) -> str:
    count = payload["pages"]
    files = ngettext("%(count)s file", "%(count)s files", count) % {"count": count}
    return _("%(kind)s deleted with %(files)s: its time is over.") % {"kind": _kind(payload), "files": files}


def _ended(payload: Payload) -> str:
    return _("The relationship with the client has ended.")


def _resumed(payload: Payload) -> str:
    return _("The relationship with the client goes on.")


def _status_changed(payload: Payload) -> str:
    return _("Verification: %(status)s, %(level)s.") % {
        "status": VerificationCase.Status(payload["status"]).label,
        "level": Level(payload["level"]).label,
    }


SENTENCES: dict[str, Describe] = {
    "kyc.case_opened": _opened,
    "kyc.document_submitted": _submitted,
    "kyc.upload_infected": _infected,
    "kyc.document_viewed": _viewed,
    "kyc.document_first_approved": _first_approved,
    "kyc.document_approved": _approved,
    "kyc.document_rejected": _rejected,
    "kyc.document_expired": _expired,
    "kyc.expiry_reminded": _reminded,
    "kyc.document_erased": _erased,
    "kyc.relationship_ended": _ended,
    "kyc.relationship_resumed": _resumed,
    "kyc.status_changed": _status_changed,
}
