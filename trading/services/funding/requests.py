"""What clients ask for: to pay in, to be paid out, to take a request back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import locked_user
from accounts.models import User
from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from marketdata.ticks import Tick
from trading.engine.balance import ensure_withdrawable
from trading.engine.commands import ReleaseMoney, ReserveMoney
from trading.engine.market import Market
from trading.locks import locked_deposit, locked_withdrawal
from trading.models import Deposit, PaymentTerms, TradingAccount, Withdrawal
from trading.models.funding import Direction, Status
from trading.selectors.accounts import account_for_user
from trading.selectors.funding import account_now
from trading.selectors.market import account_market, group_market, newest_ticks
from trading.selectors.state import LoadedAccount
from trading.services.answers import Answer
from trading.services.execution import decided, first_answer, hash_of, lock_and_load
from trading.services.funding.limits import ensure_deposit_allowed, ensure_open, ensure_withdrawal_allowed
from trading.services.funding.steps import move
from trading.services.funding.telling import request_event, tell_client
from trading.services.funding.terms import Terms, deposit_terms, payment_terms, quoted_rate, withdrawal_terms
from trading.services.recording import Outcome, Request, record_outcomes

DETAILS_LENGTH_MAX = 1000


@dataclass(frozen=True, slots=True)
class Entered:
    """An account that is locked for a request; `answer` is the first one where the key was used before."""

    loaded: LoadedAccount
    market: Market
    request: Request | None
    answer: Answer | None


def enter(
    account_id: int, asked: Mapping[str, Any], *, ticks: Mapping[str, Tick], idempotency_key: str | None
) -> Entered:
    """Lock an account for what is asked, inside the caller's transaction; a repeated refusal is raised again."""
    request = None if idempotency_key is None else Request(idempotency_key, hash_of(asked))
    loaded = lock_and_load(account_id, idempotency_key=idempotency_key)
    answer = None
    if request is not None and loaded.answered is not None:
        answer = first_answer(account_id, request, loaded.answered)
        answer.raise_refusal()
    market = group_market(loaded.conditions, ticks, datetime.now(UTC))
    return Entered(loaded, market, request, answer)


def deposit_request(
    *,
    owner: User,
    account_id: int,
    method_id: int,
    currency: str,
    amount: Decimal,
    reference: str = "",
    quote: str = "",
    origin: Origin,
    idempotency_key: str | None,
) -> Deposit:
    """Note that a client pays `amount` of `currency` in by a method; the desk credits it when it has come.

    With a `quote` of `deposit_quote` the rate that was shown counts, otherwise the present one.
    """
    account_for_user(owner, account_id)  # nobody locks another one's account
    asked = _asked(Direction.DEPOSIT, account_id, method_id, currency, amount)
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        entered = enter(account_id, asked | {"reference": reference}, ticks=ticks, idempotency_key=idempotency_key)
        if entered.answer is not None:
            return Deposit.objects.select_related("account", "method").get(pk=_id_in(entered.answer))
        account = live_account(owner, account_id)
        method_terms = payment_terms(method_id, Direction.DEPOSIT, currency)
        rate = quoted_rate(quote, asked)
        terms = deposit_terms(method_terms, amount, account.currency, entered.market, rate=rate)
        # Limits are a person's: requests to several accounts are counted one after the other.
        owner = locked_user(owner.pk)
        ensure_deposit_allowed(owner, terms.base_amount)
        deposit = Deposit(**_fields(account, method_terms, terms, reference, entered.market.now))
        deposit.save()
        tell_client(deposit)
        outcome = Outcome(entered.loaded, remarks=[request_event(deposit)], request=entered.request)
        record_outcomes([outcome], origin=origin, occurred_at=entered.market.now)
    return deposit


def withdrawal_request(
    *,
    owner: User,
    account_id: int,
    method_id: int,
    currency: str,
    amount: Decimal,
    details: str,
    reference: str = "",
    quote: str = "",
    origin: Origin,
    idempotency_key: str | None,
) -> Withdrawal:
    """Reserve `amount` of an account's currency to be paid out in `currency`; raises `Refused` after recording it.

    Refuses `funds_insufficient` beyond free margin. `details` say where to pay to, and are stored encrypted.
    """
    account_for_user(owner, account_id)  # nobody locks another one's account
    asked = _asked(Direction.WITHDRAWAL, account_id, method_id, currency, amount)
    hashed = asked | {"reference": reference, "details": details}
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        entered = enter(account_id, hashed, ticks=ticks, idempotency_key=idempotency_key)
        if entered.answer is not None:
            return Withdrawal.objects.select_related("account", "method").get(pk=_id_in(entered.answer))
        account = live_account(owner, account_id)
        method_terms = payment_terms(method_id, Direction.WITHDRAWAL, currency)
        _ensure_details(method_terms, details)
        rate = quoted_rate(quote, asked)
        terms = withdrawal_terms(method_terms, amount, account.currency, entered.market, rate=rate)
        # Whoever freezes a client holds the accounts, too: what is read now holds until the commit.
        ensure_withdrawal_allowed(User.objects.get(pk=owner.pk))
        withdrawal = Withdrawal(
            **_fields(account, method_terms, terms, reference, entered.market.now), payout_details=details
        )
        withdrawal.pk = Withdrawal._meta.pk.get_pk_value_on_save(withdrawal)
        outcome = decided(entered.loaded, ReserveMoney(withdrawal.pk, terms.amount), entered.market, entered.request)
        if outcome.events:
            withdrawal.save(force_insert=True)
            tell_client(withdrawal)
            outcome = replace(outcome, remarks=[request_event(withdrawal)])
        (answer,) = record_outcomes([outcome], origin=origin, occurred_at=entered.market.now)
    answer.raise_refusal()
    return withdrawal


