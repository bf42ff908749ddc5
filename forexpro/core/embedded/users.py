"""Those who use embedded services: they share them, start them when nobody has, and wait until they answer."""

import fcntl
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from forexpro.core.embedded.service import Service
from forexpro.core.embedded.services import REPOSITORY, SERVICES, keeper_command

START_SECONDS = 120  # a first start creates the database; recovery after a crash takes a while on a slow disk
POLL_SECONDS = 0.05


class EmbeddedServiceFailed(Exception):
    """An embedded service did not start; the message holds the end of its log."""


@contextmanager
def running(names: Iterable[str], local_dir: Path) -> Iterator[None]:
    """Have the named services answer while the context lasts, starting those that nobody runs."""
    with ExitStack() as stack:
        services = [SERVICES[name](local_dir) for name in names]
        for service in services:
            stack.enter_context(using(service))
        keepers = [_start_keeper(service) for service in services]
        for service, keeper in zip(services, keepers, strict=True):
            _wait_until_ready(service, keeper)
        yield


@contextmanager
def using(service: Service) -> Iterator[None]:
    """Count as a user of the service: its keeper does not stop it before the context, or this process, ends."""
    try:
        service.local_dir.mkdir(parents=True, exist_ok=True)
        lock = service.users_lock.open("a")
    except OSError as error:
        raise EmbeddedServiceFailed(
            f"Cannot write to {service.local_dir} ({error.strerror}). "
            "Make it yours, or set LOCAL_DIR to a directory of yours."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits while a keeper is stopping the service
        yield


def _start_keeper(service: Service) -> int | None:
    """Start the service's keeper, detached and logging to a file, unless one is at work; return its pid."""
    with service.keeper_lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
    service.log.parent.mkdir(exist_ok=True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        sys.executable,
        keeper_command(service),
        {**os.environ, "PYTHONPATH": str(REPOSITORY)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(service.log), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _wait_until_ready(service: Service, keeper: int | None) -> None:
    """Wait until the service answers; raise EmbeddedServiceFailed when it will not.

    `keeper` is the pid of the keeper this process started. When it started none, because one was at work, and that
    one ends (its server was killed just now), it is this process's turn.
    """
    deadline = time.monotonic() + START_SECONDS
    while not service.ready():
        if keeper is None:
            keeper = _start_keeper(service)
        elif os.waitpid(keeper, os.WNOHANG)[0]:
            raise EmbeddedServiceFailed(
                f"The embedded {service.title} did not start. The end of {service.log}:\n{_tail(service.log)}\n"
                f"Mend that, or set {service.variable} to a {service.title} of yours."
            )
        if time.monotonic() > deadline:
            raise EmbeddedServiceFailed(
                f"The embedded {service.title} did not answer in {service.sockets} within {START_SECONDS} seconds. "
                f"Its log is {service.log}."
            )
        time.sleep(POLL_SECONDS)


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
