#!/usr/bin/env python
"""Run a Django management command of ForexPro."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

# What `make` installs into; whoever runs another Python means this one.
INSTALLED = Path(__file__).resolve().parent / ".venv" / "bin" / "python"

# Commands that touch neither the database nor Redis, or see to them themselves.
WITHOUT_SERVICES = {
    "check", "collectstatic", "compilemessages", "crashtest", "crm_sandbox", "demo", "help", "makemessages", "pine",
    "version",
}  # fmt: skip


def main() -> None:
    if find_spec("django") is None:
        _start_over_where_installed()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from forexpro.core import embedded

    try:
        needed = [] if set(sys.argv[1:2]) <= WITHOUT_SERVICES else settings.EMBEDDED_SERVICES
        with embedded.running(needed, settings.LOCAL_DIR):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded.EmbeddedServiceFailed) as error:
        sys.exit(str(error))


def _start_over_where_installed() -> None:
    if not INSTALLED.exists() or Path(sys.prefix).samefile(INSTALLED.parent.parent):
        sys.exit("ForexPro is not installed yet: run `make build` first.")
    os.execv(INSTALLED, [str(INSTALLED), *sys.argv])  # noqa: S606  # the same command again


if __name__ == "__main__":
    main()
