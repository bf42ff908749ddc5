"""Files that are something else as well: with a page, a program or an archive in or behind what is to be seen."""

from forexpro.core.uploads.types import PDF

# In small letters, and long enough not to come up in compressed pixels by chance.
_FOREIGN = (b"<script", b"<?php ", b"<html>", b"<!doctype html", b"%pdf-1.", b"eicar-standard-antivirus-test-file")
# Archives are read from their end, which may carry a comment of at most 64 KiB.
_END_OF_ARCHIVE = b"PK\x05\x06"
_ARCHIVE_TAIL = 65_557
_END_OF_PDF = b"%%EOF"


def hides_another(content: bytes, kind: str) -> bool:
    """Return whether `content`, a file of the media type `kind`, also passes for a file of another kind.

    A picture has no reason to contain such words anywhere. A PDF may print them, but nothing follows its end.
    """
    searched = content[content.rfind(_END_OF_PDF) :] if kind == PDF else content
    lowered = searched.lower()
    return _END_OF_ARCHIVE in content[-_ARCHIVE_TAIL:] or any(word in lowered for word in _FOREIGN)
