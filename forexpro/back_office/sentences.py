"""What the events of the back office's own pages mean, for the audit log."""

from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload


def _saved(payload: Payload) -> str:
    if payload["desk"] is None:
        return _("Filter “%(title)s” saved.") % payload
    return _("Filter “%(title)s” saved for the desk %(desk)s.") % payload


def _removed(payload: Payload) -> str:
    return _("Filter “%(title)s” removed.") % payload


SENTENCES: dict[str, Describe] = {"staff.filter_saved": _saved, "staff.filter_removed": _removed}
