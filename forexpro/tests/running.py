"""The whole platform as `make demo` runs it, for tests that want everything real."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg import sql

START_SECONDS = 180
STOP_SECONDS = 60


@dataclass(frozen=True)
class Platform:
    """A running platform: where it answers, who may sign in, and the environment for commands beside it."""

    url: str
    environment: dict[str, str]
    sign_ins: dict[str, tuple[str, str]]
    log: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command against this platform's database and return what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout


@contextmanager
def running_platform() -> Iterator[Platform]:
    """Run the demo on a database of its own until the block ends.

    The database and Redis are those of the tests where the environment names some; else the demo brings its own.
    """
    folder = settings.LOCAL_DIR / "platform"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    environment = os.environ | {
        "DEMO": "true",
        "LOCAL_DIR": str(folder),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "REDIS_NAMESPACE": f"{settings.REDIS_NAMESPACE}:platform",
        "PYTHONUNBUFFERED": "1",
    }
    if "DATABASE_URL" in environment:
        environment["DATABASE_URL"] = _empty_database(environment["DATABASE_URL"])
    log = folder / "platform.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--without", "beat"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        printed = _wait_until_ready(process, log)
        found = re.findall(r"^ +(\S.*?) {2,}(\S+@\S+) +password (\S+)$", printed, re.MULTILINE)
        sign_ins = {role: (email, password) for role, email, password in found}
        yield Platform(environment["SITE_URL"], environment, sign_ins, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        printed = log.read_text()
        if "Ctrl-C stops everything" in printed:
            return printed
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the platform did not start:\n{printed}")
        time.sleep(0.2)


def _empty_database(url: str) -> str:
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_platform"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return parts._replace(path=f"/{name}").geturl()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
