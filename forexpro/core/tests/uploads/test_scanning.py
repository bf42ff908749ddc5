"""The virus scanner, played by a server that speaks clamd's protocol."""

import logging
import socketserver
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forexpro.core.refusals import Refused
from forexpro.core.tests.uploads.making import EICAR, image
from forexpro.core.uploads.cleaning import cleaned


class Scanner(socketserver.ThreadingUnixStreamServer):
    """Finds the EICAR pattern in what is streamed to it, like clamd; `verdict` makes it answer something else."""

    daemon_threads = True

    def __init__(self, path: str):
        super().__init__(path, Conversation)
        self.verdict: bytes | None = None
        self.seen: list[bytes] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.seen.append(content)
        found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(found if self.server.verdict is None else self.server.verdict)


@pytest.fixture
def scanner(settings, tmp_path):
    path = tmp_path / "clamd.sock"
    settings.CLAMAV_URL = f"unix://{path}"
    with Scanner(str(path)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def clean(content: bytes):
    return cleaned(SimpleUploadedFile("a.jpg", content))


def test_what_is_clean_passes_and_was_seen_whole(scanner):
    content = image(size=(900, 700), quality=100) + bytes(200_000)
    assert clean(content).width == 900
    assert scanner.seen == [content]


def test_a_virus_is_refused_even_where_cleaning_would_remove_it(scanner, caplog):
    with pytest.raises(Refused) as refused:
        clean(image(comment=EICAR))
    assert (refused.value.code, refused.value.http_status) == ("file_infected", 422)
    assert "EICAR_HDB" in caplog.text
    assert "EICAR" not in refused.value.message


@pytest.mark.parametrize("verdict", [b"", b"stream: ", b"INSTREAM size limit exceeded. ERROR\0", b"x" * 10_000])
def test_without_a_clear_answer_nothing_is_accepted(scanner, verdict, caplog):
    scanner.verdict = verdict
    with pytest.raises(Refused) as refused:
        clean(image())
    assert (refused.value.code, refused.value.http_status) == ("scanner_unavailable", 503)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("address", ["unix:///nowhere/clamd.sock", "tcp://127.0.0.1:9"])
def test_without_a_scanner_that_answers_nothing_is_accepted(settings, address):
    settings.CLAMAV_URL = address
    with pytest.raises(Refused) as refused:
        clean(image())
    assert refused.value.code == "scanner_unavailable"


def test_a_scanner_that_hangs_is_not_waited_for(settings, tmp_path, monkeypatch):
    import socket

    monkeypatch.setattr("forexpro.core.uploads.scanning.TIMEOUT_SECONDS", 0.2)
    path = tmp_path / "clamd.sock"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        settings.CLAMAV_URL = f"unix://{path}"
        with pytest.raises(Refused) as refused:
            clean(image())
    assert refused.value.code == "scanner_unavailable"
