"""Where private files are kept, and how those who may see one get it."""

import logging
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from forexpro.core.http.streaming import streamed_download
from forexpro.core.uploads.cleaning import CleanFile

logger = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
# Browsers show pictures and PDFs in pages that they make themselves, with styles of their own.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"


class PrivateFolder(FileSystemStorage):
    """A folder that only this platform reads. There is no address of a file in it."""

    def url(self, name: str | None) -> str:
        raise ValueError("This file has no address: a view that authorises its reader streams it.")


def private_files() -> Storage:
    """Return the storage of files that are never public."""
    return storages["private"]


def generated_name(folder: str, extension: str) -> str:
    """Return a name that says nothing and is never guessed: `<folder>/<year>/<month>/<random><extension>`."""
    return f"{folder}/{timezone.now():%Y/%m}/{uuid.uuid4().hex}{extension}"


def store_private(folder: str, clean: CleanFile) -> str:
    """Keep a file and return its name. Call it before a transaction: a storage can be as far away as a continent."""
    return private_files().save(generated_name(folder, clean.extension), ContentFile(clean.content))


def delete_private(name: str) -> bool:
    """Delete a file that nothing needs; where that cannot be done now, leave a trace and return False."""
    try:
        private_files().delete(name)
    except Exception:  # every storage fails in ways of its own
        logger.exception("the file %s is not needed and could not be deleted", name)
        return False
    return True


def private_file(request: HttpRequest, file: "File[bytes]", *, media_type: str, filename: str) -> HttpResponseBase:
    """Answer a stored file, to be shown in a page of ours; whoever calls this has authorised the caller.

    From S3 by a redirect to an address that is signed for a minute; from the file system as a stream. No cache keeps
    it, nothing in it runs, and no page of others can frame it.
    """
    storage, name = private_files(), str(file.name)
    disposition = f'inline; filename="{filename}"'
    response: HttpResponseBase
    if isinstance(storage, FileSystemStorage):
        pieces = _pieces(storage, name)
        response = streamed_download(request, pieces, content_type=media_type, filename=filename, disposition="inline")
    else:
        signing: dict[str, Any] = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
        response = HttpResponseRedirect(storage.url(name, parameters=signing))  # type: ignore[call-arg]  # that of S3 takes it
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def file_sources() -> list[str]:
    """Return the origins that a page which shows private files has to allow beside its own."""
    if not settings.FILES_S3_BUCKET:
        return []
    address = urlsplit(private_files().url("origin"))
    return [f"{address.scheme}://{address.netloc}"]


def _pieces(storage: Storage, name: str) -> Iterator[bytes]:
    with storage.open(name) as opened:
        yield from opened.chunks(CHUNK_BYTES)
