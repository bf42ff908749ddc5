from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import SignedInSession, User
from accounts.services.staff import user_suspend
from accounts.tests.conftest import ORIGIN, PASSWORD
from forexpro.core.realtime.sessions import SessionViewer, still_signed_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def sign_in(cast):
    """Return what signs somebody in by the page, from a device of their own."""

    def client(who="owner", user_agent=FIREFOX, ip="203.0.113.9"):
        client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=ip)
        client.post("/sign-in", {"email": cast[who].email, "password": PASSWORD})
        return client

    return client


def listed(client):
    return [row["device"] for row in client.get("/security").context["sessions"]]


def is_signed_in(client):
    return client.get("/security").status_code == 200


def test_lists_ones_own_sessions_with_device_address_and_times(sign_in):
    here, phone = sign_in(), sign_in(user_agent=PHONE, ip="2001:db8::7")
    sign_in("stranger", user_agent="curl/8.5")
    response = here.get("/security")
    rows = response.context["sessions"]
    assert [(row["device"], row["signed_in"].ip, row["is_this"]) for row in rows] == [
        ("Mobile Safari on iOS", "2001:db8::7", False),
        ("Firefox on Windows", "203.0.113.9", True),
    ]
    page = response.content.decode()
    assert "This one" in page
    for client in (here, phone):
        assert client.session.session_key not in page, "the key of a session is as good as its password"


def test_ends_one(sign_in, cast, events):
    here, phone = sign_in(), sign_in(user_agent=PHONE, ip="198.51.100.7")
    sockets = [SessionViewer(client.session.session_key, cast["owner"].pk) for client in (here, phone)]
    assert still_signed_in(sockets) == set(sockets)
    row = SignedInSession.objects.get(session_id=phone.session.session_key)
    assert here.post(f"/security/sessions/{row.pk}/end").url == "/security"
    assert still_signed_in(sockets) == {sockets[0]}, "its sockets close: the event has them looked at"
    assert is_signed_in(here)
    assert not is_signed_in(phone)
    type, payload = events(cast["owner"].stream)[-1]
    assert type == "user.sessions_ended"
    assert (payload["program"], payload["address"], payload["sessions"]) == (PHONE, "198.51.100.7", 1)


def test_ends_all_others(sign_in, cast, events):
    here, others = sign_in(), [sign_in(), sign_in()]
    stranger = sign_in("stranger")
    assert here.post("/security/sessions/end").url == "/security"
    assert is_signed_in(here)
    assert is_signed_in(stranger)
    assert not any(is_signed_in(other) for other in others)
    assert events(cast["owner"].stream)[-1] == ("user.sessions_ended", {"sessions": 2, "user_agent": FIREFOX})
    assert listed(here) == ["Firefox on Windows"]


@pytest.mark.parametrize("who", ["stranger", "super_admin"])
def test_nobody_ends_another_ones_session(sign_in, cast, events, who):
    owner, other = sign_in(), sign_in(who)
    row = SignedInSession.objects.get(session_id=owner.session.session_key)
    recorded = len(events(cast["owner"].stream))
    other.post(f"/security/sessions/{row.pk}/end")
    other.post("/security/sessions/end", {"user": cast["owner"].pk})
    assert is_signed_in(owner)
    assert len(events(cast["owner"].stream)) == recorded
    assert "has ended already" in other.get("/security").content.decode()


@pytest.mark.parametrize("url", ["/security/sessions/end", "/security/sessions/1/end"])
def test_ending_takes_a_post_of_somebody(client, sign_in, url):
    assert client.post(url).url == f"/sign-in?next={url}"
    assert sign_in().get(url).status_code == 405


def test_signing_out_takes_the_row_with_it(sign_in):
    client = sign_in()
    client.post("/sign-out")
    assert not SignedInSession.objects.exists()


