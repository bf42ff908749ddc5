"""Run several programs as one: prefix what they print, restart those that die, leave none behind."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from forexpro.core.embedded.processes import die_with_parent

RESTART_SECONDS = (1, 2, 4, 8, 16, 30)
SETTLED_SECONDS = 30  # a program that ran this long starts again without having to wait longer each time
STOP_SECONDS = 15
LABEL_WIDTH = 9
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)


@dataclass(frozen=True)
class Program:
    """A program to keep running; `purpose` tells people what it does."""

    name: str
    purpose: str
    command: Sequence[str]


class ProgramFailed(Exception):
    """A program that was to run once failed; the message holds what it printed."""


class Supervisor:
    """Keeps programs running until it is told to stop. All of it lives in one event loop of the main thread."""

    def __init__(self, directory: Path, *, write: Callable[[str], None]) -> None:
        self._directory = directory
        self._write = write
        self._stopping = asyncio.Event()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}

    def stop_on(self, *numbers: signal.Signals) -> None:
        """Stop when one of these signals arrives."""
        for number in numbers:
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def wait(self) -> None:
        """Wait until the supervisor is told to stop."""
        await self._stopping.wait()

    def keep(self, program: Program) -> None:
        """Start `program` and start it again whenever it ends."""
        self._keepers[program.name] = asyncio.create_task(self._keep(program))

    async def run_once(self, name: str, command: Sequence[str]) -> str:
        """Run a program to its end and return what it printed; say every two seconds that it is still at work.

        Raises ProgramFailed with its output when it fails, and when the supervisor was told to stop meanwhile.
        """
        process = await self._start(name, command)
        output: list[str] = []
        reading = asyncio.create_task(self._read(process, output.append))
        stopped = asyncio.create_task(self.wait())
        started = time.monotonic()
        while not reading.done() and not stopped.done():
            await asyncio.wait({reading, stopped}, timeout=2, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                latest = output[-1].strip() if output else "still at work"
                self.say(name, f"{latest} ({time.monotonic() - started:.0f} s)")
        stopped.cancel()
        if not reading.done():
            await self._end(name, process)
        await reading
        status = await process.wait()
        del self._processes[name]
        if status or self.stopping:
            raise ProgramFailed("\n".join(output) or f"{name} was stopped")
        return "\n".join(output)

    async def stop(self, names: Iterable[str] | None = None) -> None:
        """Stop these programs (default all) together, with whatever they started; after a while forcibly."""
        self._stopping.set()
        names = list(self._keepers if names is None else names)
        await asyncio.gather(*(self._end(name, self._processes[name]) for name in names if name in self._processes))
        await asyncio.gather(*(self._keepers[name] for name in names if name in self._keepers))

    async def _keep(self, program: Program) -> None:
        failures = 0
        while not self.stopping:
            started = time.monotonic()
            process = await self._start(program.name, program.command)
            if self.stopping:  # told while it was starting
                return await self._end(program.name, process)
            await self._read(process, lambda line: self.say(program.name, line))
            status = await process.wait()
            _kill_group(process.pid)
            if self.stopping:
                return
            failures = 0 if time.monotonic() - started > SETTLED_SECONDS else failures
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            self.say(program.name, f"{_ending(status)}; starting it again in {pause} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), pause)

    async def _start(self, name: str, command: Sequence[str]) -> asyncio.subprocess.Process:
        self._processes[name] = await asyncio.create_subprocess_exec(
            *command,
            cwd=self._directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            limit=2**20,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        return self._processes[name]

    async def _read(self, process: asyncio.subprocess.Process, take: Callable[[str], None]) -> None:
        """Pass on the lines a program prints until the program itself has ended.

        What it started may hold its output open for longer, which must not delay the restart.
        """
        assert process.stdout
        ended = asyncio.create_task(process.wait())
        line: asyncio.Task[bytes] | None = None
        while True:
            line = line or asyncio.create_task(process.stdout.readline())
            await asyncio.wait({line, ended}, return_when=asyncio.FIRST_COMPLETED)
            if line.done():
                try:
                    text = line.result()
                except ValueError:
                    text = b"(a line too long to show)"
                line = None
                if not text:
                    break
                take(text.decode(errors="replace").rstrip())
            elif ended.done():
                line.cancel()
                break
        await ended

    async def _end(self, name: str, process: asyncio.subprocess.Process) -> None:
        """End a program politely, then by force, and then everything that it had started."""
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.say(name, f"did not stop within {STOP_SECONDS} s, killing it")
        _kill_group(process.pid)
        await process.wait()

    def say(self, name: str, text: str) -> None:
        """Print a line as that program's."""
        label = f"{name:<{LABEL_WIDTH}}"
        if sys.stdout.isatty():
            label = f"\033[{COLOURS[sum(name.encode()) % len(COLOURS)]}m{label}\033[0m"
        self._write(f"{label} | {text}")


def _kill_group(pid: int) -> None:
    """Kill what is left of the process group that `pid` led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}" if status else "ended"
