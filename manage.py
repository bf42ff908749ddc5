#!/usr/bin/env python
"""Run a Django management command of ForexPro."""

import os
import sys

# Commands that touch neither the database nor Redis, or see to them themselves.
WITHOUT_SERVICES = {
    "check", "collectstatic", "compilemessages", "crashtest", "crm_sandbox", "demo", "help", "makemessages", "version",
}  # fmt: skip


def main() -> None:
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


if __name__ == "__main__":
    main()
