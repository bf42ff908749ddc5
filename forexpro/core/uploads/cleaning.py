"""Make a harmless file of an upload, or refuse it with a sentence."""

import hashlib
import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused
from forexpro.core.uploads.hidden import hides_another
from forexpro.core.uploads.scanning import refuse_infected
from forexpro.core.uploads.types import JPEG, PDF, media_type

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("cleaner.py")
# The address space that one file may take: the picture of the most pixels allowed fits, with half as much to spare.
MEMORY_BYTES = {JPEG: 640_000_000, "image/png": 640_000_000, "image/heic": 640_000_000, PDF: 320_000_000}
SECONDS = 20
# The longest edge of what is kept, which is an identity card at over 1,000 dots an inch; and the shortest taken.
EDGE_PIXELS = 5_000
LEAST_EDGE_PIXELS = 200
# How many files a process has cleaned at a time, and how long an upload waits for its turn.
_turns = BoundedSemaphore(2)
WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class CleanFile:
    """What was made of an upload. Pictures have pixels, PDFs have sheets; `source_sha256` is that of the upload."""

    content: bytes
    media_type: str
    source_sha256: str
    width: int | None = None
    height: int | None = None
    sheets: int = 1

    @property
    def extension(self) -> str:
        return ".pdf" if self.media_type == PDF else ".jpg"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def cleaned(upload: "File[bytes]") -> CleanFile:
    """Return a new file with what is to be seen in `upload`: a JPEG of a picture, a PDF of a PDF.

    Refuses `file_empty`, `file_too_large`, `file_type_refused`, `file_name_disagrees`, `file_hides_another`,
    `file_damaged`, `file_animated`, `file_too_many_pixels`, `file_too_small`, `file_encrypted`, `file_too_many_sheets`,
    `file_active`, `file_too_complex`, `file_infected`, and for now `scanner_unavailable` and `uploads_busy`.
    """
    if not upload.size:
        raise _refusal("file_empty")
    if upload.size > settings.UPLOAD_BYTES_MAX:
        raise _refusal("file_too_large")
    upload.seek(0)
    content = upload.read()
    kind = media_type(content, upload.name or "")
    refuse_infected(content)
    if hides_another(content, kind):
        raise _refusal("file_hides_another")
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Refused("uploads_busy", _("Many files are coming in right now. Try again in a minute."), http_status=503)
    try:
        facts, made = _run(content, kind)
    finally:
        _turns.release()
    if refused := facts.pop("refused", None):
        raise _refusal(refused)
    return CleanFile(made, PDF if kind == PDF else JPEG, hashlib.sha256(content).hexdigest(), **facts)


def _run(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """Have the program look at one file. Whatever becomes of it, nothing else suffers."""
    wanted = {
        "type": kind,
        "memory": MEMORY_BYTES[kind],
        "seconds": SECONDS,
        "pixels": settings.UPLOAD_PIXELS_MAX,
        "sheets": settings.UPLOAD_SHEETS_MAX,
        "edge": EDGE_PIXELS,
        "least_edge": LEAST_EDGE_PIXELS,
    }
    try:
        done = subprocess.run(  # noqa: S603  # our own program, and arguments that we make
            [sys.executable, "-I", str(PROGRAM), json.dumps(wanted)],
            input=content,
            capture_output=True,
            timeout=SECONDS * 2,
            # No secret of ours; one memory arena, so that the limit is not used up by reservations.
            env={"MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "file_too_complex"}, b""
    line, _newline, made = done.stdout.partition(b"\n")
    if done.returncode or not line:
        logger.warning("the cleaner ended with %s at a file of %s bytes", done.returncode, len(content))
        return {"refused": "file_too_complex"}, b""
    facts: dict[str, Any] = json.loads(line)
    return facts, made


def _refusal(code: str) -> Refused:
    megabytes = settings.UPLOAD_BYTES_MAX // 1_000_000
    pixels = settings.UPLOAD_PIXELS_MAX // 1_000_000
    sheets = settings.UPLOAD_SHEETS_MAX
    sentences = {
        "file_empty": (_("This file is empty. Choose it again, or take a new photograph."), {}),
        "file_too_large": (
            _("This file is larger than %(megabytes)s MB. Send a smaller photograph.") % {"megabytes": megabytes},
            {"bytes_max": settings.UPLOAD_BYTES_MAX},
        ),
        "file_hides_another": (
            _("This file has another one, or a program, in it. Take a new photograph, or print it into a new PDF."),
            {},
        ),
        "file_damaged": (_("This file cannot be read to its end. Take a new photograph, or save it again."), {}),
        "file_animated": (_("This picture moves. Send a photograph or a scan that does not."), {}),
        "file_too_many_pixels": (
            _("This picture has more than %(pixels)s million pixels. Send a smaller one.") % {"pixels": pixels},
            {"pixels_max": settings.UPLOAD_PIXELS_MAX},
        ),
        "file_too_small": (
            _("This picture is too small to read anything on it: each edge needs %(pixels)s pixels or more.")
            % {"pixels": LEAST_EDGE_PIXELS},
            {"edge_min": LEAST_EDGE_PIXELS},
        ),
        "file_encrypted": (_("This PDF is protected by a password. Save it without one, or send a photograph."), {}),
        "file_too_many_sheets": (
            _("This PDF has more than %(sheets)s pages. Send only those that are asked for.") % {"sheets": sheets},
            {"sheets_max": sheets},
        ),
        "file_active": (_("This PDF contains a program. Print it into a new PDF, or send a photograph."), {}),
        "file_too_complex": (_("This file takes too much to open. Send a plain photograph or scan."), {}),
    }
    message, details = sentences[code]
    return Refused(code, message, details)
