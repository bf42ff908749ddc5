"""Uploads on their way in."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """Drop what comes after the largest size allowed, so that nobody fills the disk with one request.

    One chunk more than allowed is kept: whoever looks at the file sees that it is too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.UPLOAD_BYTES_MAX else None

    def file_complete(self, file_size: int) -> None:
        return None
