import asyncio
import fcntl
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forexpro.core import embedded
from forexpro.supervisor import Program, ProgramFailed, Supervisor

EMBEDDED_PURPOSES = {
    "postgres": "the database; everything that must not be lost",
    "redis": "prices on their way, messages between processes, the task queue",
}
# Celery's advice against root is meant for production; a demo in a container is often root.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges:UserWarning"
START_SECONDS = 120
PROGRESS_SECONDS = 2


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def programs() -> list[Program]:
    """Return what the platform consists of, apart from its database and Redis."""
    celery = ("-m", "celery", "--app", "forexpro.celery", "--quiet")
    quiet = ("--loglevel", "WARNING")
    address = ("-b", settings.HOST, "-p", str(settings.PORT))
    pings = ("--ping-interval", "5", "--ping-timeout", "10")
    started = [
        Program(
            "web",
            "pages, REST and WebSockets (Daphne)",
            python("-m", "daphne", "-v", "0", *address, *pings, "forexpro.asgi:application"),
        ),
        Program("feed", f"brings in the prices ({settings.FEED})", python("manage.py", "run_feed")),
        Program("engine", "watches every tick for orders, stops and margin", python("manage.py", "run_engine")),
        Program(
            "worker",
            "background tasks (Celery)",
            python(
                "-W",
                ROOT_WARNING,
                *celery,
                "worker",
                "--pool",
                "threads",
                "--concurrency",
                "5",  # one of them sends webhooks all the time
                "--queues",
                "celery,webhooks",
                "--loglevel",
                "WARNING",
            ),
        ),
        Program(
            "beat",
            "starts the scheduled tasks (Celery)",
            python(*celery, "beat", *quiet),
        ),
    ]
    if settings.CRM:
        platform = f"http://{own_address()}:{settings.PORT}"
        started.append(
            Program(
                "crm",
                f"plays the CRM: http://127.0.0.1:{settings.CRM_SANDBOX_PORT}",
                python("manage.py", "crm_sandbox", "--set-up", "--url", platform),
            )
        )
    return started


def own_address() -> str:
    """Return where this machine itself reaches the web server."""
    return "127.0.0.1" if settings.HOST == "0.0.0.0" else settings.HOST  # noqa: S104  # compared, not bound to


class Command(BaseCommand):
    help = "Run the whole platform on this machine with demo data, until Ctrl-C."
    requires_system_checks: list[str] = []  # the programs check for themselves, side by side

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without", nargs="*", default=[], help="programs that are left out, such as beat")

    def handle(self, *args: Any, without: list[str], **options: Any) -> None:
        os.environ["DEMO"] = "true"
        if not (settings.BASE_DIR / "static" / "dist" / "app.css").exists():
            raise CommandError("The front end is not built yet. Run `make build`.")
        self.require_free_port()
        with ExitStack() as stack:
            stack.enter_context(self.only_demo())
            services = [embedded.SERVICES[name](settings.LOCAL_DIR) for name in settings.EMBEDDED_SERVICES]
            for service in services:
                stack.enter_context(embedded.using(service))
            kept = [program for program in programs() if program.name not in without]
            asyncio.run(self.run(services, kept))

    def require_free_port(self) -> None:
        """Raise CommandError when another program listens on our port."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} on {settings.HOST} cannot be used ({error.strerror}). "
                    f"Stop the program that has it, or choose another port: PORT={settings.PORT + 1} make demo"
                ) from error

    def only_demo(self) -> IO[str]:
        """Hold the demo's lock: two sets of processes over one directory would run everything twice."""
        settings.LOCAL_DIR.mkdir(parents=True, exist_ok=True)
        lock = (settings.LOCAL_DIR / "demo.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise CommandError(
                f"A demo already runs on {settings.LOCAL_DIR}. Stop it, or set LOCAL_DIR for a second one."
            ) from error
        return lock

    async def run(self, services: list[embedded.Service], kept: list[Program]) -> None:
        supervisor = Supervisor(settings.BASE_DIR, write=self.write)
        supervisor.stop_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            for service in services:
                command = embedded.keeper_command(service)
                supervisor.keep(Program(service.name, EMBEDDED_PURPOSES[service.name], command))
            for service in services:
                await self.until(supervisor, service.title, service.ready)
            self.write("Preparing the database and the demo data")
            await supervisor.run_once("migrate", python("manage.py", "migrate", "--skip-checks"))
            sign_ins = await supervisor.run_once("demo data", python("manage.py", "load_demo", "--skip-checks"))
            for program in kept:
                supervisor.keep(program)
            if any(program.name == "web" for program in kept):
                await self.until(supervisor, "the web server", self.answers)
            if not supervisor.stopping:
                self.announce(services, kept, sign_ins)
            await supervisor.wait()
        except ProgramFailed as error:
            if not supervisor.stopping:
                raise CommandError(str(error)) from error
        finally:
            self.write("Stopping")
            await supervisor.stop(program.name for program in kept)
            await supervisor.stop()
            self.write("Everything has stopped")

    async def until(self, supervisor: Supervisor, awaited: str, condition: Any) -> None:
        """Wait for the condition, saying so when it takes long; raise CommandError when it takes forever."""
        elapsed = 0.0
        while not supervisor.stopping and not condition():
            await asyncio.sleep(0.1)
            elapsed += 0.1
            if elapsed > START_SECONDS:
                raise CommandError(f"{awaited} did not answer within {START_SECONDS} s; the lines above say why.")
            if round(elapsed, 1) % PROGRESS_SECONDS == 0:
                self.write(f"Waiting for {awaited} ({elapsed:.0f} s)")

    def answers(self) -> bool:
        """Return whether the web server accepts connections."""
        with socket.socket() as connection:
            connection.settimeout(1)
            return connection.connect_ex((own_address(), settings.PORT)) == 0

    def announce(self, services: list[embedded.Service], kept: list[Program], sign_ins: str) -> None:
        running = [(service.name, EMBEDDED_PURPOSES[service.name]) for service in services]
        running += [(program.name, program.purpose) for program in kept]
        self.write(f"\nForexPro is ready: {settings.SITE_URL}\n")
        self.write(f"{sign_ins}\n")
        self.write("Processes (each is started again when it dies):")
        for name, purpose in running:
            self.write(f"  {name:<9} {purpose}")
        self.write("\nCtrl-C stops everything.\n")

    def write(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
