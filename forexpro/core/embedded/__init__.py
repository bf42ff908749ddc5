"""PostgreSQL and Redis for an installation that was given none: binaries from wheels, data in the local directory.

Whoever needs the services says so with `running()`. The first user starts a keeper process per service, later users
share it, and the keeper stops its service when the last user has gone, however that user ended.
"""

from forexpro.core.embedded.addresses import database_url, redis_url
from forexpro.core.embedded.service import Service
from forexpro.core.embedded.services import SERVICES, keeper_command
from forexpro.core.embedded.users import EmbeddedServiceFailed, running, using

__all__ = [
    "SERVICES",
    "EmbeddedServiceFailed",
    "Service",
    "database_url",
    "keeper_command",
    "redis_url",
    "running",
    "using",
]
