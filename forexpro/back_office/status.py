"""What runs and what does not: feeds, engine, workers, beat, database and Redis, each with its sign of life."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis import RedisError

from forexpro import health
from forexpro.celery import app
from forexpro.core.heartbeat import beat_age
from forexpro.core.realtime.connections import name, redis_client
from trading.selectors.engine import engine_shards

# Workers that take longer than this to answer are counted as silent; the page does not wait for them.
WORKERS_SECONDS = 0.5
GOOD = {"ok", "live"}
UNCERTAIN = {"unknown", "connecting", "delayed"}
TITLES = {
    "database": lambda: _("PostgreSQL"),
    "redis": lambda: _("Redis"),
    "celery": lambda: _("Workers"),
    "beat": lambda: _("Beat"),
    "feed": lambda: _("Feed"),
    "feeds": lambda: _("Feeds"),
    "engine": lambda: _("Engine"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One process or service as the page shows it; `tone` is good, uncertain or bad."""

    title: str
    status: str
    tone: str
    age: str
    detail: str
    facts: list[tuple[str, str]] = field(default_factory=list)


def platform_parts() -> list[Part]:
    """Return the state of every part; a part that cannot be asked is down and takes nothing else with it."""
    state = health.report()
    beat = _beat()
    parts = [*state["parts"], *([] if beat is None else [beat])]
    return [_part(found, _facts(found["name"])) for found in parts]


def _beat() -> dict[str, Any] | None:
    try:
        age = beat_age()
    except RedisError:
        return None
    if age is None:
        return health.part("beat", "unknown", detail=_("Beat has not run yet."))
    silent = age > health.MISSED_HEARTBEATS * settings.HEARTBEAT_SECONDS
    return health.part("beat", "down" if silent else "ok", age, _("Beat is silent.") if silent else "")


def _part(found: dict[str, Any], facts: list[tuple[str, str]]) -> Part:
    kind, _separator, of = found["name"].partition(":")
    title = TITLES[kind]() + (f" {of}" if of else "")
    tone = "good" if found["status"] in GOOD else "uncertain" if found["status"] in UNCERTAIN else "bad"
    age = found["age_seconds"]
    return Part(title, found["status"], tone, "–" if age is None else _seconds(age), found["detail"], facts)


def _facts(part: str) -> list[tuple[str, str]]:
    kind, _separator, of = part.partition(":")
    try:
        match kind:
            case "database":
                return list(_database())
            case "redis":
                return list(_redis())
            case "celery":
                return list(_workers())
            case "engine":
                return list(_engine(of))
    except (DatabaseError, RedisError, OperationalError):
        return []
    return []


def _database() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_setting('server_version'), pg_database_size(current_database()),
                (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
                current_setting('max_connections'),
                (SELECT extract(epoch FROM max(now() - xact_start)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid())
            """
        )
        version, size, connections, most, oldest = cursor.fetchone()
    yield _("Version"), version
    yield _("Size"), filesizeformat(size)
    yield _("Connections"), _("%(present)s of %(most)s") % {"present": connections, "most": most}
    yield _("Oldest transaction"), _seconds(float(oldest or 0))


def _redis() -> Iterator[tuple[str, str]]:
    information: Any = redis_client().info()
    yield _("Version"), information["redis_version"]
    yield _("Memory"), information["used_memory_human"]
    yield _("Clients"), str(information["connected_clients"])
    length: Any = redis_client().xlen(name("ticks"))
    yield _("Ticks kept"), number_format(length, decimal_pos=0, force_grouping=True)


def _workers() -> Iterator[tuple[str, str]]:
    replies: list[dict[str, Any]] = app.control.ping(timeout=WORKERS_SECONDS) or []
    names = sorted(worker for reply in replies for worker in reply)
    yield _("Answering"), ", ".join(names) or _("none")


def _engine(shard: str) -> Iterator[tuple[str, str]]:
    newest: Any = redis_client().xrevrange(name("ticks"), count=1)
    for found in engine_shards():
        if found.name == shard:
            newest_ms = int(newest[0][0].decode().partition("-")[0]) if newest else found.tick_ms
            yield _("Behind the newest tick"), _seconds(max(newest_ms - found.tick_ms, 0) / 1000)
            yield (
                _("Newest tick worked through"),
                _("%(age)s ago") % {"age": _seconds(time.time() - found.tick_ms / 1000)},
            )


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return _("%(seconds)s s") % {"seconds": number_format(seconds, decimal_pos=1)}
    minutes = int(seconds) // 60
    if minutes < 120:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h") % {"hours": number_format(minutes // 60, decimal_pos=0, force_grouping=True)}
