"""Proofs of payment do not outlive their time, and nobody rewrites them before it is over."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.utils import timezone

from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from forexpro.core.tests.at_once import at_once
from forexpro.core.tests.uploads.conftest import private_folder
from forexpro.core.uploads import storage
from forexpro.core.uploads.storage import private_files
from kyc.models import VerificationCase
from trading.models import DepositProof
from trading.models.funding import Status
from trading.services.funding.decisions import deposit_decide
from trading.services.funding.proofs import deposit_proof_add
from trading.services.funding.requests import deposit_cancel
from trading.services.funding.retention import proofs_erase
from trading.services.replay import account_first_difference
from trading.tasks import erase_proofs
from trading.tests.factories import ORIGIN, make_user
from trading.tests.services.funding.asking import ask_deposit, picture
from trading.tests.views.conftest import signed_in

__all__ = ["private_folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_folder(private_folder, monkeypatch, settings):
    """Keep no file of a test."""
    monkeypatch.setattr(DepositProof._meta.get_field("file"), "storage", private_files())
    settings.PROOF_RETENTION_DAYS, settings.PROOF_REJECTED_DAYS = 1826, 180


def after(days):
    return timezone.now() + timedelta(days=days, minutes=1)


@pytest.fixture
def proven(live, bank):
    """A deposit that waits, with a proof."""
    deposit = ask_deposit(live, bank)
    deposit_proof_add(owner=live.owner, deposit_id=deposit.pk, upload=picture(), origin=ORIGIN)
    return deposit


def decide(deposit, clerk, status):
    return deposit_decide(actor=clerk, deposit_id=deposit.pk, status=status, reason="No payment.", origin=ORIGIN)


def case_of(client, **fields):
    return VerificationCase.objects.create(client=client, opened_at=timezone.now(), **fields)


@pytest.mark.parametrize("status", [Status.DECLINED, Status.FAILED, Status.CANCELLED])
def test_of_deposits_that_came_to_nothing_they_go_after_half_a_year(proven, clerk, private_folder, status):
    if status is Status.CANCELLED:
        deposit_cancel(owner=proven.account.owner, deposit_id=proven.pk, origin=ORIGIN)
    else:
        decide(proven, clerk, status)
    (proof,) = proven.proofs.all()
    assert proofs_erase(now=after(179)) == 0
    assert len(list(private_folder.rglob("*.jpg"))) == 1
    assert proofs_erase(now=after(180)) == 1
    assert list(private_folder.rglob("*.jpg")) == []
    assert not DepositProof.objects.exists()
    erased = Event.objects.get(type="deposit.proof_erased")
    assert erased.payload == {"deposit_id": proven.pk, "proof_id": proof.pk, "status": status.value}
    assert erased.actor == "system:retention"
    assert "deleted" in sentence(erased)
    assert account_first_difference(proven.account_id) is None
    assert proofs_erase(now=after(181)) == 0


def test_of_credited_deposits_they_stay_as_long_as_the_client_does_and_years_more(proven, clerk):
    decide(proven, clerk, Status.APPROVED)
    case = case_of(proven.account.owner)
    assert proofs_erase(now=after(20 * 365)) == 0
    VerificationCase.objects.filter(pk=case.pk).update(ended_at=timezone.now())
    assert proofs_erase(now=after(1825)) == 0
    assert proofs_erase(now=after(1826)) == 1


def test_who_has_left_long_ago_and_pays_again_has_not_left_that_payment(proven, clerk):
    decide(proven, clerk, Status.APPROVED)
    case_of(proven.account.owner, ended_at=timezone.now() - timedelta(days=9999))
    assert proofs_erase(now=after(1825)) == 0
    assert proofs_erase(now=after(1826)) == 1


def test_where_nothing_was_ever_verified_the_days_count_from_the_deposit(proven, clerk):
    decide(proven, clerk, Status.APPROVED)
    assert proofs_erase(now=after(1825)) == 0
    assert proofs_erase(now=after(1826)) == 1


def test_what_waits_is_kept(proven):
    assert proofs_erase(now=after(20 * 365)) == 0


def test_a_file_that_cannot_be_deleted_is_tried_again_and_shown_to_nobody(proven, clerk, settings, monkeypatch):
    settings.PROOF_REJECTED_DAYS, settings.STAFF_TOTP_REQUIRED = 1, False
    decide(proven, clerk, Status.DECLINED)
    (proof,) = proven.proofs.all()
    address = f"/funding/deposits/{proven.pk}"
    desk = f"/admin/trading/deposit/{proven.pk}"
    owner = signed_in(proven.account.owner)
    chief = signed_in(make_user("chief@example.com", is_staff=True, is_superuser=True))
    for client, file in ((owner, f"{address}/proofs/{proof.pk}"), (chief, f"{desk}/proofs/{proof.pk}/")):
        assert client.get(file).status_code == 200

    class Away:
        def delete(self, name):
            raise OSError("the storage is away")

    monkeypatch.setattr(storage, "private_files", Away)
    assert proofs_erase(now=after(1)) == 1
    assert DepositProof.objects.get().erased_at
    for client, page, file in (
        (owner, address, f"{address}/proofs/{proof.pk}"),
        (chief, f"{desk}/change/", f"{desk}/proofs/{proof.pk}/"),
    ):
        assert client.get(file).status_code == 404
        assert file not in client.get(page).content.decode()
    monkeypatch.setattr(storage, "private_files", private_files)
    erase_proofs()
    assert not DepositProof.objects.exists()
    assert not private_files().exists(proof.file.name)


def test_the_database_lets_nothing_else_be_done_to_a_proof(proven):
    (proof,) = proven.proofs.all()
    mine = DepositProof.objects.filter(pk=proof.pk)
    changes = (
        lambda: mine.update(erased_at=timezone.now(), sha256="x"),
        lambda: mine.update(file="other.jpg"),
        lambda: mine.delete(),
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    mine.update(erased_at=timezone.now())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        mine.update(erased_at=None)


def test_a_worker_does_it_every_night():
    assert configured.CELERY_BEAT_SCHEDULE["erase-proofs"]["task"] == erase_proofs.name


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_erase_once(proven, clerk):
    decide(proven, clerk, Status.DECLINED)
    assert sorted(at_once([lambda: proofs_erase(now=after(180))] * 6)) == [0, 0, 0, 0, 0, 1]
    assert Event.objects.filter(type="deposit.proof_erased").count() == 1
