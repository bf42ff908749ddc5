import pytest
import redis
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from forexpro.core.http.throttles import AnonymousThrottle, UserThrottle

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

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(AnonymousThrottle, "cache", cache)
    assert all(allowed(AnonymousThrottle, request()) for _ in range(3))


@pytest.mark.parametrize("rate", ["100", "100/fortnight", "-1/m", "x/s"])
def test_what_is_no_rate_is_refused(settings, rate):
    settings.RATE_LIMITS = {"anonymous": rate}
    with pytest.raises(ValueError, match="is not a rate such as 600/15m"):
        AnonymousThrottle()
