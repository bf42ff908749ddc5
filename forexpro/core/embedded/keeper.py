"""The keeper: the process that runs one embedded service for as long as anybody uses it.

`python -m forexpro.core.embedded.keeper <service> <local directory>`. Users hold a shared lock on a file; the
keeper stops when it gets that lock for itself, which the kernel grants when the last user has ended, killed or not.
A second keeper of the same service stands by and takes over when the first has gone.
"""

import fcntl
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from forexpro.core.embedded.processes import end, stop
from forexpro.core.embedded.service import Service, ServiceMissing
from forexpro.core.embedded.services import SERVICES

STOP_SECONDS = 15
POLL_SECONDS = 0.1
LONGEST_LOG_BYTES = 5_000_000


class Keeper:
    """Runs one service until SIGTERM, SIGINT or the end of its last user."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.stopping = False

    def run(self) -> int:
        """Keep the service and return the exit status: 0 when it was stopped, 1 when it failed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        self.service.local_dir.mkdir(parents=True, exist_ok=True)
        with self.service.keeper_lock.open("a+") as lock, self.service.users_lock.open("a") as users:
            if not self._lock_for_ourselves(lock.fileno()):
                return 0
            self._end_orphan()
            self.service.prepare()
            self._begin_log()
            with self.service.log.open("ab") as log:
                server = self.service.launch(log)
            lock.truncate(0)
            lock.write(str(server.pid))
            lock.flush()
            announced = False
            while not self.stopping and server.poll() is None:
                if not announced and self.service.ready():
                    announced = True
                    self._say("is ready")
                if _try_lock(users.fileno()):
                    break
                time.sleep(POLL_SECONDS)
            died = server.poll() is not None and not self.stopping
            stop(server, self.service.stop_signal, STOP_SECONDS)
            lock.truncate(0)
            if died:
                self._say(f"ended unexpectedly, see {self.service.log}")
            return 1 if died else 0

    def _say(self, text: str) -> None:
        print(f"{self.service.title} {text}", flush=True)  # noqa: T201  # who started it reads this

    def _begin_log(self) -> None:
        """Put a log that has grown long aside."""
        log = self.service.log
        log.parent.mkdir(exist_ok=True)
        if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _lock_for_ourselves(self, descriptor: int) -> bool:
        announced = False
        while not self.stopping:
            if _try_lock(descriptor):
                return True
            if not announced:
                announced = True
                self._say("runs already, standing by")
            time.sleep(POLL_SECONDS)
        return False

    def _end_orphan(self) -> None:
        """End the server of a keeper that was killed: two servers on one data directory would destroy it."""
        if pid := self.service.keeper_lock.read_text().strip():
            end(int(pid), self.service.data, self.service.stop_signal, STOP_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(arguments: list[str]) -> int:
    name, local_dir = arguments
    try:
        return Keeper(SERVICES[name](Path(local_dir))).run()
    except (ServiceMissing, OSError) as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201  # who started it reads this
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
