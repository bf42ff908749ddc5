"""What an embedded service is to its keeper and its users."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, Any, ClassVar

from forexpro.core.embedded.addresses import socket_dir
from forexpro.core.embedded.processes import die_with_parent


class ServiceMissing(Exception):
    """The service cannot run on this machine; the message says what to do."""


class Service(ABC):
    """One server program with its data in the local directory and its socket in a private one."""

    name: ClassVar[str]
    title: ClassVar[str]
    variable: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, local_dir: Path) -> None:
        self.local_dir = local_dir.resolve()
        self.sockets = socket_dir(local_dir, self.name)

    @property
    def users_lock(self) -> Path:
        """The file that every user locks shared."""
        return self.local_dir / f"{self.name}.users"

    @property
    def keeper_lock(self) -> Path:
        """The file that the keeper locks; it holds the pid of the keeper's server."""
        return self.local_dir / f"{self.name}.keeper"

    @property
    def log(self) -> Path:
        return self.local_dir / "log" / f"{self.name}.log"

    @property
    @abstractmethod
    def data(self) -> Path:
        """The data directory, which is also the server's working directory."""

    @abstractmethod
    def prepare(self) -> None:
        """Create what the server needs before its first start, and clear away what a killed one left."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return what starts the server."""

    def identity(self) -> dict[str, Any]:
        """Return as whom the server runs and in which environment, where that is not as this process does."""
        return {}

    def launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server as a child of this process, its output going to `log`."""
        return subprocess.Popen(  # noqa: S603  # a list of our own arguments, no shell
            self.command(),
            **self.identity(),
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(self.stop_signal),
            start_new_session=True,
        )

    @abstractmethod
    def ready(self) -> bool:
        """Return whether the server answers."""


def private_directory(path: Path) -> Path:
    """Create `path` for us alone; refuse one that somebody else put there first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.is_symlink() or path.parent.stat().st_uid != os.getuid():
        raise ServiceMissing(f"{path.parent} belongs to somebody else. Remove it or set XDG_RUNTIME_DIR.")
    path.parent.chmod(0o711)  # others pass through but do not look: the server itself may run as another user
    path.mkdir(exist_ok=True)
    path.chmod(0o700)
    return path
