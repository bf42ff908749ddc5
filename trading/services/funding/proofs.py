"""Files by which clients show that they have paid."""

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.http.errors import DATABASE_AWAY
from forexpro.core.refusals import Refused
from forexpro.core.uploads.cleaning import CleanFile, cleaned
from forexpro.core.uploads.storage import delete_private, store_private
from forexpro.core.uploads.sweeping import orphans_delete
from trading.locks import lock_accounts, locked_deposit
from trading.models import DepositProof
from trading.selectors.funding import own_deposit
from trading.selectors.journal import account_stream

FOLDER = "proofs"
PROOFS_MAX = 5


def deposit_proof_add(*, owner: User, deposit_id: int, upload: "File[bytes]", origin: Origin) -> DepositProof:
    """Keep what was made of a file with a deposit that is not decided yet; the same file again is the same proof.

    Refuses `request_not_found`, `deposit_decided` (409), `too_many_proofs`, and what `cleaned` refuses.
    """
    _ensure_open(own_deposit(owner, deposit_id).is_pending)
    clean = cleaned(upload)
    name = store_private(FOLDER, clean)
    try:
        with transaction.atomic(durable=True):
            proof = _add_apply(owner, deposit_id, clean, name, origin)
    except DATABASE_AWAY:
        raise  # it may have been recorded all the same: the sweep looks later
    except BaseException:  # also of a process that is told to end
        delete_private(name)
        raise
    if proof.file.name != name:
        delete_private(name)
    return proof


def proof_viewed(*, proof: DepositProof, origin: Origin) -> None:
    """Note that a member of staff has looked at a proof."""
    with transaction.atomic(durable=True):
        payload = {"deposit_id": proof.deposit_id, "proof_id": proof.pk}
        record([NewEvent(account_stream(proof.deposit.account_id), "deposit.proof_viewed", payload)], origin=origin)


def orphaned_proofs_delete() -> int:
    """Delete what was stored for a proof that was never recorded; return how many files."""
    return orphans_delete(
        FOLDER, lambda prefix: DepositProof.objects.filter(file__startswith=prefix).values_list("file", flat=True)
    )


def _add_apply(owner: User, deposit_id: int, clean: CleanFile, name: str, origin: Origin) -> DepositProof:
    account_id = own_deposit(owner, deposit_id).account_id
    lock_accounts([account_id])
    deposit = locked_deposit(deposit_id)
    same = deposit.proofs.filter(sha256=clean.sha256).first()
    if same is not None:
        return same
    _ensure_open(deposit.is_pending)
    if deposit.proofs.count() >= PROOFS_MAX:
        raise Refused(
            "too_many_proofs", _("A deposit has at most %(count)s files.") % {"count": PROOFS_MAX}, {"field": "proof"}
        )
    proof = DepositProof.objects.create(
        deposit=deposit,
        file=name,
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=clean.sha256,
        sent_at=timezone.now(),
    )
    payload = {"deposit_id": deposit_id, "proof_id": proof.pk, "sha256": proof.sha256, "bytes": proof.size}
    record([NewEvent(account_stream(account_id), "deposit.proof_added", payload)], origin=origin)
    return proof


def _ensure_open(is_pending: bool) -> None:
    if not is_pending:
        raise Refused("deposit_decided", _("This deposit is decided; it needs no proof any more."), http_status=409)
