"""Money that staff want moved by hand, and what the events of it mean."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload
from forexpro.core.money import amount_text
from trading.models import Booking
from trading.selectors.funding import Pending

# Older ones of an account are found in the list.
FOLLOWED = 20


def pending_bookings() -> Pending:
    """Return the bookings that wait for a second member of staff."""
    waiting = Booking.objects.filter(status=Booking.Status.WAITING)
    found = waiting.aggregate(count=Count("id"), oldest=Min("asked_at"))
    return Pending(found["count"], found["oldest"])


def booking_streams(account_ids: Iterable[int]) -> list[str]:
    """Return the names of the event streams of the newest bookings of some accounts."""
    newest = Booking.objects.filter(account_id__in=list(account_ids)).order_by("-id")[:FOLLOWED]
    return [booking.stream for booking in newest.only("id")]


_STEPS: dict[str, Callable[[], str]] = {
    "booking.asked": lambda: _("Booking %(id)s asked for: %(kind)s of %(amount)s, %(reason)s"),
    "booking.approved": lambda: _("Booking %(id)s approved by a second person and booked: %(kind)s of %(amount)s."),
    "booking.declined": lambda: _("Booking %(id)s (%(kind)s of %(amount)s) declined: %(answer)s"),
}


def _step(text: Callable[[], str]) -> Describe:
    def describe(payload: Payload) -> str:
        return text() % {
            "id": payload["id"],
            "kind": Booking.Kind(payload["kind"]).label.lower(),
            "amount": amount_text(Decimal(payload["amount"]), payload["currency"]),
            "reason": payload["reason"],
            "answer": payload["answer"],
        }

    return describe


SENTENCES: dict[str, Describe] = {type: _step(text) for type, text in _STEPS.items()}
