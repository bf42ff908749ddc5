"""Root's PostgreSQL runs under another account, which cannot look into root's home."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forexpro.core.embedded import unprivileged
from forexpro.core.embedded.postgres import postgres_programs
from forexpro.core.embedded.unprivileged import reachable_programs

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


@pytest.fixture
def open_base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    base = unprivileged.OPEN_BASE / f"test-{os.getpid()}"
    monkeypatch.setattr(unprivileged, "OPEN_BASE", base)
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def installed_in_a_closed_home(tmp_path: Path) -> Path:
    """The programs as a wheel installs them, behind a door that only root can open."""
    packages = tmp_path / "home" / "site-packages"
    programs = postgres_programs()
    shutil.copytree(programs, packages / programs.parent.name / programs.name, symlinks=True)
    libraries = programs.parent.with_name(f"{programs.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, packages / libraries.name)
    (tmp_path / "home").chmod(0o700)
    return packages / programs.parent.name / programs.name


def test_programs_in_a_closed_home_run_under_the_other_account(
    open_base: Path, installed_in_a_closed_home: Path
) -> None:
    programs = reachable_programs(installed_in_a_closed_home)
    assert programs.is_relative_to(open_base)
    nobody = pwd.getpwnam("nobody")
    for name in ("initdb", "postgres"):
        run = subprocess.run(
            [programs / "bin" / name, "--version"],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")
    assert reachable_programs(installed_in_a_closed_home) == programs
    assert [entry.name for entry in open_base.iterdir()] == [programs.parent.parent.name], "no draft is left"
