"""From one status of a request to the next: the one place where it changes."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from forexpro.core.refusals import Refused
from trading.models import Deposit, Withdrawal
from trading.models.funding import Status
from trading.services.funding.telling import tell_client


def ensure_allowed(request: Deposit | Withdrawal, status: Status) -> None:
    """Refuse what a request cannot become from where it is; whoever comes second learns what the first has done."""
    if not request.allows(status):
        raise Refused(
            "transition_not_allowed",
            _("This is %(present)s and cannot become %(wanted)s. Look again: somebody may have been faster.")
            % {"present": Status(request.status).label.lower(), "wanted": status.label.lower()},
            {"id": request.pk, "status": request.status, "wanted": status.value},
            http_status=409,
        )


def move(
    request: Deposit | Withdrawal,
    status: Status,
    *,
    now: datetime,
    actor: Actor | None = None,
    reason: str = "",
    booked_seq: int | None = None,
) -> None:
    """Give a locked request its next status, and tell the client; without `actor` the client did it.

    What a program decides has no `decided_by`: the event names the program.
    """
    ensure_allowed(request, status)
    request.status = status
    request.decided_at = now
    request.decided_by = None if actor is None else person_of(actor)
    request.reason = reason
    request.booked_seq = booked_seq
    request.save(update_fields=["status", "decided_at", "decided_by", "reason", "booked_seq"])
    tell_client(request)
