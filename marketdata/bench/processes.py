"""The server processes and helpers that benchmarks run against, and what they cost."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from forexpro.core.scratch import child_environment

START_SECONDS = 60
COMMANDS = {
    "daphne": [
        *("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "--verbosity", "0"),
        *("--ping-interval", "5", "--ping-timeout", "10", "{application}"),
    ],
    "uvicorn": [
        *("-m", "uvicorn", "--host=127.0.0.1", "--port={port}", "--ws=websockets-sansio"),
        *("--ws-per-message-deflate=false", "--no-proxy-headers", "--log-level=warning", "{application}"),
    ],
    "granian": [
        *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}"),
        *("--log-level", "warning", "{application}"),
    ],
}


class ServerProcess:
    """A running server, its address and its costs so far."""

    def __init__(self, pid: int, port: int):
        self.pid, self.port = pid, port

    @property
    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def server(kind: str, application: str = "forexpro.asgi:application") -> Iterator[ServerProcess]:
    """Run `application` under daphne, uvicorn or granian (WSGI) on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.format(port=port, application=application) for part in COMMANDS[kind]]
    with process(command) as running:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if running.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{kind} did not start")
            time.sleep(0.1)
        yield ServerProcess(running.pid, port)


@contextmanager
def process(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a Python process against this process's database and Redis names; end it afterwards."""
    environment = {
        **os.environ,
        **child_environment(),
        "DJANGO_SETTINGS_MODULE": "forexpro.settings",
        "RATE_LIMIT_ANONYMOUS": "none",
    }
    running = subprocess.Popen(  # noqa: S603  # a list of our own arguments, no shell
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        if running.stdout:
            running.stdout.close()
