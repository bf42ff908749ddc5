import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings

from forexpro.core.crash_points import POINTS

PASSES = """
from forexpro.core.crash_points import crash_point
for number in range(3):
    crash_point("outcome.recorded")
    print(number, flush=True)
    crash_point("outcome.committed")
"""


def run(crash_point: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CRASH_POINT": crash_point}
    return subprocess.run(
        [sys.executable, "-c", PASSES], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )


def test_a_process_dies_the_so_many_th_time_it_passes_its_point() -> None:
    died = run("outcome.recorded:3")
    assert (died.returncode, died.stdout.split()) == (-signal.SIGKILL, ["0", "1"])
    died = run("outcome.committed:1")
    assert (died.returncode, died.stdout.split()) == (-signal.SIGKILL, ["0"])


def test_without_one_nothing_happens() -> None:
    assert run("").stdout.split() == ["0", "1", "2"]


@pytest.mark.parametrize("setting", ["outcome.imagined:1", "outcome.recorded", "outcome.recorded:0", "engine:x"])
def test_a_point_that_nobody_could_reach_stops_the_start(setting: str) -> None:
    refused = run(setting)
    assert refused.returncode == 1
    assert "write <name>:<count>" in refused.stderr


def test_every_point_is_passed_at_one_place() -> None:
    sources = [
        path.read_text()
        for app in ("trading", "marketdata", "accounts", "forexpro")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    passed = Counter(re.findall(r'crash_point\("([\w.]+)"\)', "\n".join(sources)))
    assert passed == Counter(dict.fromkeys(POINTS, 1))
