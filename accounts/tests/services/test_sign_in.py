import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import RequestFactory

from accounts.models import User
from accounts.services.sign_in import user_authenticate, user_sign_in, user_sign_out
from accounts.tests.conftest import PASSWORD
from forexpro.core.http.sessions import SessionStore
from forexpro.core.models import Event
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db
PROGRAM = "Browser/1 " * 100


@pytest.fixture
def visit():
    request = RequestFactory().post("/sign-in", REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT=PROGRAM)
    request.session = SessionStore()
    request.session["language"] = "en"
    request.session.save()
    request.user = AnonymousUser()
    return request


def refusal(visit, email, password):
    with pytest.raises(Refused) as refused:
        user_authenticate(request=visit, email=email, password=password)
    return refused.value


def test_signs_in_under_a_new_session_key(visit, person, events):
    user = person("ada@example.org")
    before = visit.session.session_key
    assert user_authenticate(request=visit, email=" ADA@example.org", password=PASSWORD) == user
    user_sign_in(request=visit, user=user)
    assert visit.session.session_key != before
    assert visit.user == user
    type, payload = events(user.stream)[-1]
    assert type == "user.signed_in"
    assert len(payload["user_agent"]) == 300
    assert Event.objects.get(type="user.signed_in").actor == user.stream


def test_unknown_wrong_and_suspended_are_refused_alike(visit, person, events):
    user = person("ada@example.org")
    suspended = person("bob@example.org")
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    refusals = [
        refusal(visit, "ada@example.org", "wrong"),
        refusal(visit, "nobody@example.org", PASSWORD),
        refusal(visit, "bob@example.org", PASSWORD),
    ]
    assert {(it.code, it.message, it.http_status, str(it.details)) for it in refusals} == {
        (refusals[0].code, refusals[0].message, 400, "{}")
    }
    program = {"user_agent": PROGRAM[:300]}
    assert events(user.stream)[-1] == ("user.sign_in_failed", {"reason": "wrong_password"} | program)
    assert events(suspended.stream)[-1] == ("user.sign_in_failed", {"reason": "suspended"} | program)
    assert events("address:203.0.113.9") == [("visitor.sign_in_failed", {"reason": "unknown_account"} | program)]


def test_every_attempt_costs_one_password_hash_and_the_same_queries(visit, person, hashes, django_assert_num_queries):
    """Durations follow from the work, and the work is the same whoever asks."""
    person("ada@example.org")
    refusal(visit, "ada@example.org", "warms up the stream")
    refusal(visit, "nobody@example.org", "warms up the stream")
    hashes.clear()
    with django_assert_num_queries(11) as known:
        refusal(visit, "ada@example.org", "wrong")
    with django_assert_num_queries(11) as unknown:
        refusal(visit, "nobody@example.org", "wrong")
    assert hashes == ["verify", "encode"]
    assert [query["sql"].split()[0] for query in known] == [query["sql"].split()[0] for query in unknown]


def test_an_unverified_person_is_told_what_to_do_only_with_the_right_password(visit, person):
    person("ada@example.org", verified=False)
    told = refusal(visit, "ada@example.org", PASSWORD)
    assert (told.code, told.http_status) == ("email_not_verified", 403)
    assert refusal(visit, "ada@example.org", "wrong").code == "credentials_invalid"


def test_no_typed_password_or_unknown_address_reaches_the_log(visit, person):
    person("ada@example.org")
    refusal(visit, "ada@example.org", "s3cret-typed")
    refusal(visit, "typed-into-the-wrong-field", "s3cret-typed")
    assert not any(
        secret in str(payload)
        for payload in Event.objects.values_list("payload", flat=True)
        for secret in ("s3cret-typed", "typed-into-the-wrong-field")
    )


def test_signing_out_ends_the_session_on_the_server(visit, person, events):
    user = person("ada@example.org")
    user_sign_in(request=visit, user=user)
    visit.session.save()
    key = visit.session.session_key
    user_sign_out(request=visit)
    assert not Session.objects.filter(session_key=key).exists()
    assert events(user.stream)[-1] == ("user.signed_out", {"user_agent": PROGRAM[:300]})
