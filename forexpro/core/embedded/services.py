"""The embedded services there are."""

import sys
from pathlib import Path

from forexpro.core.embedded.postgres import EmbeddedPostgres
from forexpro.core.embedded.redis import EmbeddedRedis
from forexpro.core.embedded.service import Service

SERVICES: dict[str, type[Service]] = {service.name: service for service in (EmbeddedPostgres, EmbeddedRedis)}
REPOSITORY = Path(__file__).resolve().parents[3]


def keeper_command(service: Service) -> list[str]:
    """Return the command line of a service's keeper; it runs with the repository on its module path."""
    return [sys.executable, "-m", "forexpro.core.embedded.keeper", service.name, str(service.local_dir)]
