"""What is decided about deposits and withdrawals, by the desk or by a program with a service key.

Whoever comes second is refused, and nothing happens twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, is_person, person_of
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.money import quantize
from forexpro.core.refusals import Refused
from marketdata.ticks import Tick
from trading.engine.commands import BalanceReason, BookDeposit, Command, PayReservation, ReleaseMoney
from trading.engine.decide import decide
from trading.engine.events import BalanceUpdated, EngineEvent
from trading.engine.market import Market
from trading.locks import locked_deposit, locked_withdrawal
from trading.models import Deposit, Withdrawal
from trading.models.funding import Status
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LoadedAccount
from trading.services.accounts import house_accounts_open
from trading.services.execution import lock_and_load
from trading.services.funding.steps import ensure_allowed, move
from trading.services.funding.telling import request_event
from trading.services.recording import Cash, Outcome, record_outcomes

# What the client is told has to say why.
WITH_REASON = frozenset({Status.DECLINED, Status.FAILED})
RELEASING = frozenset({Status.DECLINED, Status.FAILED})


def deposit_decide(*, actor: Actor, deposit_id: int, status: Status, reason: str = "", origin: Origin) -> Deposit:
    """Take a deposit into review, approve it (which credits it, once), decline it, or note that it has failed.

    Refuses `transition_not_allowed` (409), `own_request` (403), `reason_required`.
    """
    with transaction.atomic(durable=True):
        return deposit_decide_apply(actor=actor, deposit_id=deposit_id, status=status, reason=reason, origin=origin)


def deposit_decide_apply(*, actor: Actor, deposit_id: int, status: Status, reason: str = "", origin: Origin) -> Deposit:
    """Do what `deposit_decide` does inside the caller's transaction."""
    _ensure_reason(status, reason)
    loaded = lock_and_load(_account_id(Deposit, deposit_id))
    deposit = locked_deposit(deposit_id)
    ensure_allowed(deposit, status)
    _ensure_not_own(actor, deposit)
    command = None
    if status is Status.APPROVED:
        command = BookDeposit(_exact(deposit.amount, loaded), _exact(deposit.fee, loaded), f"deposit:{deposit_id}")
    _carry_out(loaded, deposit, status, command, actor=actor, reason=reason, market=_market(loaded), origin=origin)
    return deposit


def withdrawal_decide(
    *, actor: Actor, withdrawal_id: int, status: Status, reason: str = "", origin: Origin
) -> Withdrawal:
    """Take a withdrawal into review, approve or decline it, or note that an approved one is paid or has failed.

    Paying books it, once; declining and failing give the money back. One of `FUNDING_FOUR_EYES_FROM` or more is
    approved by the second who approves it, and the first of them is a member of staff. Refuses as `deposit_decide`,
    `second_approval_required` (409) to who approved it first, `staff_approval_required` (409) to a program that would
    be the first, `funds_insufficient` where losses have reached the money.
    """
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        return withdrawal_decide_apply(
            actor=actor, withdrawal_id=withdrawal_id, status=status, reason=reason, ticks=ticks, origin=origin
        )


def withdrawal_decide_apply(
    *,
    actor: Actor,
    withdrawal_id: int,
    status: Status,
    reason: str = "",
    ticks: Mapping[str, Tick],
    origin: Origin,
) -> Withdrawal:
    """Do what `withdrawal_decide` does inside the caller's transaction, at prices that were read before it."""
    _ensure_reason(status, reason)
    loaded = lock_and_load(_account_id(Withdrawal, withdrawal_id))
    market = group_market(loaded.conditions, ticks, datetime.now(UTC))
    withdrawal = locked_withdrawal(withdrawal_id)
    ensure_allowed(withdrawal, status)
    _ensure_not_own(actor, withdrawal)
    if status is Status.APPROVED and _needs_second(actor, withdrawal):
        _approve_first(loaded, withdrawal, actor=actor, reason=reason, market=market, origin=origin)
        return withdrawal
    command: Command | None = None
    if status is Status.PAID:
        command = PayReservation(withdrawal_id, _exact(withdrawal.fee, loaded), f"withdrawal:{withdrawal_id}")
    elif status in RELEASING:
        command = ReleaseMoney(withdrawal_id)
    _carry_out(loaded, withdrawal, status, command, actor=actor, reason=reason, market=market, origin=origin)
    return withdrawal


