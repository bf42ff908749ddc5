import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forexpro.supervisor import Program, ProgramFailed, Supervisor

HERE = Path(__file__).parent
LOOP = "import time\nprint('at work', flush=True)\nwhile True: time.sleep(0.1)"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("did not come true within 20 seconds")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
async def supervisor(lines: list[str]) -> Supervisor:
    return Supervisor(HERE, write=lines.append)


def program(name: str, source: str) -> Program:
    return Program(name, "does its work", (sys.executable, "-c", source))


async def test_prefixes_every_line_with_the_program(supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.keep(program("feed", LOOP))
    await until(lambda: lines != [])
    await supervisor.stop()

    assert lines == ["feed      | at work"]


async def test_restarts_a_killed_program_and_says_so(supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.keep(program("engine", f"import os\nprint(os.getpid(), flush=True)\n{LOOP}"))
    await until(lambda: "engine    | at work" in lines)
    os.kill(int(lines[0].split("| ")[1]), signal.SIGKILL)
    await until(lambda: lines.count("engine    | at work") == 2)
    await supervisor.stop()

    assert "engine    | was ended by SIGKILL; starting it again in 1 s" in lines


async def test_waits_longer_before_each_further_restart(supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.keep(program("broken", "raise SystemExit(3)"))
    await until(lambda: len(lines) == 3)
    await supervisor.stop()

    assert [line.split("| ")[1] for line in lines] == [
        f"ended with status 3; starting it again in {pause} s" for pause in (1, 2, 4)
    ]


async def test_stops_what_a_program_had_started_too(supervisor: Supervisor, lines: list[str]) -> None:
    source = "import subprocess, sys\nprint(subprocess.Popen(['sleep', '60']).pid, flush=True)\n"
    supervisor.keep(program("parent", source + LOOP))
    await until(lambda: "parent    | at work" in lines)
    child = int(lines[0].split("| ")[1])
    await supervisor.stop()

    await until(lambda: not alive(child))


async def test_kills_a_program_that_does_not_listen(
    supervisor: Supervisor, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forexpro.supervisor.STOP_SECONDS", 0.2)
    supervisor.keep(program("deaf", f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{LOOP}"))
    await until(lambda: lines != [])
    await supervisor.stop()

    assert lines[-1] == "deaf      | did not stop within 0.2 s, killing it"


async def test_a_line_without_end_harms_nobody(supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.keep(program("verbose", f"print('x' * 3_000_000)\n{LOOP}"))
    await until(lambda: "verbose   | at work" in lines)
    await supervisor.stop()

    assert "verbose   | (a line too long to show)" in lines


async def test_run_once_returns_the_output(supervisor: Supervisor) -> None:
    assert await supervisor.run_once("step", (sys.executable, "-c", "print('one'); print('two')")) == "one\ntwo"


async def test_run_once_shows_progress_of_what_takes_long(
    supervisor: Supervisor, lines: list[str], tmp_path: Path
) -> None:
    source = "import pathlib, sys, time\nprint('Applying 0001', flush=True)"
    wait = "while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)"
    enough = tmp_path / "enough"
    command = (sys.executable, "-c", f"{source}\n{wait}", str(enough))
    step = asyncio.create_task(supervisor.run_once("migrate", command))
    await until(lambda: any(line.startswith("migrate   | Applying 0001 (") for line in lines))
    enough.touch()
    assert await step == "Applying 0001"


async def test_run_once_reports_a_failure_with_its_output(supervisor: Supervisor) -> None:
    with pytest.raises(ProgramFailed, match="no such table"):
        await supervisor.run_once("step", (sys.executable, "-c", "raise SystemExit('no such table')"))


async def test_run_once_ends_when_told_to_stop(supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.stop_on(signal.SIGUSR1)
    asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGUSR1)
    with pytest.raises(ProgramFailed):
        await supervisor.run_once("step", (sys.executable, "-c", LOOP))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_supervisor_takes_its_programs_along() -> None:
    child_source = f"import os; print(os.getpid()); {LOOP}"
    source = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom forexpro.supervisor import Program, Supervisor\n"
        "async def main():\n"
        "    supervisor = Supervisor(Path.cwd(), write=lambda line: print(line, flush=True))\n"
        f"    supervisor.keep(Program('child', '', (sys.executable, '-c', {child_source!r})))\n"
        "    await supervisor.wait()\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", source], cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        child = int(process.stdout.readline().split("| ")[1])
        process.stdout.readline()
        process.kill()

    for _ in range(200):
        if not alive(child):
            return
        time.sleep(0.05)
    raise AssertionError("the program outlived its supervisor")
