"""The only place that locks trading accounts, and what belongs to them.

The global lock order: trading accounts by id, then other aggregates, the heads of event streams last and by name.
Whoever changes anything of an account holds its row first, so that nothing else of it needs a lock.
"""

import hashlib
from collections.abc import Iterable

from django.db import connection

from forexpro.core.database import Statement
from trading.models import Booking, Deposit, Withdrawal

_LOCK = "SELECT id FROM trading_tradingaccount WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# The claim is tried before the row is waited for: a second request with the same key learns at once that it is second.
CLAIM_AND_LOCK = """
    SELECT id FROM trading_tradingaccount WHERE id = %s AND pg_try_advisory_xact_lock(%s) FOR NO KEY UPDATE
"""


def locking(account_id: int) -> Statement:
    """Return the statement that locks an account until the transaction ends."""
    return _LOCK, [[account_id]]


def locking_for(account_id: int, idempotency_key: str) -> Statement:
    """Return the statement that claims a key of an account and locks the account.

    It finds no row where another transaction has claimed that key now.
    """
    digest = hashlib.blake2b(f"{account_id}:{idempotency_key}".encode(), digest_size=8).digest()
    return CLAIM_AND_LOCK, [account_id, int.from_bytes(digest, signed=True)]


def lock_accounts(account_ids: Iterable[int]) -> list[int]:
    """Lock accounts until the transaction ends; return the ids of those that exist, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(account_ids)])
        return [id for (id,) in cursor.fetchall()]


def locked_deposit(deposit_id: int) -> Deposit:
    """Return a deposit, locked until the transaction ends; the caller holds its account."""
    return Deposit.objects.select_for_update(of=("self",)).select_related("account__owner", "method").get(pk=deposit_id)


def locked_withdrawal(withdrawal_id: int) -> Withdrawal:
    """Return a withdrawal, locked until the transaction ends; the caller holds its account."""
    withdrawals = Withdrawal.objects.select_for_update(of=("self",))
    return withdrawals.select_related("account__owner", "method").get(pk=withdrawal_id)


def locked_booking(booking_id: int) -> Booking:
    """Return a booking by hand, locked until the transaction ends; the caller holds its account."""
    return Booking.objects.select_for_update(of=("self",)).select_related("account").get(pk=booking_id)
