import uuid

import boto3
import pytest
from moto.server import ThreadedMotoServer

from forexpro.core.uploads.storage import private_files

CREDENTIALS = {"aws_access_key_id": "a", "aws_secret_access_key": "hunter2", "region_name": "eu-central-1"}


@pytest.fixture
def private_folder(settings, tmp_path):
    """The folder of private files, empty."""
    private = settings.STORAGES["private"]
    folder = tmp_path / "private"
    private = {**private, "OPTIONS": {**private["OPTIONS"], "location": folder}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    assert private_files().location == str(folder)
    return folder


@pytest.fixture(scope="session")
def s3():
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(settings, s3):
    """A bucket of its own in which the settings have private files kept."""
    name = f"files-{uuid.uuid4().hex}"
    client = boto3.client("s3", endpoint_url=s3, **CREDENTIALS)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.FILES_S3_BUCKET = name
    options = {
        **settings.FILES_S3_OPTIONS,
        "bucket_name": name,
        "endpoint_url": s3,
        "region_name": "eu-central-1",
        "access_key": "a",
        "secret_key": "hunter2",
    }
    private = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    return name
