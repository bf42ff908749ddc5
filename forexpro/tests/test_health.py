from datetime import timedelta

import orjson
import pytest
import redis
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from forexpro import health
from forexpro.core.realtime.connections import name, redis_client
from forexpro.core.tasks import record_heartbeat

pytestmark = pytest.mark.django_db


def parts(client: Client) -> tuple[int, str, dict[str, dict[str, object]]]:
    response = client.get("/api/health")
    body = response.json()
    return response.status_code, body["status"], {part.pop("name"): part for part in body["parts"]}


def report_feed(status: str) -> None:
    feed = {"name": "simulator", "status": status, "detail": "all symbols", "at": timezone.now().isoformat()}
    redis_client().hset(name("feeds"), "simulator", orjson.dumps(feed))


def test_anybody_learns_that_all_is_well(client: Client) -> None:
    record_heartbeat()
    report_feed("live")

    status_code, status, found = parts(client)

    assert (status_code, status) == (200, "ok")
    assert set(found) == {"database", "redis", "celery", "feed:simulator"}
    assert found["feed:simulator"]["detail"] == "all symbols"
    assert all(isinstance(part["age_seconds"], int | float) for part in found.values())


def test_a_fresh_installation_does_not_know_yet(client: Client) -> None:
    status_code, status, found = parts(client)

    assert (status_code, status) == (200, "degraded")
    assert found["celery"]["status"] == "unknown"
    assert found["feeds"]["status"] == "unknown"


def test_silent_workers_are_down(client: Client) -> None:
    redis_client().set(name("heartbeat"), (timezone.now() - timedelta(minutes=5)).isoformat())

    _, status, found = parts(client)

    assert status == "degraded"
    assert found["celery"]["status"] == "down"
    assert float(str(found["celery"]["age_seconds"])) == pytest.approx(300, abs=30)


def test_a_feed_that_is_down_degrades_the_whole(client: Client) -> None:
    record_heartbeat()
    report_feed("down")

    assert parts(client)[:2] == (200, "degraded")


@pytest.mark.parametrize("error", [redis.ConnectionError("redis.internal refused"), redis.TimeoutError()])
def test_without_redis_the_whole_is_down_and_names_no_host(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Gone:
        def __getattr__(self, command: str) -> object:
            def fail(*arguments: object) -> None:
                raise error

            return fail

    for module in ("forexpro.health", "forexpro.core.heartbeat", "marketdata.selectors.quotes"):
        monkeypatch.setattr(f"{module}.redis_client", lambda: Gone())

    status_code, status, found = parts(client)

    assert (status_code, status) == (503, "down")
    assert found["database"]["status"] == "ok"
    assert {found[part]["status"] for part in ("redis", "celery", "feeds")} == {"down"}
    assert "internal" not in str(found)


def test_without_a_database_the_whole_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("db.internal refused")

    monkeypatch.setattr(health.connection, "cursor", fail)

    status_code, status, found = parts(client)

    assert (status_code, status) == (503, "down")
    assert found["redis"]["status"] == "ok"
    assert "internal" not in str(found)
