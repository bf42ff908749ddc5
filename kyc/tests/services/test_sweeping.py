import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from forexpro.core.tests.uploads.conftest import bucket, s3
from forexpro.core.uploads.storage import generated_name, private_files
from kyc.models import Page
from kyc.services.sweeping import orphaned_files_delete
from kyc.tasks import delete_orphaned_files
from kyc.tests.factories import send

__all__ = ["bucket", "s3"]
pytestmark = pytest.mark.django_db


def age(folder, hours):
    then = (timezone.now() - timedelta(hours=hours)).timestamp()
    for path in folder.rglob("*.jpg"):
        os.utime(path, (then, then))


def test_what_a_dead_process_left_behind_is_deleted_and_nothing_else(client_, private_folder):
    send(client_)
    kept = private_files().save("deposits/2026/11/a.jpg", ContentFile(b"x"))
    orphan = private_files().save(generated_name("kyc", ".jpg"), ContentFile(b"x"))
    age(private_folder, 7)
    assert orphaned_files_delete() == 1
    assert not private_files().exists(orphan)
    assert private_files().exists(kept)
    assert private_files().exists(Page.objects.get().file.name)
    delete_orphaned_files()
    assert private_files().exists(Page.objects.get().file.name)


def test_what_may_be_recorded_in_a_moment_stays(private_folder):
    orphan = private_files().save(generated_name("kyc", ".jpg"), ContentFile(b"x"))
    age(private_folder, 5)
    assert orphaned_files_delete() == 0
    assert private_files().exists(orphan)


def test_nothing_stored_is_nothing_to_delete(private_folder):
    assert orphaned_files_delete() == 0


def test_in_a_bucket_too(bucket, client_, monkeypatch):
    send(client_)
    orphan = private_files().save(generated_name("kyc", ".jpg"), ContentFile(b"x"))
    monkeypatch.setattr("forexpro.core.uploads.sweeping.LEAST_AGE", timedelta(seconds=-60))
    assert orphaned_files_delete() == 1
    assert not private_files().exists(orphan)
    assert private_files().exists(Page.objects.get().file.name)
