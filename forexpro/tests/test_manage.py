"""`python manage.py` works with whichever Python somebody has, once ForexPro is installed."""

import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings

import manage
from forexpro.core import embedded


@pytest.fixture
def project(tmp_path):
    """A directory with manage.py and nothing else."""
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "starts"), [(["pine", "reference"], False), (["showmigrations", "--plan"], True)])
def test_what_needs_no_services_starts_none(monkeypatch, command, starts):
    started = []

    @contextmanager
    def running(needed, directory):
        started.extend(needed)
        yield

    monkeypatch.setattr(embedded, "running", running)
    monkeypatch.setattr(settings, "EMBEDDED_SERVICES", ["postgres"])
    monkeypatch.setattr(sys, "argv", ["manage.py", *command])
    monkeypatch.setattr("django.core.management.execute_from_command_line", lambda arguments: None)

    manage.main()

    assert bool(started) is starts


def run(project, *arguments):
    """Run manage.py with a Python that has no packages."""
    command = [sys.executable, "-S", "manage.py", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)


def test_another_python_hands_over_to_the_one_that_has_everything(project):
    installed = project / ".venv" / "bin" / "python"
    installed.parent.mkdir(parents=True)
    installed.write_text('#!/bin/sh\necho "$@"\n')
    installed.chmod(0o755)
    assert run(project, "create_api_key", "berlin").stdout == "manage.py create_api_key berlin\n"


def test_says_what_to_do_where_nothing_is_installed(project):
    answer = run(project, "version")
    assert (answer.returncode, answer.stderr) == (1, "ForexPro is not installed yet: run `make build` first.\n")