def test_a_new_password_ends_the_others_and_keeps_this_one(sign_in):
    here, phone = sign_in(), sign_in(user_agent=PHONE)
    signed_in_at = SignedInSession.objects.get(session_id=here.session.session_key).signed_in_at
    key = here.session.session_key
    here.post("/password/change", {"old_password": PASSWORD, "new_password": "quiet-River-58-stone"})
    assert here.session.session_key != key
    assert not is_signed_in(phone)
    assert listed(here) == ["Firefox on Windows"]
    assert SignedInSession.objects.get().signed_in_at == signed_in_at


def test_a_suspended_person_has_no_sessions_even_when_activated_again(sign_in, cast):
    client = sign_in()
    user_suspend(actor=cast["super_admin"], user_id=cast["owner"].pk, reason="Check", origin=ORIGIN)
    assert not SignedInSession.objects.filter(user=cast["owner"]).exists()
    User.objects.filter(pk=cast["owner"].pk).update(is_active=True)
    assert not is_signed_in(client)


def test_expired_sessions_are_not_listed(sign_in):
    here, phone = sign_in(), sign_in(user_agent=PHONE)
    Session.objects.filter(pk=phone.session.session_key).update(expire_date=timezone.now())
    assert listed(here) == ["Firefox on Windows"]


# --- Limits and last seen -----------------------------------------------------------------------
def unused_for(client, **time):
    """Let the session of a client be unused for a while."""
    key = client.session.session_key
    Session.objects.filter(pk=key).update(expire_date=F("expire_date") - timedelta(**time))
    SignedInSession.objects.filter(session_id=key).update(last_seen_at=F("last_seen_at") - timedelta(**time))
    return SignedInSession.objects.get(session_id=key)


def test_use_is_written_down_every_few_minutes_only(sign_in, django_assert_num_queries):
    client = sign_in()
    before = unused_for(client, minutes=4)
    client.get("/profile")
    before.refresh_from_db()
    assert timezone.now() - before.last_seen_at > timedelta(minutes=4)

    before = unused_for(client, minutes=2)
    client.get("/profile", REMOTE_ADDR="198.51.100.7")
    after = SignedInSession.objects.get(pk=before.pk)
    assert timezone.now() - after.last_seen_at < timedelta(minutes=1)
    assert (before.ip, after.ip) == ("203.0.113.9", "198.51.100.7")


def test_a_page_costs_no_query_more_for_it(sign_in, django_assert_num_queries):
    client = sign_in()
    with django_assert_num_queries(2):  # the session and its person
        client.get("/profile")


def test_a_session_that_nobody_uses_ends(sign_in):
    client = sign_in()
    unused_for(client, hours=11)
    assert is_signed_in(client)
    unused_for(client, hours=11)
    assert is_signed_in(client), "it was used in between"
    unused_for(client, hours=13)
    assert not is_signed_in(client)


def test_a_session_ends_however_much_it_is_used(sign_in, settings):
    client = sign_in()
    session = client.session
    session["signed_in_at"] -= settings.SESSION_COOKIE_AGE - 60
    session.save()
    assert is_signed_in(client)
    session["signed_in_at"] -= 60
    session.save()
    assert not is_signed_in(client)


def test_the_page_of_somebody_without_history_says_so(as_):
    page = as_("owner").get("/security").content.decode()
    assert "No session is listed" in page


def test_shows_what_happened_but_not_what_staff_noted(sign_in, cast, person):
    Client().post("/sign-in", {"email": "owner@example.org", "password": "wrong"})
    user_suspend(actor=cast["super_admin"], user_id=cast["owner"].pk, reason="Smells of fraud", origin=ORIGIN)
    User.objects.filter(pk=cast["owner"].pk).update(is_active=True)
    page = sign_in().get("/security").content.decode()
    assert "Sign-in failed: the password was wrong." in page
    assert "Signed in with Firefox on Windows." in page
    assert "From 203.0.113.9" in page
    assert "fraud" not in page


def test_visitors_sign_in_first(client):
    assert client.get("/security").url == "/sign-in?next=/security"


def test_the_page_takes_as_many_queries_for_many_sessions(sign_in, django_assert_num_queries):
    clients = [sign_in() for _number in range(6)]
    with django_assert_num_queries(9):
        clients[0].get("/security")
