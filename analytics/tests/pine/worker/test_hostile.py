"""Whatever a script does, it ends in a result or in a diagnostic, and whoever runs it goes on."""

import gc
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.pine.program import Result
from analytics.tests.pine.program.scripts import script
from analytics.tests.pine.worker.hostile import RESULT, RUNNING, TRADING, WHOLE
from analytics.tests.pine.worker.runs import TIGHT, contained

# Ends that say more of the platform than of the script.
FAULTS = {"internal-fault", "not-allowed", "stopped", "wall-time"}
IN_SHORT = {"an endless loop on every bar", "an expression that explodes", "a chain of objects", "millions of labels"}
SCRIPTS = {
    **{name: (script(body), codes) for name, (body, codes) in RUNNING.items()},
    **{name: (script(body, kind="strategy"), codes) for name, (body, codes) in TRADING.items()},
    **WHOLE,
}


def marks(name, codes):
    return pytest.mark.long if "run-time" in codes and name not in IN_SHORT else ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [pytest.param(text, codes, id=name, marks=marks(name, codes)) for name, (text, codes) in SCRIPTS.items()],
)
def test_a_hostile_script_is_contained(text, codes):
    lines = len(text.splitlines()) + 1

    # A machine with other work needs more processor time for the same; only what has no end may meet the limit.
    limits = TIGHT if "run-time" in codes else replace(TIGHT, run_seconds=30)
    outcome = contained(text, limits=limits, market=lambda symbol, timeframe: None)

    if isinstance(outcome, Result):
        assert RESULT in codes
        return
    found = {diagnostic.code for diagnostic in outcome.diagnostics}
    assert not found & FAULTS, outcome
    assert found & codes or not codes, outcome
    for diagnostic in outcome.diagnostics:
        assert diagnostic.message.endswith((".", "?", ":")) or diagnostic.hint
        assert "Traceback" not in diagnostic.message
        assert 1 <= diagnostic.line <= lines


def children():
    """Return the numbers of all processes that this one started, also of those that have ended and are not waited for."""
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()


def started(pid):
    """Return whether a process is one of a script, or one that has ended and is not waited for."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return not command or b"analytics.pine.worker" in command


def test_nothing_of_a_contained_run_stays_behind():
    def open_files():
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    contained(script("plot(close)"))
    files, threads = open_files(), threading.active_count()
    for body in ("plot(close)", "plot(", "while true\n    x = 1"):
        contained(script(body))

    assert open_files() == files
    assert threading.active_count() == threads
    assert not [pid for pid in children() if started(pid)]
