"""Uploads on their way in."""

import time
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from forexpro.core.deadlines import postpone_deadline


class BoundedUploadHandler(FileUploadHandler):
    """Drop what comes after the largest size allowed, so that nobody fills the disk with one request.

    One chunk more than allowed is kept: whoever looks at the file sees that it is too large. A telephone may need
    minutes to send a photograph; they do not count against the deadline of the request.
    """

    def handle_raw_input(self, *arguments: Any, **options: Any) -> None:
        self._began = time.monotonic()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.UPLOAD_BYTES_MAX else None

    def file_complete(self, file_size: int) -> None:
        return None

    def upload_complete(self) -> None:
        postpone_deadline(time.monotonic() - self._began)
