"""What clients are told about their documents. The first line is the headline."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.services.notices import notify
from kyc.models import Document, Level
from kyc.requirements import unlocked_by


def tell(document: Document, text: str) -> None:
    """Tell the owner of a document, inside the transaction in which it happens: on the pages and by mail."""
    notify(user=document.case.client, kind=Notice.Kind.VERIFICATION, text=text, link=reverse("kyc:verification"))


def approved_text(document: Document, *, reached: Level | None) -> str:
    """Return what an approval means: the level that it `reached`, and what that unlocks."""
    headline = _("Your document is approved: %(kind)s") % {"kind": document.get_kind_display().lower()}
    if reached is None:
        return headline
    level = _("Your level is now: %(level)s.") % {"level": reached.label}
    return "\n".join([headline, level, *unlocked_by(reached)])


def rejected_text(document: Document) -> str:
    """Return why a document was rejected and what to do."""
    headline = _("We need another document from you: %(kind)s") % {"kind": document.get_kind_display().lower()}
    return "\n".join([headline, document.rejection_text, _("Send a new one on the page about your verification.")])


def reminder_text(document: Document, days: int) -> str:
    """Return that a document expires in so many days, 0 for today."""
    kind = document.get_kind_display().lower()
    if days == 0:
        headline = _("Your document expires today: %(kind)s") % {"kind": kind}
    else:
        headline = _("Your document expires soon: %(kind)s") % {"kind": kind}
    return "\n".join(
        [
            headline,
            _("It is valid until %(day)s. Send a new one before that, and nothing changes for you.")
            % {"day": document.expires_on},
        ]
    )


def expired_text(document: Document, level: Level) -> str:
    """Return that a document has expired, and what level that leaves."""
    headline = _("Your document has expired: %(kind)s") % {"kind": document.get_kind_display().lower()}
    return "\n".join(
        [headline, _("Your level is now: %(level)s. Send a new document to get back.") % {"level": level.label}]
    )
