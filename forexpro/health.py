"""`GET /api/health`: whether the parts of this installation are alive, for people, load balancers and monitors."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forexpro.core.heartbeat import heartbeat_age
from forexpro.core.realtime.connections import redis_client
from marketdata.selectors import feed_statuses
from trading.selectors.engine import engine_shards

# A shard says every second how far it is.
ENGINE_SILENT_SECONDS = 15
# A worker that missed three heartbeats is not merely busy.
MISSED_HEARTBEATS = 3
UNREACHABLE = (DatabaseError, redis.RedisError)


class PartSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.CharField(help_text="ok, unknown or down; of a feed also connecting, live or delayed")
    age_seconds = serializers.FloatField(allow_null=True, help_text="since the part last gave a sign of life")
    detail = serializers.CharField()


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok", "degraded", "down"])
    time = serializers.DateTimeField()
    parts = PartSerializer(many=True)


def part(name: str, status: str, age_seconds: float | None = None, detail: str = "") -> dict[str, Any]:
    """Return one part's report."""
    return {
        "name": name,
        "status": status,
        "age_seconds": None if age_seconds is None else round(age_seconds, 3),
        "detail": detail,
    }


def database() -> list[dict[str, Any]]:
    """Report the database, asked just now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return [part("database", "ok", 0)]


def redis_server() -> list[dict[str, Any]]:
    """Report Redis, asked just now."""
    redis_client().ping()
    return [part("redis", "ok", 0)]


def celery() -> list[dict[str, Any]]:
    """Report the workers by the heartbeat that beat asks them for."""
    age = heartbeat_age()
    if age is None:
        return [part("celery", "unknown", detail="no worker has worked yet")]
    late = age > MISSED_HEARTBEATS * settings.HEARTBEAT_SECONDS
    return [part("celery", "down" if late else "ok", age, "workers or beat are silent" if late else "")]


def feeds() -> list[dict[str, Any]]:
    """Report every feed with the status it gave itself."""
    now = timezone.now()
    return [
        part(
            f"feed:{feed['name']}",
            feed["status"],
            (now - datetime.fromisoformat(feed["at"])).total_seconds(),
            feed["detail"],
        )
        for feed in feed_statuses()
    ] or [part("feeds", "unknown", detail="no feed has reported yet")]


def engine() -> list[dict[str, Any]]:
    """Report every shard of the engine by when it last said how far it is; none before an engine has ever run."""
    now = timezone.now()
    parts = []
    for shard in engine_shards():
        age = (now - shard.updated_at).total_seconds()
        silent = age > ENGINE_SILENT_SECONDS
        parts.append(
            part(f"engine:{shard.name}", "down" if silent else "ok", age, "the shard does not run" if silent else "")
        )
    return parts


def report() -> dict[str, Any]:
    """Return the state of all parts and of the whole: down without database or Redis, else degraded if a part is."""
    parts: list[dict[str, Any]] = []
    sources: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "database": database,
        "redis": redis_server,
        "celery": celery,
        "feeds": feeds,
        "engine": engine,
    }
    for name, source in sources.items():
        started = time.monotonic()
        try:
            parts += source()
        except UNREACHABLE:  # the reason may name hosts, and this page is open to everybody
            parts.append(part(name, "down", detail=f"no answer within {time.monotonic() - started:.1f} s"))
    states = {state["name"]: state["status"] for state in parts}
    if "down" in (states["database"], states["redis"]):
        status = "down"
    else:
        status = "ok" if set(states.values()) <= {"ok", "live"} else "degraded"
    return {"status": status, "time": timezone.now(), "parts": parts}


class HealthView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @extend_schema(
        operation_id="health",
        summary="State of database, Redis, task queue, feeds and engine",
        responses={200: HealthSerializer, 503: HealthSerializer},
        examples=[
            OpenApiExample(
                "All is well",
                value={
                    "status": "ok",
                    "time": "2026-01-05T09:30:00Z",
                    "parts": [
                        {"name": "database", "status": "ok", "age_seconds": 0, "detail": ""},
                        {"name": "redis", "status": "ok", "age_seconds": 0, "detail": ""},
                        {"name": "celery", "status": "ok", "age_seconds": 7.214, "detail": ""},
                        {"name": "feed:simulator", "status": "live", "age_seconds": 1.02, "detail": ""},
                        {"name": "engine:0/1", "status": "ok", "age_seconds": 0.47, "detail": ""},
                    ],
                },
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """Answer 200 while clients can be served, 503 when database or Redis are down."""
        state = report()
        return Response(state, status=503 if state["status"] == "down" else 200)
