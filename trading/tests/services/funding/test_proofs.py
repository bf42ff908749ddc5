"""Files with which clients show that they have paid: cleaned, kept once, looked at by those who may."""

import os
from time import time

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.uploads.conftest import private_folder
from forexpro.core.uploads.storage import generated_name, private_files
from trading.models import DepositProof
from trading.models.funding import Status
from trading.services.funding.decisions import deposit_decide
from trading.services.funding.proofs import FOLDER, PROOFS_MAX, deposit_proof_add
from trading.tasks import delete_orphaned_proofs
from trading.tests.factories import ORIGIN, make_user
from trading.tests.services.funding.asking import ask_deposit, picture
from trading.tests.views.conftest import signed_in

__all__ = ["private_folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_folder(private_folder, monkeypatch):
    """Keep no file of a test."""
    monkeypatch.setattr(DepositProof._meta.get_field("file"), "storage", private_files())


def send(deposit, upload=None, *, owner=None):
    owner = owner or deposit.account.owner
    return deposit_proof_add(owner=owner, deposit_id=deposit.pk, upload=upload or picture(), origin=ORIGIN)


def kept_files():
    root, found = private_files(), []
    pending = [FOLDER]
    while pending:
        folder = pending.pop()
        if root.exists(folder):
            folders, files = root.listdir(folder)
            pending += [f"{folder}/{name}" for name in folders]
            found += [f"{folder}/{name}" for name in files]
    return found


@pytest.fixture
def deposit(live, bank):
    return ask_deposit(live, bank)


def test_a_picture_is_made_anew_and_kept(deposit):
    proof = send(deposit)
    assert proof.media_type == "image/jpeg"
    assert kept_files() == [proof.file.name]
    assert "receipt" not in proof.file.name
    event = Event.objects.get(type="deposit.proof_added")
    assert event.payload["sha256"] == proof.sha256


def test_the_same_file_is_kept_once(deposit):
    assert send(deposit) == send(deposit)
    assert len(kept_files()) == 1


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("receipt.png", b"<svg onload=alert(1)>", content_type="image/png"),
        SimpleUploadedFile("receipt.pdf", b"", content_type="application/pdf"),
        SimpleUploadedFile("receipt.html", b"<html><script>1</script></html>", content_type="text/html"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused_and_not_kept(deposit, upload):
    with pytest.raises(Refused, match="file_"):
        send(deposit, upload)
    assert not kept_files()
    assert not DepositProof.objects.exists()


def test_others_deposits_do_not_exist(deposit):
    with pytest.raises(Refused, match="request_not_found"):
        send(deposit, owner=make_user("stranger@example.com"))
    assert not kept_files()


def test_a_decided_deposit_takes_no_proof(deposit, clerk):
    deposit_decide(actor=clerk, deposit_id=deposit.pk, status=Status.APPROVED, origin=ORIGIN)
    with pytest.raises(Refused, match="deposit_decided"):
        send(deposit)
    assert not kept_files()


def test_nobody_sends_files_without_end(deposit):
    for shade in range(PROOFS_MAX):
        send(deposit, picture(shade * 40))
    with pytest.raises(Refused, match="too_many_proofs"):
        send(deposit, picture(250))
    assert len(kept_files()) == PROOFS_MAX


def test_a_proof_is_never_exchanged(deposit):
    proof = send(deposit)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DepositProof.objects.update(sha256="x")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        proof.delete()


def test_the_client_sends_and_sees_it_on_the_page(deposit):
    client = signed_in(deposit.account.owner)
    address = f"/funding/deposits/{deposit.pk}"
    assert client.post(f"{address}/proof", {"proof": picture()}).url == address
    proof = DepositProof.objects.get()
    assert f"{address}/proofs/{proof.pk}" in client.get(address).content.decode()
    shown = client.get(f"{address}/proofs/{proof.pk}")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Cache-Control"] == "private, no-store"
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    lie = SimpleUploadedFile("receipt.png", b"no picture", content_type="image/png")
    refused = client.post(f"{address}/proof", {"proof": lie})
    assert refused.status_code == 422
    assert DepositProof.objects.count() == 1
    assert client.post(f"{address}/proof").status_code == 422


def test_no_other_client_sees_or_sends_it(deposit):
    proof = send(deposit)
    for client in (signed_in(make_user("stranger@example.com")), signed_in(make_user("s@example.com", is_staff=True))):
        assert client.get(f"/funding/deposits/{deposit.pk}/proofs/{proof.pk}").status_code == 404
        assert client.post(f"/funding/deposits/{deposit.pk}/proof", {"proof": picture(9)}).status_code == 404
    assert Client().get(f"/funding/deposits/{deposit.pk}/proofs/{proof.pk}").status_code == 302
    assert DepositProof.objects.count() == 1


def test_a_proof_is_found_with_its_own_deposit_only(deposit, live, bank):
    proof = send(deposit)
    other = ask_deposit(live, bank)
    assert signed_in(live.owner).get(f"/funding/deposits/{other.pk}/proofs/{proof.pk}").status_code == 404


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.FINANCE, True),
        (Role.COMPLIANCE, True),
        (Role.ADMIN, True),
        (Role.SUPPORT, False),
        (Role.READ_ONLY, False),
        (Role.BACK_OFFICE, False),
        (Role.DEALER, False),
    ],
)
def test_who_of_the_staff_looks_and_that_it_is_recorded(deposit, settings, role, sees):
    settings.STAFF_TOTP_REQUIRED = False
    proof = send(deposit)
    user = make_user("desk@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    client = signed_in(user)
    address = f"/admin/trading/deposit/{deposit.pk}/proofs/{proof.pk}/"
    page = client.get(f"/admin/trading/deposit/{deposit.pk}/change/").content.decode()
    assert (address in page) == sees
    assert client.get(address).status_code == (200 if sees else 403)
    looks = Event.objects.filter(type="deposit.proof_viewed", actor=f"staff:{user.pk}")
    assert looks.count() == sees


def test_what_a_dead_process_left_behind_is_deleted_and_nothing_else(deposit, private_folder):
    kept = send(deposit).file.name
    orphan, young, document = (
        private_files().save(generated_name(folder, ".jpg"), ContentFile(b"x")) for folder in (FOLDER, FOLDER, "kyc")
    )
    seven_hours_ago = time() - 7 * 3600
    for name in (kept, orphan, document):
        os.utime(private_folder / name, (seven_hours_ago, seven_hours_ago))
    delete_orphaned_proofs()
    assert set(kept_files()) == {kept, young}
    assert private_files().exists(document)
    assert settings.CELERY_BEAT_SCHEDULE["delete-orphaned-proofs"]["task"] == delete_orphaned_proofs.name
