import re
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import KnownDevice, TotpDevice, User
from accounts.services.sign_in import PENDING_SECONDS
from accounts.tests.conftest import BACKUP, OWN_BROWSER, PASSWORD

pytestmark = pytest.mark.django_db
URL = "/sign-in/code"


@pytest.fixture
def app(cast, with_app):
    return with_app(cast["owner"])


def give_password(client, email="owner@example.org", **more):
    return client.post("/sign-in", {"email": email, "password": PASSWORD, **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_the_password_alone_signs_nobody_in(client, app):
    response = give_password(client, next="/profile")
    assert response.url == "/sign-in/code?next=%2Fprofile"
    assert not is_signed_in(client)
    for page in ("/profile", "/security", "/password/change", "/security/two-step", "/confirm"):
        assert client.get(page).url.startswith("/sign-in?next=")
    assert client.get("/api/v1/accounts").status_code in (401, 403)


def test_the_code_signs_in_and_goes_on(client, app, events, cast):
    give_password(client)
    page = client.get(f"{URL}?next=/profile").content.decode()
    assert '<input type="hidden" name="next" value="/profile">' in page
    assert 'autocomplete="one-time-code"' in page
    before = client.session.session_key
    response = client.post(URL, {"code": app.code(), "next": "/profile"})
    assert response.url == "/profile"
    assert is_signed_in(client)
    assert client.session.session_key != before
    assert "pending_sign_in" not in client.session
    assert events(cast["owner"].stream)[-1][0] == "user.signed_in"


def test_never_goes_on_to_another_site(client, app):
    assert give_password(client, next="https://evil.example/").url == URL
    assert client.post(URL, {"code": app.code(), "next": "//evil.example"}).url == "/"


def test_a_backup_code_does_instead(client, app):
    give_password(client)
    page = client.get(f"{URL}?by=backup").content.decode()
    assert "Backup code" in page
    wrong = client.post(f"{URL}?by=backup", {"code": "5abcd-efghj"})
    # Backup codes do not change by themselves: there is nothing to wait for.
    assert wrong.context["form"].errors == {
        "code": ["This backup code is not valid, or it was used already. Enter another one."]
    }
    client.post(f"{URL}?by=backup", {"code": BACKUP})
    assert is_signed_in(client)


def test_a_wrong_code_is_explained_beside_its_field(client, app):
    client.cookies["device"] = OWN_BROWSER
    give_password(client)
    response = client.post(URL, {"code": "000000"})
    assert response.status_code == 422
    assert "code" in response.context["form"].errors
    assert not is_signed_in(client)
    assert client.post(URL, {"code": app.code()}).status_code == 302
    assert is_signed_in(client)


def test_too_many_wrong_codes_lock_out(client, app):
    client.cookies["device"] = OWN_BROWSER
    give_password(client)
    answers = [client.post(URL, {"code": "000000"}) for _number in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 900
    assert client.post(URL, {"code": app.code()}).status_code == 429
    assert give_password(Client()).status_code == 429
    assert not is_signed_in(client)


def test_without_the_password_there_is_no_code_page(client, app):
    for answer in (client.get(URL), client.post(URL, {"code": app.code()})):
        assert answer.url == "/sign-in"
    assert not is_signed_in(client)


def test_the_password_waits_five_minutes(client, app, monkeypatch):
    give_password(client)
    later = time.time() + PENDING_SECONDS
    monkeypatch.setattr("accounts.services.sign_in.time", lambda: later)
    assert client.post(URL, {"code": app.code()}).url == "/sign-in"
    assert not is_signed_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}], ids=["suspended", "new password"])
def test_who_may_not_sign_in_any_more_does_not(client, app, cast, change):
    give_password(client)
    if "password" in change:
        change = {"password": make_password(change["password"])}
    User.objects.filter(pk=cast["owner"].pk).update(**change)
    assert client.post(URL, {"code": app.code()}).url == "/sign-in"
    assert not is_signed_in(client)


def test_a_reset_password_does_not_replace_the_code(client, app, committing):
    with committing():
        client.post("/password/reset", {"email": "owner@example.org"})
    path = re.search(r"http\S+?(/password/reset/\S+)", mail.outbox[-1].body)[1]
    client.post(path, {"new_password": "quiet-River-58-stone"})
    assert not is_signed_in(client)
    response = client.post("/sign-in", {"email": "owner@example.org", "password": "quiet-River-58-stone"})
    assert response.url == URL
    assert not is_signed_in(client)


def test_a_browser_is_known_after_the_code_and_not_before(client, app):
    give_password(client)
    assert "device" not in client.cookies
    client.post(URL, {"code": app.code()})
    cookie = client.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert KnownDevice.objects.count() == 2


def test_strangers_are_told_to_wait(client, app):
    TotpDevice.objects.update(
        throttling_failure_count=10, throttling_failure_timestamp=timezone.now() - timedelta(seconds=12)
    )
    give_password(client)
    response = client.post(URL, {"code": app.code()})
    assert response.status_code == 429
    assert response["Retry-After"] == "500"


def test_who_is_signed_in_goes_on(as_):
    assert as_("owner").get(URL).url == "/"
