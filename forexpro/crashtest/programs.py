"""The programs of a platform of its own, each started again as soon as it has been killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
from django.conf import settings

from forexpro.core import embedded
from forexpro.core.embedded.processes import die_with_parent
from forexpro.supervisor import Program

START_SECONDS = 300
# After a long outage orders fill at the first fresh quote, and a limit order whose price that is not goes on waiting.
# Here no outage is long, however busy the machine: every order that prices have reached must fill.
ENVIRONMENT = {"ENGINE_OUTAGE_SECONDS": "3600", "PYTHONUNBUFFERED": "1"}
STOP_SECONDS = 15


class CrashTestFailed(Exception):
    """The platform did not do what it promises; the message says what."""


class Kept:
    """A program that runs from `start` until it is killed; one that a crash point waits for dies by itself."""

    def __init__(self, program: Program, log: IO[bytes]):
        self.name = program.name
        self._program = program
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, crash_point: str = "") -> None:
        self._process = subprocess.Popen(  # noqa: S603  # a list of our own arguments, no shell
            self._program.command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **ENVIRONMENT, "CRASH_POINT": crash_point},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def kill(self) -> None:
        """End the program as the kernel does when memory runs out."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def revive(self) -> None:
        """Start the program again if it has ended by itself, as one may that has lost Redis."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def await_death(self, cause: str) -> None:
        """Wait until the program has been killed by what it was started with."""
        assert self._process is not None
        try:
            status = self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            raise CrashTestFailed(f"{self.name} has not come to {cause}") from None
        if status != -signal.SIGKILL:
            raise CrashTestFailed(f"{self.name} ended with status {status} before it came to {cause}")
        self._process = None

    def stop(self) -> None:
        """End the program politely, after a while by force."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def kept_services(log: IO[bytes]) -> Iterator[dict[str, Kept]]:
    """Run PostgreSQL and Redis of the local directory; yield what keeps them, by name."""
    with ExitStack() as stack:
        kept = {}
        for name in ("postgres", "redis"):
            service = embedded.SERVICES[name](settings.LOCAL_DIR)
            stack.enter_context(embedded.using(service))
            kept[name] = Kept(Program(name, service.title, embedded.keeper_command(service)), log)
            stack.callback(kept[name].stop)
            kept[name].start()
            until(service.ready, service.title)
        yield kept


def server_pid(name: str) -> int:
    """Return the process of an embedded service."""
    return int(embedded.SERVICES[name](settings.LOCAL_DIR).keeper_lock.read_text())


def kill_database_backend() -> None:
    """Kill the PostgreSQL process behind one of the platform's connections; PostgreSQL restarts and recovers then."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        row = connection.execute(
            """
            SELECT pid FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state_change DESC LIMIT 1
            """
        ).fetchone()
        if row is None:
            raise CrashTestFailed("nobody is connected to PostgreSQL")
        os.kill(row[0], signal.SIGKILL)
        # What is answered before PostgreSQL notices does not show that it has recovered.
        with suppress(psycopg.OperationalError):
            while True:
                connection.execute("SELECT")
                time.sleep(0.005)


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until `condition()` holds; raise CrashTestFailed when it takes forever."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise CrashTestFailed(f"{what} did not come back within {START_SECONDS} s")
        time.sleep(0.01)


def newest_lines(log: Path, count: int = 30) -> str:
    """Return the end of what the programs have printed."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
