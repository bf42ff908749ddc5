import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from forexpro.core.http.middleware import current_request_id
from forexpro.core.http.origin import client_ip, request_origin


def request(remote="198.51.100.7", forwarded=None):
    extra = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        extra["HTTP_X_FORWARDED_FOR"] = forwarded
    return RequestFactory().get("/", **extra)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "198.51.100.7"),
        (0, "203.0.113.9", "198.51.100.7"),  # nobody in front: the header is the caller's own invention
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.1.1.1, 203.0.113.9", "203.0.113.9"),  # the caller sent "10.1.1.1", the proxy appended the truth
        (2, "10.1.1.1, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "nonsense", None),
        (1, None, "198.51.100.7"),
    ],
)
def test_client_ip_counts_the_trusted_proxies(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    assert client_ip(request(forwarded=forwarded)) == expected


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
    ],
)
def test_client_ip_is_canonical(settings, remote, expected):
    settings.TRUSTED_PROXIES = 0
    assert client_ip(request(remote)) == expected


def test_origin_names_visitor_user_and_staff(django_user_model):
    visit = request()
    visit.user = AnonymousUser()
    current_request_id.set("request-1")
    assert request_origin(visit).actor == "visitor"
    assert request_origin(visit).request_id == "request-1"

    visit.user = django_user_model(pk=5)
    assert request_origin(visit).actor == "user:5"
    visit.user = django_user_model(pk=6, is_staff=True)
    assert request_origin(visit).actor == "staff:6"
