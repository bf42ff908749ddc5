"""Private files: in a folder of this host, and in a bucket of a server that speaks S3."""

import os
import stat
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from forexpro.core.tests.uploads.conftest import CREDENTIALS
from forexpro.core.tests.uploads.making import image
from forexpro.core.uploads.cleaning import cleaned
from forexpro.core.uploads.storage import file_sources, generated_name, private_file, private_files


def test_files_of_the_host_are_private(private_folder):
    name = private_files().save(generated_name("kyc", ".jpg"), ContentFile(b"x"))
    file = private_folder / name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with pytest.raises(ValueError, match="has no address"):
        private_files().url(name)
    assert file_sources() == []


def test_names_tell_nothing_and_do_not_repeat():
    names = {generated_name("kyc", ".jpg") for _ in range(100)}
    assert len(names) == 100
    assert all(len(Path(name).stem) == 32 for name in names)


def test_a_file_of_the_host_is_streamed_and_nothing_in_it_runs(private_folder):
    name = private_files().save("kyc/a.jpg", ContentFile(b"content" * 50_000))
    response = private_file(RequestFactory().get("/"), File(None, name), media_type="image/jpeg", filename="page-1.jpg")
    assert b"".join(response) == b"content" * 50_000
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="page-1.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def fetch(address):
    with urllib.request.urlopen(address) as answer:
        return answer.headers, answer.read()


def test_a_file_in_a_bucket_is_reached_by_a_short_signed_address_only(bucket, s3):
    name = private_files().save(generated_name("kyc", ".jpg"), ContentFile(b"content"))
    response = private_file(RequestFactory().get("/"), File(None, name), media_type="image/jpeg", filename="page-1.jpg")
    assert response.status_code == 302
    assert response["Cache-Control"] == "private, no-store"
    assert "X-Amz-Expires=60" in response.url
    assert "X-Amz-Signature=" in response.url
    assert "hunter2" not in response.url
    headers, content = fetch(response.url)
    assert content == b"content"
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == 'inline; filename="page-1.jpg"'
    assert file_sources() == [s3]


def test_a_bucket_keeps_lists_and_deletes(bucket):
    made = cleaned(SimpleUploadedFile("a.jpg", image()))
    name = private_files().save("kyc/2026/01/a.jpg", ContentFile(made.content))
    other = private_files().save("kyc/2026/01/a.jpg", ContentFile(b"other"))
    assert other != name  # nothing is ever overwritten
    with private_files().open(name) as file:
        assert file.read() == made.content
    assert sorted(private_files().listdir("kyc/2026/01")[1]) == sorted(os.path.basename(each) for each in (name, other))
    assert private_files().get_modified_time(name)
    private_files().delete(name)
    assert not private_files().exists(name)


def test_what_is_kept_in_a_bucket_is_not_public(bucket, s3):
    private_files().save("kyc/a.jpg", ContentFile(b"content"))
    client = boto3.client("s3", endpoint_url=s3, **CREDENTIALS)
    grants = client.get_object_acl(Bucket=bucket, Key="kyc/a.jpg")["Grants"]
    assert all("AllUsers" not in grant["Grantee"].get("URI", "") for grant in grants)


def upload_view(request):
    return JsonResponse({"sizes": [file.size for file in request.FILES.getlist("file")]})


urlpatterns = [path("upload", upload_view)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("size", [10, 3_000_000, 10_000_000, 30_000_000])
def test_what_is_too_large_is_not_kept_until_its_end(size):
    """A file that is exactly as large as allowed is whole; of a larger one a part is kept that is too large, too."""
    files = [SimpleUploadedFile("a.jpg", bytes(size)), SimpleUploadedFile("b.jpg", b"after it")]
    first, second = Client().post("/upload", {"file": files}).json()["sizes"]
    assert first == size if size <= 10_000_000 else 10_000_000 < first < 10_200_000
    assert second == 8


@pytest.mark.urls(__name__)
def test_very_many_files_are_refused():
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(13)]
    assert Client().post("/upload", {"file": files}).status_code == 400
