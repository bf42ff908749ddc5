"""What a file is by its content, and whether its name says the same."""

from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused

PDF = "application/pdf"
JPEG = "image/jpeg"
# By content, the extensions that agree with it.
EXTENSIONS = {
    JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
    "image/png": {".png"},
    "image/heic": {".heic", ".heif"},
    PDF: {".pdf"},
}
# What browsers offer to choose from.
ACCEPTED = "image/jpeg,image/png,image/heic,image/heif,application/pdf,.heic,.heif"


def media_type(content: bytes, name: str) -> str:
    """Return what `content` is; the sender's own word for it counts for nothing.

    Refuses `file_type_refused` and `file_name_disagrees`.
    """
    found = filetype.guess_mime(content)
    if found == "image/apng":  # a PNG that moves, which the cleaner says in so many words
        found = "image/png"
    if found not in EXTENSIONS:
        raise Refused("file_type_refused", _("This is not a JPEG, PNG, HEIC or PDF file. Take a photograph or a scan."))
    if PurePosixPath(name).suffix.lower() not in EXTENSIONS[found]:
        raise Refused(
            "file_name_disagrees",
            _("The name of this file does not end like what is in it (%(type)s). Save it again under a right name.")
            % {"type": found.partition("/")[2].upper()},
            {"type": found},
        )
    kind: str = found
    return kind
