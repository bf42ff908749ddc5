"""Child processes that never outlive their parent, and old ones that did."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` after which the kernel sends the child `number` when its parent ends, even by SIGKILL.

    Linux only; elsewhere the child outlives a parent that was killed, and the next start ends it.
    """
    parent = os.getpid()

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def runs_in(pid: int, directory: Path) -> bool:
    """Return whether process `pid` is alive and works in `directory` (a recycled pid works elsewhere)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    working_directory = Path(f"/proc/{pid}/cwd")
    if sys.platform != "linux":
        return True
    try:
        return working_directory.resolve(strict=True) == directory.resolve()
    except OSError:
        return False


def end(pid: int, directory: Path, polite: signal.Signals, seconds: float) -> None:
    """End the process left behind by an earlier run in `directory`: politely, after `seconds` with SIGKILL."""
    deadline = time.monotonic() + seconds
    number = polite
    while runs_in(pid, directory):
        os.kill(pid, number)
        time.sleep(0.1)
        if time.monotonic() > deadline:
            number = signal.SIGKILL


def stop(process: subprocess.Popen[bytes], polite: signal.Signals, seconds: float) -> int:
    """Stop our own child: politely, after `seconds` with SIGKILL. Return its exit status."""
    if process.poll() is None:
        process.send_signal(polite)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
