"""PostgreSQL and Redis for an installation that was given none: binaries from wheels, data in the local directory."""

from forexpro.core.embedded.addresses import database_url, redis_url

__all__ = ["database_url", "redis_url"]
