"""What the steps of deposits, withdrawals and transfers say: to the event log, and to the client."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.services.notices import in_language_of, notify
from forexpro.core.events.chain import NewEvent
from forexpro.core.money import amount_text, currency_digits
from trading.models import Deposit, Transfer, Withdrawal
from trading.models.funding import Status
from trading.selectors.journal import account_stream

DEPOSIT_NOTICES: dict[Status, Callable[[], str]] = {
    Status.REQUESTED: lambda: _("Your deposit of %(payment)s by %(method)s is requested."),
    Status.IN_REVIEW: lambda: _("We are looking at your deposit of %(payment)s."),
    Status.APPROVED: lambda: _("Your deposit of %(payment)s is credited.\n%(net)s are on account %(account)s."),
    Status.DECLINED: lambda: _("Your deposit of %(payment)s was declined.\n%(reason)s"),
    Status.FAILED: lambda: _("Your deposit of %(payment)s has failed.\n%(reason)s"),
    Status.CANCELLED: lambda: _("You have cancelled your deposit of %(payment)s."),
}
WITHDRAWAL_NOTICES: dict[Status, Callable[[], str]] = {
    Status.REQUESTED: lambda: _(
        "Your withdrawal of %(amount)s by %(method)s is requested.\nThe money is reserved on account %(account)s. If "
        "it was not you, cancel it and change your password."
    ),
    Status.IN_REVIEW: lambda: _("We are looking at your withdrawal of %(amount)s."),
    Status.APPROVED: lambda: _("Your withdrawal of %(amount)s is approved.\n%(payment)s are on their way to you."),
    Status.DECLINED: lambda: _(
        "Your withdrawal of %(amount)s was declined.\n%(reason)s\nThe money is free again on account %(account)s."
    ),
    Status.PAID: lambda: _("Your withdrawal of %(amount)s is paid.\nYou get %(payment)s by %(method)s."),
    Status.FAILED: lambda: _(
        "The payment of your withdrawal of %(amount)s has failed.\n%(reason)s\nThe money is free again on account "
        "%(account)s."
    ),
    Status.CANCELLED: lambda: _(
        "You have cancelled your withdrawal of %(amount)s.\nThe money is free again on account %(account)s."
    ),
}


def request_event(request: Deposit | Withdrawal) -> NewEvent:
    """Return the event of a request's present status, such as `withdrawal.requested`; payout details are not in it."""
    account, method = request.account, request.method
    digits = currency_digits(account.currency)
    payload: dict[str, Any] = {
        "id": request.pk,
        "account_id": account.pk,
        "account_number": account.number,
        "user_id": account.owner_id,
        "status": request.status,
        "method": {"id": method.pk, "name": method.name, "kind": method.kind},
        "currency": account.currency,
        "amount": f"{request.amount:.{digits}f}",
        "fee": f"{request.fee:.{digits}f}",
        "payment_currency": request.payment_currency,
        "payment_amount": f"{request.payment_amount:.{currency_digits(request.payment_currency)}f}",
        "rate": f"{request.rate.normalize():f}",
        "reference": request.reference,
        "reason": request.reason,
    }
    return NewEvent(account_stream(account.pk), f"{request.direction.value}.{request.status}", payload)


def tell_client(request: Deposit | Withdrawal) -> None:
    """Tell the owner of a request what has become of it, here and by mail."""
    texts = DEPOSIT_NOTICES if isinstance(request, Deposit) else WITHDRAWAL_NOTICES
    account = request.account
    with in_language_of(account.owner):
        text = texts[Status(request.status)]()
    words = {
        "amount": amount_text(request.amount, account.currency),
        "net": amount_text(request.net_amount, account.currency),
        "payment": amount_text(request.payment_amount, request.payment_currency),
        "method": request.method.name,
        "account": account.number,
        "reason": request.reason,
    }
    notify(
        user=account.owner,
        kind=Notice.Kind.FUNDING,
        text=text % words,
        link=reverse(f"trading:{request.direction.value}", args=[request.pk]),
    )


def transfer_events(transfer: Transfer) -> tuple[NewEvent, NewEvent]:
    """Return the events of both accounts."""
    source, target = transfer.source, transfer.target
    payload: dict[str, Any] = {
        "id": transfer.pk,
        "user_id": source.owner_id,
        "source_account_id": source.pk,
        "source_account_number": source.number,
        "target_account_id": target.pk,
        "target_account_number": target.number,
        "currency": source.currency,
        "amount": f"{transfer.amount:.{currency_digits(source.currency)}f}",
        "received_currency": target.currency,
        "received": f"{transfer.received:.{currency_digits(target.currency)}f}",
        "rate": f"{transfer.rate.normalize():f}",
    }
    return (
        NewEvent(account_stream(source.pk), "transfer.sent", payload),
        NewEvent(account_stream(target.pk), "transfer.received", payload),
    )


def tell_transfer(transfer: Transfer) -> None:
    """Tell the owner of both accounts that money has moved."""
    source, target = transfer.source, transfer.target
    with in_language_of(source.owner):
        text = _(
            "You have transferred %(amount)s.\nFrom account %(source)s to account %(target)s, which got %(received)s."
        )
    notify(
        user=source.owner,
        kind=Notice.Kind.FUNDING,
        text=text
        % {
            "amount": amount_text(transfer.amount, source.currency),
            "source": source.number,
            "target": target.number,
            "received": amount_text(transfer.received, target.currency),
        },
        link=reverse("trading:funding"),
    )
