"""What a reviewer has to have looked at before a document is approved."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kyc.models import Document

Kind = Document.Kind

_READABLE = {"readable": _("Everything on it can be read, all corners are in the picture")}
_GENUINE = {"genuine": _("It looks genuine: no traces of editing, no photograph of a screen")}
_NAME = {"name": _("The name is that of the client")}
_IDENTITY = {
    **_READABLE,
    **_GENUINE,
    **_NAME,
    "adult": _("The client is of age"),
    "valid": _("It is valid today, and the date typed here is the one printed on it"),
}
_QUESTIONS: dict[str, dict[str, Any]] = {
    Kind.PASSPORT: _IDENTITY,
    Kind.IDENTITY_CARD: {**_IDENTITY, "both_sides": _("Both sides are there and belong together")},
    Kind.PROOF_OF_ADDRESS: {
        **_READABLE,
        **_GENUINE,
        **_NAME,
        "address": _("It shows a full address, which is not a post office box"),
        "recent": _("It is not older than three months"),
    },
    Kind.SELFIE: {
        **_READABLE,
        "face": _("The face is the one on the document of identity"),
        "document": _("The document in the hand is the one that was sent"),
        "alive": _("A living person was photographed, not a picture or a screen"),
    },
}


def checklist(kind: str) -> dict[str, Any]:
    """Return the questions about a kind of document, by their names in events."""
    return _QUESTIONS[kind]
