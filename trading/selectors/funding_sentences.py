"""The steps of deposits, withdrawals and transfers as sentences, for journals and the audit log."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from forexpro.core.events.sentences import Describe, Payload
from forexpro.core.money import amount_text

_STEPS: dict[str, Callable[[], str]] = {
    "deposit.requested": lambda: _("Deposit %(id)s of %(payment)s by %(method)s requested."),
    "deposit.in_review": lambda: _("Deposit %(id)s of %(payment)s is in review."),
    "deposit.approved": lambda: _("Deposit %(id)s of %(payment)s approved."),
    "deposit.declined": lambda: _("Deposit %(id)s of %(payment)s declined: %(reason)s"),
    "deposit.failed": lambda: _("Deposit %(id)s of %(payment)s has failed: %(reason)s"),
    "deposit.cancelled": lambda: _("Deposit %(id)s of %(payment)s cancelled."),
    "withdrawal.requested": lambda: _("Withdrawal %(id)s of %(amount)s by %(method)s requested."),
    "withdrawal.in_review": lambda: _("Withdrawal %(id)s of %(amount)s is in review."),
    "withdrawal.first_approval": lambda: _("Withdrawal %(id)s of %(amount)s approved by the first of two."),
    "withdrawal.approved": lambda: _("Withdrawal %(id)s of %(amount)s approved."),
    "withdrawal.declined": lambda: _("Withdrawal %(id)s of %(amount)s declined: %(reason)s"),
    "withdrawal.paid": lambda: _("Withdrawal %(id)s of %(amount)s paid."),
    "withdrawal.failed": lambda: _("The payment of withdrawal %(id)s of %(amount)s has failed: %(reason)s"),
    "withdrawal.cancelled": lambda: _("Withdrawal %(id)s of %(amount)s cancelled."),
}


def _step(text: Callable[[], str]) -> Describe:
    def describe(payload: Payload) -> str:
        return text() % {
            "id": payload["id"],
            "amount": amount_text(Decimal(payload["amount"]), payload["currency"]),
            "payment": amount_text(Decimal(payload["payment_amount"]), payload["payment_currency"]),
            "method": payload["method"]["name"],
            "reason": payload["reason"],
        }

    return describe


def _proof_added(payload: Payload) -> str:
    return _("A proof of payment was added to deposit %(id)s.") % {"id": payload["deposit_id"]}


def _proof_viewed(payload: Payload) -> str:
    return _("A proof of payment of deposit %(id)s was looked at.") % {"id": payload["deposit_id"]}


def _proof_erased(payload: Payload) -> str:
    return _("A proof of payment of deposit %(id)s was deleted: its time was over.") % {"id": payload["deposit_id"]}


def _details_viewed(payload: Payload) -> str:
    return _("Where withdrawal %(id)s is paid to was looked at.") % {"id": payload["withdrawal_id"]}


def _sent(payload: Payload) -> str:
    return _("Transfer %(id)s of %(amount)s to account %(account)s.") % {
        "id": payload["id"],
        "amount": amount_text(Decimal(payload["amount"]), payload["currency"]),
        "account": payload["target_account_number"],
    }


def _received(payload: Payload) -> str:
    return _("Transfer %(id)s of %(amount)s from account %(account)s.") % {
        "id": payload["id"],
        "amount": amount_text(Decimal(payload["received"]), payload["received_currency"]),
        "account": payload["source_account_number"],
    }


SENTENCES: dict[str, Describe] = {
    **{type: _step(text) for type, text in _STEPS.items()},
    "deposit.proof_added": _proof_added,
    "deposit.proof_viewed": _proof_viewed,
    "deposit.proof_erased": _proof_erased,
    "withdrawal.details_viewed": _details_viewed,
    "transfer.sent": _sent,
    "transfer.received": _received,
}
FUNDING_EVENTS = frozenset(SENTENCES)
