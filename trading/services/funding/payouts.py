"""Where withdrawals are paid to: stored encrypted, and shown to nobody without a trace."""

from django.db import transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from trading.models import Withdrawal
from trading.selectors.journal import account_stream


def payout_details_viewed(*, withdrawal: Withdrawal, origin: Origin) -> None:
    """Note that a member of staff has looked at where a withdrawal is paid to."""
    viewed = NewEvent(
        account_stream(withdrawal.account_id), "withdrawal.details_viewed", {"withdrawal_id": withdrawal.pk}
    )
    with transaction.atomic(durable=True):
        record([viewed], origin=origin)
