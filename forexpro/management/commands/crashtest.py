import os
import shutil
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forexpro.core import embedded
from forexpro.crashtest.programs import CrashTestFailed, kept_services, newest_lines
from forexpro.crashtest.run import CrashTest, Plan

FULL = Plan(kills=200, backend_kills=20, redis_kills=5, rounds=3)


class Command(BaseCommand):
    help = (
        "Kill parts of a platform of its own under load, at random and at every commit point, and prove that no "
        "order is lost, doubled or half done. Prints how long each took to recover. The exit status is 1 if it is not."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kills", type=int, default=FULL.kills, help="of engine, web and worker, in turn")
        parser.add_argument("--backend-kills", type=int, default=FULL.backend_kills, help="of PostgreSQL back ends")
        parser.add_argument("--redis-kills", type=int, default=FULL.redis_kills, help="of Redis")
        parser.add_argument("--rounds", type=int, default=FULL.rounds, help="deaths at each commit point")

    def handle(self, *args: Any, **options: Any) -> None:
        if not runs_on_its_own_services():
            begin_anew_on_own_services()
        plan = Plan(options["kills"], options["backend_kills"], options["redis_kills"], options["rounds"])
        path = settings.LOCAL_DIR / "programs.log"
        with path.open("ab") as log:
            try:
                with kept_services(log) as services:
                    faults = CrashTest(services, log, self.write).run(plan)
            except CrashTestFailed as error:
                raise CommandError(f"{error}. The programs' last words:\n{newest_lines(path)}") from error
        for fault in faults[:50]:
            self.stdout.write(self.style.ERROR(fault))
        if faults:
            raise CommandError(f"{len(faults):,} faults. What the programs printed is in {path}.")
        self.write(self.style.SUCCESS("No acknowledged order is lost, doubled or half done."))

    def write(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def runs_on_its_own_services() -> bool:
    """Return whether the settings are those that `begin_anew_on_own_services` makes."""
    return not settings.EMBEDDED_SERVICES and embedded.database_url(settings.LOCAL_DIR) == settings.DATABASE_URL


def begin_anew_on_own_services() -> None:
    """Replace this process by one whose settings name a database and a Redis that may be killed."""
    folder = settings.LOCAL_DIR / "crashtest"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "LOCAL_DIR": str(folder),
        "DATABASE_URL": embedded.database_url(folder),
        "REDIS_URL": embedded.redis_url(folder),
        "REDIS_NAMESPACE": "crashtest",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "FEED": "simulator",
        "SIMULATOR_TICKS_PER_SECOND": "5",
        "RATE_LIMIT_USER": "none",
        "LOG_LEVEL": "WARNING",
    }
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606  # this program again, no shell
