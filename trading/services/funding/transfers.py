"""Money between two accounts of one person, converted where their currencies differ."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.events.chain import Origin
from forexpro.core.money import quantize
from forexpro.core.refusals import Refused
from trading.engine.balance import ensure_withdrawable
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.locks import lock_accounts
from trading.models import TradingAccount, Transfer
from trading.selectors.accounts import account_for_user
from trading.selectors.funding import account_now
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts
from trading.services.execution import decided, first_answer, hash_of, lock_and_load
from trading.services.funding.limits import ensure_money_may_move, ensure_open
from trading.services.funding.telling import tell_transfer, transfer_events
from trading.services.funding.terms import amount_invalid, ensure_whole_coins, exchange_rate, quoted_rate
from trading.services.recording import Request, record_outcomes


def account_transfer(
    *,
    owner: User,
    source_id: int,
    target_id: int,
    amount: Decimal,
    quote: str = "",
    origin: Origin,
    idempotency_key: str | None,
) -> Transfer:
    """Move `amount` of one account's currency to another account of the person; raises `Refused` after recording it.

    With a `quote` of `transfer_quote` the rate that was shown counts, otherwise the present one. No more leaves than
    can be withdrawn.
    """
    _accounts(owner, source_id, target_id)  # nobody locks another one's account
    asked = _asked(source_id, target_id, amount)
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        lock_accounts([source_id, target_id])
        request = None if idempotency_key is None else Request(idempotency_key, hash_of(asked))
        loaded = lock_and_load(source_id, idempotency_key=idempotency_key)
        if request is not None and loaded.answered is not None:
            answer = first_answer(source_id, request, loaded.answered)
            answer.raise_refusal()
            sent = next(event for event in answer.events if event.type == "transfer.sent")
            return Transfer.objects.select_related("source", "target").get(pk=sent.payload["id"])
        ensure_money_may_move(User.objects.get(pk=owner.pk))
        source, target = _accounts(owner, source_id, target_id)
        market = group_market(loaded.conditions, ticks, datetime.now(UTC))
        rate = quoted_rate(quote, asked)
        if rate is None:
            rate = exchange_rate(source.currency, target.currency, market)
        transfer = Transfer(
            source=source,
            target=target,
            amount=amount,
            received=received_amount(amount, rate, source, target),
            rate=rate,
            created_at=market.now,
        )
        transfer.pk = Transfer._meta.pk.get_pk_value_on_save(transfer)
        reference = f"transfer:{transfer.pk}"
        outcome = decided(loaded, ChangeBalance(-amount, BalanceReason.TRANSFER, reference), market, request)
        outcomes = [outcome]
        if outcome.events:
            (loaded_target,) = load_accounts([target_id])
            transfer.source_seq, transfer.target_seq = loaded.head.seq + 1, loaded_target.head.seq + 1
            transfer.save(force_insert=True)
            tell_transfer(transfer)
            incoming = ChangeBalance(transfer.received, BalanceReason.TRANSFER, reference)
            sent_event, received_event = transfer_events(transfer)
            outcomes = [
                replace(outcome, remarks=[sent_event]),
                replace(decided(loaded_target, incoming, market), remarks=[received_event]),
            ]
        answer = record_outcomes(outcomes, origin=origin, occurred_at=market.now)[0]
    answer.raise_refusal()
    return transfer


def transfer_quote(
    *, owner: User, source_id: int, target_id: int, amount: Decimal
) -> tuple[Decimal, Decimal, dict[str, Any]]:
    """Return the rate and what the target would get now, and what `signed_quote` is to be given.

    Refuses what the transfer would, which looks again under the locks.
    """
    source, target = _accounts(owner, source_id, target_id)
    state, market = account_now(source.pk)
    rate = exchange_rate(source.currency, target.currency, market)
    received = received_amount(amount, rate, source, target)
    ensure_withdrawable(state, market, amount)
    return rate, received, _asked(source_id, target_id, amount)


def received_amount(amount: Decimal, rate: Decimal, source: TradingAccount, target: TradingAccount) -> Decimal:
    """Return what reaches the target; refuses an amount of which nothing does."""
    ensure_whole_coins(amount, source.currency)
    received = quantize(amount * rate, target.currency)
    if received <= 0:
        raise amount_invalid(amount, source.currency)
    return received


def _accounts(owner: User, source_id: int, target_id: int) -> tuple[TradingAccount, TradingAccount]:
    """Return both accounts; refuses others' accounts, one and the same, and play money beside real money."""
    source, target = account_for_user(owner, source_id), account_for_user(owner, target_id)
    if source == target:
        raise Refused("same_account", _("Choose two different accounts."), {"field": "target"})
    if source.kind != target.kind:
        raise Refused(
            "account_kinds_differ",
            _("Money moves between live accounts, or between demo accounts."),
            {"field": "target", "source": source.kind, "target": target.kind},
        )
    for name, account in (("source", source), ("target", target)):
        ensure_open(account, field=name)
    return source, target


def _asked(source_id: int, target_id: int, amount: Decimal) -> dict[str, Any]:
    return {
        "command": "account_transfer",
        "source_id": source_id,
        "target_id": target_id,
        "amount": f"{amount.normalize():f}",
    }
