import time

import pytest
import redis
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from forexpro.core.http.throttles import AnonymousThrottle, Limit, UserThrottle, take
from forexpro.core.realtime.connections import name, redis_client

pytestmark = pytest.mark.usefixtures("redis")


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = {"anonymous": "1/h", "user": "2/15m"}


def request(user=None, address="203.0.113.5"):
    made = Request(APIRequestFactory().get("/", REMOTE_ADDR=address))
    made.user = user or AnonymousUser()
    return made


def allowed(throttle, made):
    return throttle().allow_request(made, view=None)


def test_people_are_counted_apart(django_user_model):
    first, second = django_user_model(pk=1), django_user_model(pk=2)
    assert [allowed(UserThrottle, request(first)) for _ in range(3)] == [True, True, False]
    assert allowed(UserThrottle, request(second))
    assert allowed(AnonymousThrottle, request(first))


def test_visitors_are_counted_by_address(settings):
    settings.TRUSTED_PROXIES = 0
    assert [allowed(AnonymousThrottle, request()) for _ in range(2)] == [True, False]
    assert allowed(AnonymousThrottle, request(address="203.0.113.6"))
    assert allowed(UserThrottle, request())


def test_no_rate_is_no_limit(settings):
    settings.RATE_LIMITS = {"anonymous": ""}
    assert all(allowed(AnonymousThrottle, request()) for _ in range(5))


def test_nobody_is_locked_out_while_redis_is_away(monkeypatch):
    def away(*arguments, **options):
        raise redis.ConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr(redis.Redis, "execute_command", away)
        assert all(allowed(AnonymousThrottle, request()) for _ in range(3))


@pytest.mark.parametrize("rate", ["100", "100/fortnight", "-1/m", "x/s"])
def test_what_is_no_rate_is_refused(settings, rate):
    settings.RATE_LIMITS = {"anonymous": rate}
    with pytest.raises(ValueError, match="is not a rate such as 600/15m"):
        allowed(AnonymousThrottle, request())


def test_limits_of_a_request_are_counted_together_or_not_at_all():
    wide, narrow = Limit("wide", 3, 60), Limit("narrow", 1, 60)
    assert take([wide, narrow]) is None
    assert 59 < take([wide, narrow]) <= 60
    assert [take([wide]) is None for _ in range(3)] == [True, True, False]


def test_a_window_slides():
    now_ms = int(time.time() * 1000)
    redis_client().rpush(name("throttle", "sliding"), now_ms - 30_000, now_ms - 70_000)
    assert take([Limit("sliding", 2, 60)]) is None
    assert 0 < take([Limit("sliding", 2, 60)]) <= 30


def test_no_request_at_all_can_be_allowed():
    assert take([Limit("none", 0, 60)]) == 60


def test_however_many_limits_cost_one_round_trip(monkeypatch):
    take([Limit("first", 5, 60)])  # teaches Redis the script
    sent = []
    execute = redis.Redis.execute_command

    def counting(client, *arguments, **options):
        sent.append(arguments[0])
        return execute(client, *arguments, **options)

    monkeypatch.setattr(redis.Redis, "execute_command", counting)
    take([Limit("first", 5, 60), Limit("second", 5, 60), Limit("third", 5, 60)])
    assert sent == ["EVALSHA"]
