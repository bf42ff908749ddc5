"""A database and Redis names of their own, for the time of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresDatabaseWrapper

from forexpro.core.realtime.connections import name, redis_client

SUFFIX = "_scratch"


@contextmanager
def scratch_services() -> Iterator[None]:
    """Let this process work in an empty, migrated database and under Redis names of its own; drop both afterwards."""
    database, namespace = connection.settings_dict["NAME"], settings.REDIS_NAMESPACE
    connection.settings_dict["TEST"]["NAME"] = f"{database}{SUFFIX}"
    _disconnect()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    settings.REDIS_NAMESPACE = f"{namespace}{SUFFIX}"
    try:
        _forget_redis_names()
        yield
    finally:
        _forget_redis_names()
        settings.REDIS_NAMESPACE = namespace
        _disconnect()
        connection.creation.destroy_test_db(database, verbosity=0)


def child_environment() -> dict[str, str]:
    """Return the variables with which a child process uses the database and the Redis names of this one."""
    database = connection.settings_dict
    user, password, host, name = (
        quote(str(database[part] or ""), safe="") for part in ("USER", "PASSWORD", "HOST", "NAME")
    )
    port = f":{database['PORT']}" if database["PORT"] else ""
    sign_in = f"{user}:{password}" if password else user
    return {
        "DATABASE_URL": f"postgresql://{sign_in}@{host}{port}/{name}",
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_NAMESPACE": settings.REDIS_NAMESPACE,
    }


def _disconnect() -> None:
    connection.close()
    cast(PostgresDatabaseWrapper, connection).close_pool()


def _forget_redis_names() -> None:
    for key in redis_client().scan_iter(match=name("*"), count=1000):
        redis_client().unlink(key)
