import pytest
from django.test import AsyncClient, RequestFactory
from redis import ConnectionError, Redis

from forexpro.core.http import traffic as module
from forexpro.core.http.traffic import (
    BOUNDS_MS,
    KEPT_SECONDS,
    Minute,
    Traffic,
    TrafficMiddleware,
    percentile,
    traffic_of,
)
from forexpro.core.realtime.connections import name

MINUTE = 1_700_000_040  # the beginning of one


@pytest.fixture
def counters():
    return Traffic()


def test_requests_are_added_to_their_minutes_once_a_second(redis: Redis, counters):
    assert counters.count(status=200, seconds=0.004, now=MINUTE) != {}, "the first is added at once"
    counters = Traffic()
    counters.add(counters.count(status=200, seconds=0.004, now=MINUTE))
    assert counters.count(status=200, seconds=0.06, now=MINUTE + 0.5) == {}
    assert counters.count(status=503, seconds=70, now=MINUTE + 0.9) == {}
    counters.add(counters.count(status=404, seconds=0.06, now=MINUTE + 60))
    earlier, later = traffic_of(2, now=MINUTE + 61)
    assert earlier == Minute(MINUTE, requests=3, errors=1, ranges={5: 1, 100: 1, BOUNDS_MS[-1]: 1})
    assert later == Minute(MINUTE + 60, requests=1, errors=0, ranges={100: 1})


def test_minutes_are_forgotten(redis: Redis, counters):
    counters.add(counters.count(status=200, seconds=0.1, now=MINUTE))
    assert 0 < redis.ttl(name(f"traffic:{MINUTE}")) <= KEPT_SECONDS


def test_two_processes_count_together(redis: Redis):
    for counters in (Traffic(), Traffic()):
        counters.add(counters.count(status=200, seconds=0.1, now=MINUTE))
    assert traffic_of(1, now=MINUTE)[0].requests == 2


def test_while_redis_is_away_requests_go_on_and_it_is_tried_rarely(counters, monkeypatch, caplog):
    def away():
        raise ConnectionError("refused")

    monkeypatch.setattr(module, "redis_client", away)
    counters.add(counters.count(status=200, seconds=0.1, now=MINUTE))
    assert "requests are not counted" in caplog.text
    import time

    assert counters.count(status=200, seconds=0.1, now=time.time() + 5) == {}
    assert counters.count(status=200, seconds=0.1, now=time.time() + 11) != {}


@pytest.mark.parametrize(
    ("ranges", "percent", "expected"),
    [
        ({}, 95, None),
        ({5: 100}, 95, 5),
        ({5: 95, 500: 5}, 95, 5),
        ({5: 94, 500: 6}, 95, 500),
        ({5: 50, 100: 49, 10_000: 1}, 50, 5),
        ({5: 50, 100: 49, 10_000: 1}, 100, 10_000),
    ],
)
def test_percentiles_are_the_end_of_their_range(ranges, percent, expected):
    assert percentile([Minute(0, sum(ranges.values()), 0, ranges)], percent) == expected


@pytest.fixture
def counted(monkeypatch):
    """The (status) of every request that the middleware counts."""
    statuses = []
    monkeypatch.setattr(module.traffic, "count", lambda *, status, seconds: statuses.append(status) or {})
    return statuses


def test_every_answer_is_counted(client, counted):
    client.get("/api/schema/nothing")
    client.get("/sign-in")
    assert counted == [404, 200]


async def test_every_answer_of_an_asgi_server_is_counted(counted, redis):
    assert (await AsyncClient().get("/nothing")).status_code == 404
    assert counted == [404]


async def test_a_coroutine_is_counted_when_it_is_done(counted):
    from django.http import HttpResponse

    async def view(request):
        return HttpResponse(status=418)

    assert (await TrafficMiddleware(view)(RequestFactory().get("/"))).status_code == 418
    assert counted == [418]
