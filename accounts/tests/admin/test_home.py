from datetime import timedelta

import orjson
import pytest
from django.utils import timezone
from redis import ConnectionError

from accounts.models import User
from forexpro.core.models import EventVerification
from forexpro.core.realtime.connections import name

pytestmark = pytest.mark.django_db


def titles(client):
    return [item.title for item in client.get("/admin/").context["attention"]]


def test_staff_see_what_needs_doing_urgent_things_first(as_, person):
    person("waiting@example.org", verified=False)
    client = as_("admin")
    assert titles(client) == [
        "The event log has not been verified yet",
        "Registered, address not verified",
        "New registrations",
    ]
    verification = EventVerification.objects.create(
        started_at=timezone.now(), streams=1, events=1, anchors=0, faulty_streams=2, faults=[{"stream": "a", "seq": 1}]
    )
    assert titles(client)[0] == "The event log was altered"
    assert "2 streams are faulty" in client.get("/admin/").content.decode()
    verification.delete()


@pytest.mark.parametrize(("age", "due"), [(timedelta(hours=1), False), (timedelta(hours=26), True)])
def test_a_night_without_verification_shows(as_, age, due):
    EventVerification.objects.create(
        started_at=timezone.now() - age,
        finished_at=timezone.now() - age,
        streams=1,
        events=1,
        anchors=0,
        faulty_streams=0,
    )
    assert ("The event log was not verified last night" in titles(as_("admin"))) == due


def test_old_news_is_no_news(as_, cast):
    EventVerification.objects.create(started_at=timezone.now(), streams=1, events=1, anchors=0, faulty_streams=0)
    User.objects.update(date_joined=timezone.now() - timedelta(days=8))
    client = as_("admin")
    assert titles(client) == []
    assert "Nothing waits for you." in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("who", "status"), [("back_office", 200), ("admin", 200), ("super_admin", 200)])
def test_staff_may_enter(as_, who, status):
    assert as_(who).get("/admin/").status_code == status


def test_a_trader_is_refused_and_not_sent_in_circles(as_):
    client = as_("owner")
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert response.redirect_chain == [("/admin/login/?next=/admin/", 302)]


def test_visitors_sign_in_on_the_products_own_page(client, cast):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1] == ("/sign-in?next=/admin/", 302)
    assert client.post("/admin/login/", {"username": "admin@example.org", "password": "x"}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_signing_out_of_the_back_office_is_recorded(as_, cast, events):
    client = as_("admin")
    assert client.get("/admin/logout/").status_code == 405
    assert client.post("/admin/logout/").url == "/sign-in"
    assert events(cast["admin"].stream)[-1] == ("user.signed_out", {})


def test_the_policy_of_the_back_office_stays_there(as_):
    client = as_("admin")
    admin_policy = client.get("/admin/")["Content-Security-Policy"]
    page_policy = client.get("/profile")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in admin_policy
    assert "unsafe" not in page_policy
    assert "unsafe-inline" not in admin_policy.split("script-src")[1].split(";")[0]


def test_a_feed_that_is_not_live_is_shown_and_one_that_is_down_is_urgent(as_, cast, redis):
    report = {"detail": "no answer for 30 s", "at": timezone.now().isoformat()}
    for feed, status in (("a", "live"), ("b", "delayed"), ("c", "down")):
        redis.hset(name("feeds"), feed, orjson.dumps({"name": feed, "status": status, **report}))
    found = titles(as_("super_admin"))
    assert found[0] == "Feed c is down"
    assert "Feed b is delayed" in found
    assert not any("Feed a" in title for title in found)
    cast["back_office"].groups.clear()
    assert titles(as_("back_office")) == []


def test_the_home_page_says_when_redis_is_away(as_, monkeypatch):
    def away():
        raise ConnectionError("refused")

    monkeypatch.setattr("forexpro.home.feed_statuses", away)
    assert titles(as_("super_admin"))[0] == "Redis does not answer"
