"""The virus scanner, where one is configured: ClamAV's daemon, asked over its socket.

Without an answer nothing is accepted: what could not be scanned is refused as if the platform were busy.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused

logger = logging.getLogger(__name__)

PORT = 3310
TIMEOUT_SECONDS = 20
CHUNK_BYTES = 64 * 1024
ANSWER_BYTES_MAX = 4096


def refuse_infected(content: bytes) -> None:
    """Have `content` scanned; refuses `file_infected`, and `scanner_unavailable` where the scanner does not answer."""
    if not settings.CLAMAV_URL:
        return
    try:
        found = scan(content)
    except (OSError, ValueError) as error:
        logger.error("uploads are refused, because the virus scanner does not answer: %s", error)
        raise Refused(
            "scanner_unavailable", _("Files cannot be checked right now. Try again in a few minutes."), http_status=503
        ) from error
    if found:
        logger.warning("the virus scanner found %s in an upload", found)
        raise Refused("file_infected", _("A virus was found in this file. Clean your device, then send another file."))


def scan(content: bytes) -> str:
    """Return the name of what was found in `content`, nothing where it is clean.

    Speaks clamd's INSTREAM: chunks with their length in front, then one of length zero. Raises OSError where nobody
    answers and ValueError where the answer is none.
    """
    with _connected() as scanner:
        scanner.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK_BYTES):
            chunk = content[start : start + CHUNK_BYTES]
            scanner.sendall(struct.pack("!I", len(chunk)) + chunk)
        scanner.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < ANSWER_BYTES_MAX:
            part = scanner.recv(ANSWER_BYTES_MAX)
            if not part:
                break
            answer += part
    verdict = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ValueError(f"the scanner answered {verdict!r}")


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "unix":
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            scanner.settimeout(TIMEOUT_SECONDS)
            scanner.connect(address.path)
        except OSError:
            scanner.close()
            raise
        return scanner
    return socket.create_connection((address.hostname or "localhost", address.port or PORT), timeout=TIMEOUT_SECONDS)