def deposit_cancel(*, owner: User, deposit_id: int, origin: Origin, idempotency_key: str | None = None) -> Deposit:
    """Take a deposit back that the desk has not decided; refuses `transition_not_allowed` (409) afterwards."""
    account_id = _account_id(Deposit, owner, deposit_id)
    with transaction.atomic(durable=True):
        asked = {"command": "deposit_cancel", "id": deposit_id}
        entered = enter(account_id, asked, ticks={}, idempotency_key=idempotency_key)
        deposit = locked_deposit(deposit_id)
        if entered.answer is None:
            move(deposit, Status.CANCELLED, now=entered.market.now)
            outcome = Outcome(entered.loaded, remarks=[request_event(deposit)], request=entered.request)
            record_outcomes([outcome], origin=origin, occurred_at=entered.market.now)
    return deposit


def withdrawal_cancel(
    *, owner: User, withdrawal_id: int, origin: Origin, idempotency_key: str | None = None
) -> Withdrawal:
    """Take a withdrawal back that the desk has not decided, and free its money; refuses like `deposit_cancel`."""
    account_id = _account_id(Withdrawal, owner, withdrawal_id)
    with transaction.atomic(durable=True):
        asked = {"command": "withdrawal_cancel", "id": withdrawal_id}
        entered = enter(account_id, asked, ticks={}, idempotency_key=idempotency_key)
        withdrawal = locked_withdrawal(withdrawal_id)
        if entered.answer is None:
            move(withdrawal, Status.CANCELLED, now=entered.market.now)
            outcome = decided(entered.loaded, ReleaseMoney(withdrawal.pk), entered.market, entered.request)
            outcome = replace(outcome, remarks=[*outcome.remarks, request_event(withdrawal)])
            record_outcomes([outcome], origin=origin, occurred_at=entered.market.now)
    return withdrawal


def deposit_quote(
    *, owner: User, account_id: int, method_id: int, currency: str, amount: Decimal
) -> tuple[Terms, dict[str, Any]]:
    """Return what a deposit would come to now, and what `signed_quote` is to be given; refuses as the request would."""
    account = live_account(owner, account_id)
    method_terms = payment_terms(method_id, Direction.DEPOSIT, currency)
    terms = deposit_terms(method_terms, amount, account.currency, account_market(account))
    ensure_deposit_allowed(owner, terms.base_amount)
    return terms, _asked(Direction.DEPOSIT, account_id, method_id, currency, amount)


def withdrawal_quote(
    *, owner: User, account_id: int, method_id: int, currency: str, amount: Decimal
) -> tuple[Terms, dict[str, Any]]:
    """Return what a withdrawal would come to now, as `deposit_quote`; the request looks again, under the lock."""
    account = live_account(owner, account_id)
    method_terms = payment_terms(method_id, Direction.WITHDRAWAL, currency)
    state, market = account_now(account.pk)
    terms = withdrawal_terms(method_terms, amount, account.currency, market)
    ensure_withdrawal_allowed(owner)
    ensure_withdrawable(state, market, amount)
    return terms, _asked(Direction.WITHDRAWAL, account_id, method_id, currency, amount)


def live_account(owner: User, account_id: int) -> TradingAccount:
    """Return an open live account of a person; refuses play money, which cannot be paid in or out."""
    account = account_for_user(owner, account_id)
    if account.kind != TradingAccount.Kind.LIVE:
        raise Refused(
            "demo_account",
            _("Account %(number)s is a demo account: its money cannot be paid in or out.") % {"number": account.number},
            {"field": "account", "account_id": account_id},
        )
    ensure_open(account, field="account")
    return account


def _asked(direction: Direction, account_id: int, method_id: int, currency: str, amount: Decimal) -> dict[str, Any]:
    return {
        "command": f"{direction.value}_request",
        "account_id": account_id,
        "method_id": method_id,
        "currency": currency,
        "amount": f"{amount.normalize():f}",
    }


def _fields(
    account: TradingAccount, method_terms: PaymentTerms, terms: Terms, reference: str, now: datetime
) -> dict[str, Any]:
    return {
        "account": account,
        "method": method_terms.method,
        **{name: getattr(terms, name) for name in Terms.__slots__},
        "reference": reference,
        "requested_at": now,
    }


def _id_in(answer: Answer) -> int:
    """Return the id of the request that an answer tells of."""
    return next(int(event.payload["id"]) for event in answer.events if event.type.endswith(".requested"))


def _account_id(model: type[Deposit | Withdrawal], owner: User, request_id: int) -> int:
    """Return the account of a person's own request; anybody else's does not exist."""
    found = model.objects.filter(pk=request_id, account__owner=owner).values_list("account_id", flat=True).first()
    if found is None:
        raise Refused("request_not_found", _("You have made no such request."), {"id": request_id}, http_status=404)
    return found


def _ensure_details(method_terms: PaymentTerms, details: str) -> None:
    label = method_terms.method.details_label
    if label and not details.strip():
        raise Refused(
            "details_required", _("Enter %(label)s.") % {"label": label}, {"field": "details", "label": label}
        )