def needs_four_eyes(withdrawal: Withdrawal) -> bool:
    """Return whether a withdrawal is so large that two members of staff approve it."""
    least = settings.FUNDING_FOUR_EYES_FROM
    return bool(least) and withdrawal.base_amount >= least


def _carry_out(
    loaded: LoadedAccount,
    request: Deposit | Withdrawal,
    status: Status,
    command: Command | None,
    *,
    actor: Actor,
    reason: str,
    market: Market,
    origin: Origin,
) -> None:
    """Let a request move on, and the account with it."""
    events: Sequence[EngineEvent] = () if command is None else decide(loaded.state, command, market)
    booked_seq = _booked_seq(loaded, events)
    move(request, status, now=market.now, actor=actor, reason=reason, booked_seq=booked_seq)
    outcome = Outcome(loaded, events=events, remarks=[_decided_event(request, actor)])
    if command is not None:
        outcome = replace(outcome, decided_on=(command, market))
    if booked_seq is not None and request.is_converted:
        house_accounts_open(request.payment_currency)
        outcome = replace(outcome, cash=Cash(request.payment_currency, request.cash_amount))
    record_outcomes([outcome], origin=origin, occurred_at=market.now)


def _booked_seq(loaded: LoadedAccount, events: Sequence[EngineEvent]) -> int | None:
    """Return the number that the event of the payment itself will have, None where none is booked."""
    for seq, event in enumerate(events, loaded.head.seq + 1):
        if isinstance(event, BalanceUpdated) and event.reason in (BalanceReason.DEPOSIT, BalanceReason.WITHDRAWAL):
            return seq
    return None


def _needs_second(actor: Actor, withdrawal: Withdrawal) -> bool:
    """Return whether this is the first of two approvals; refuses the second one of the same person.

    A program is never the first: of the two who let much money go, one at least has looked at it.
    """
    if not needs_four_eyes(withdrawal):
        return False
    if withdrawal.first_approved_by_id is None and person_of(actor) is None:
        raise Refused(
            "staff_approval_required",
            _("A withdrawal this large is approved by a member of staff first. Approve it again afterwards."),
            {"id": withdrawal.pk},
            http_status=409,
        )
    if is_person(actor, withdrawal.first_approved_by_id):
        raise Refused(
            "second_approval_required",
            _("You have approved this already. A withdrawal this large takes a colleague's approval, too."),
            {"id": withdrawal.pk},
            http_status=409,
        )
    return withdrawal.first_approved_by_id is None


def _approve_first(
    loaded: LoadedAccount, withdrawal: Withdrawal, *, actor: Actor, reason: str, market: Market, origin: Origin
) -> None:
    """Note the first approval; the client sees that the withdrawal is in review."""
    withdrawal.first_approved_by = person_of(actor)
    withdrawal.save(update_fields=["first_approved_by"])
    if withdrawal.status == Status.REQUESTED:
        move(withdrawal, Status.IN_REVIEW, now=market.now, actor=actor, reason=reason)
    event = _decided_event(withdrawal, actor)
    first = NewEvent(event.stream, "withdrawal.first_approval", event.payload)
    record_outcomes([Outcome(loaded, remarks=[first])], origin=origin, occurred_at=market.now)


def _decided_event(request: Deposit | Withdrawal, actor: Actor) -> NewEvent:
    event = request_event(request)
    person = person_of(actor)  # a program is named by the event itself
    return replace(event, payload={**event.payload, "decided_by": person.pk if person else None})


def _market(loaded: LoadedAccount) -> Market:
    """Return a market without prices: crediting a payment looks at none."""
    return group_market(loaded.conditions, {}, datetime.now(UTC))


def _exact(amount: Decimal, loaded: LoadedAccount) -> Decimal:
    """Return an amount of a row with the digits of the account's currency."""
    return quantize(amount, loaded.state.currency)


def _account_id(model: type[Deposit | Withdrawal], request_id: int) -> int:
    found = model.objects.filter(pk=request_id).values_list("account_id", flat=True).first()
    if found is None:
        raise Refused("request_not_found", _("There is no such request."), {"id": request_id}, http_status=404)
    return found


def _ensure_reason(status: Status, reason: str) -> None:
    if status in WITH_REASON and not reason.strip():
        raise Refused("reason_required", _("Say why: the client reads it."), {"field": "reason"})


def _ensure_not_own(actor: Actor, request: Deposit | Withdrawal) -> None:
    if is_person(actor, request.account.owner_id):
        raise Refused("own_request", _("Ask a colleague: nobody decides about their own money."), http_status=403)
