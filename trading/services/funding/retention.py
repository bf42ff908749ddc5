"""How long proofs of payment are kept: for years after the client has left, less where a deposit came to nothing."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.uploads.storage import delete_private
from trading.locks import lock_accounts, locked_deposit
from trading.models import DepositProof
from trading.models.funding import Status
from trading.selectors.journal import account_stream

ORIGIN = Origin(actor="system:retention")
CAME_TO_NOTHING = (Status.DECLINED, Status.FAILED, Status.CANCELLED)


def proofs_erase(*, now: datetime | None = None) -> int:
    """Erase the proofs of payment whose time is over and delete their files; return how many. Again is harmless."""
    now = now or timezone.now()
    due = list(_due(now).order_by("pk").values_list("pk", "deposit_id", "deposit__account_id"))
    erased = sum(_erase(proof_id, deposit_id, account_id, now) for proof_id, deposit_id, account_id in due)
    _delete_files()
    return erased


def _due(now: datetime) -> QuerySet[DepositProof]:
    long_ago = now - timedelta(days=settings.PROOF_RETENTION_DAYS)
    # Whoever never sent a document has no case on which anybody could note that they have left.
    left = Q(deposit__account__owner__verification__ended_at__lte=long_ago) | Q(
        deposit__account__owner__verification=None
    )
    credited = left & Q(deposit__status=Status.APPROVED, deposit__decided_at__lte=long_ago)
    since = now - timedelta(days=settings.PROOF_REJECTED_DAYS)
    came_to_nothing = Q(deposit__status__in=CAME_TO_NOTHING, deposit__decided_at__lte=since)
    return DepositProof.objects.filter(erased_at=None).filter(credited | came_to_nothing)


def _erase(proof_id: int, deposit_id: int, account_id: int, now: datetime) -> bool:
    """Show a proof to nobody from now on; its file is deleted afterwards."""
    with transaction.atomic(durable=True):
        lock_accounts([account_id])
        deposit = locked_deposit(deposit_id)
        if not _due(now).filter(pk=proof_id).update(erased_at=timezone.now()):
            return False
        payload = {"deposit_id": deposit_id, "proof_id": proof_id, "status": deposit.status}
        record([NewEvent(account_stream(account_id), "deposit.proof_erased", payload)], origin=ORIGIN)
    return True


def _delete_files() -> None:
    """Delete the files of erased proofs, and then what names them: one that stays is tried again next time."""
    for proof in DepositProof.objects.exclude(erased_at=None):
        if delete_private(str(proof.file.name)):
            proof.delete()
