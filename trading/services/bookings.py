"""Money moved by hand: booked by one member of staff, or asked for by one and let go by another."""

from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.engine.decide import decide
from trading.engine.events import BalanceUpdated
from trading.locks import locked_booking
from trading.models import Booking, TradingAccount
from trading.selectors.market import group_market, newest_ticks
from trading.services.accounts import balance_change
from trading.services.answers import Answer
from trading.services.execution import lock_and_load
from trading.services.recording import Outcome, record_outcomes

Status = Booking.Status


def money_book(
    *,
    actor: User,
    account_id: int,
    kind: Booking.Kind,
    amount: Decimal,
    reason: str,
    submission: str,
    origin: Origin,
) -> Answer | Booking:
    """Book money at once, or with `BOOKING_FOUR_EYES` ask for it and return what now waits for a colleague.

    The same submission again changes nothing. Refuses `money_forbidden` and `own_account` (both 403), and what the
    engine refuses, such as `funds_insufficient`.
    """
    _ensure_may(actor, account_id)
    command = ChangeBalance(amount, BalanceReason(kind.value), reason)
    if not settings.BOOKING_FOUR_EYES:
        return balance_change(
            account_id=account_id,
            amount=command.amount,
            reason=command.reason,
            reference=command.reference,
            origin=origin,
            idempotency_key=f"staff:{submission}",
        )
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        loaded = lock_and_load(account_id)
        asked = Booking.objects.filter(account_id=account_id, submission=submission).first()
        if asked is not None:
            return asked
        now = datetime.now(UTC)
        # What could not be booked now is refused now, and not when a colleague has looked at it.
        decide(loaded.state, command, group_market(loaded.conditions, ticks, now))
        asked = Booking.objects.create(
            account_id=account_id,
            kind=kind,
            amount=amount,
            reason=reason,
            submission=submission,
            asked_by=actor,
            asked_at=now,
        )
        record([_event(asked, "booking.asked")], origin=origin)
    return asked


def booking_approve(*, actor: User, booking_id: int, origin: Origin) -> Booking:
    """Book what a colleague has asked for, once.

    Refuses `booking_not_found`, `booking_decided` (409), `second_approval_required` (409) to who asked,
    `money_forbidden`, `own_account`, and what the engine refuses by now, which leaves it waiting.
    """
    account_id = _account_id(booking_id)
    _ensure_may(actor, account_id)
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        loaded = lock_and_load(account_id)
        booking = _locked_waiting(booking_id)
        if booking.asked_by_id == actor.pk:
            raise Refused(
                "second_approval_required",
                _("You have asked for this yourself. A colleague lets it be booked."),
                {"id": booking_id},
                http_status=409,
            )
        now = datetime.now(UTC)
        market = group_market(loaded.conditions, ticks, now)
        command = ChangeBalance(booking.amount, BalanceReason(booking.kind), booking.reason)
        events = decide(loaded.state, command, market)
        (booking.booked_seq,) = (
            seq
            for seq, event in enumerate(events, loaded.head.seq + 1)
            if isinstance(event, BalanceUpdated) and event.reason is command.reason
        )
        _decide(booking, Status.BOOKED, actor=actor, now=now)
        outcome = Outcome(loaded, events=events, decided_on=(command, market))
        record_outcomes([outcome], origin=origin, occurred_at=now)
        record([_event(booking, "booking.approved")], origin=origin)
    return booking


def booking_decline(*, actor: User, booking_id: int, answer: str, origin: Origin) -> Booking:
    """Let nothing be booked, for a reason; whoever has asked may take it back so. Refuses as `booking_approve`."""
    account_id = _account_id(booking_id)
    _ensure_may(actor, account_id)
    if not answer.strip():
        raise Refused("reason_required", _("Say why: whoever asked for it reads it."), {"field": "reason"})
    with transaction.atomic(durable=True):
        lock_and_load(account_id)
        booking = _locked_waiting(booking_id)
        booking.answer = answer
        _decide(booking, Status.DECLINED, actor=actor, now=datetime.now(UTC))
        record([_event(booking, "booking.declined")], origin=origin)
    return booking


def _decide(booking: Booking, status: Booking.Status, *, actor: User, now: datetime) -> None:
    booking.status, booking.decided_by, booking.decided_at = status, actor, now
    booking.save(update_fields=["status", "decided_by", "decided_at", "answer", "booked_seq"])


def _locked_waiting(booking_id: int) -> Booking:
    booking = locked_booking(booking_id)
    if booking.status != Status.WAITING:
        raise Refused(
            "booking_decided",
            _("This is %(status)s already. Look again: a colleague was faster.")
            % {"status": booking.get_status_display().lower()},
            {"id": booking_id, "status": booking.status},
            http_status=409,
        )
    return booking


def _account_id(booking_id: int) -> int:
    found = Booking.objects.filter(pk=booking_id).values_list("account_id", flat=True).first()
    if found is None:
        raise Refused("booking_not_found", _("There is no such booking."), {"id": booking_id}, http_status=404)
    return found


def _ensure_may(actor: User, account_id: int) -> None:
    if not actor.has_perm("trading.move_money"):
        raise Refused("money_forbidden", _("Your role moves no money. Ask the finance desk to."), http_status=403)
    if TradingAccount.objects.filter(pk=account_id, owner_id=actor.pk).exists():
        raise Refused("own_account", _("Ask a colleague: nobody moves money on their own account."), http_status=403)


def _event(booking: Booking, type: str) -> NewEvent:
    payload = {
        "id": booking.pk,
        "account_id": booking.account_id,
        "kind": booking.kind,
        "amount": f"{booking.amount.normalize():f}",
        "currency": booking.account.currency,
        "reason": booking.reason,
        "asked_by": booking.asked_by_id,
        "booked_seq": booking.booked_seq,
        "answer": booking.answer,
    }
    return NewEvent(booking.stream, type, payload)
