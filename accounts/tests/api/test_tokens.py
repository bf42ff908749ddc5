import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import RefreshFamily, User
from accounts.tests.conftest import PASSWORD
from forexpro.core.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]
TOKEN, REFRESH, REVOKE = (f"/api/v1/auth/token{rest}" for rest in ("", "/refresh", "/revoke"))
PRIVATE = "/api/v1/accounts"


def post(path, body, **headers):
    return APIClient(enforce_csrf_checks=True).post(path, body, format="json", headers=headers)


def sign_in(email="owner@example.org", password=PASSWORD):
    return post(TOKEN, {"email": email, "password": password}, **{"User-Agent": "bot/1"})


def refresh(pair):
    return post(REFRESH, {"refresh": pair["refresh"]})


def status(access):
    return APIClient().get(PRIVATE, headers={"Authorization": f"Bearer {access}"}).status_code


def code(response):
    return response.status_code, response.json()["error"]["code"]


def test_the_addresses_are_those_of_the_contract():
    names = ("token", "token-refresh", "token-revoke")
    assert [reverse(f"accounts-api:{name}") for name in names] == [TOKEN, REFRESH, REVOKE]


def test_from_password_to_sign_out(cast, events):
    response = sign_in()
    pair = response.json()
    assert response.status_code == 200
    assert pair.keys() == {"access", "access_expires_at", "refresh", "refresh_expires_at"}
    assert pair["access_expires_at"].endswith("Z")
    assert status(pair["access"]) == 200
    assert events(cast["owner"].stream)[-1][0] == "user.tokens_issued"
    assert Event.objects.latest("id").actor == f"user:{cast['owner'].pk}"

    renewed = refresh(pair).json()
    assert status(renewed["access"]) == 200
    assert post(REVOKE, {"refresh": renewed["refresh"]}).status_code == 204
    assert status(pair["access"]) == status(renewed["access"]) == 401
    assert code(refresh(renewed)) == (401, "token_invalid")


def test_no_answer_with_tokens_is_kept_by_a_cache(cast):
    response = sign_in()
    assert "no-store" in response["Cache-Control"]
    assert "no-store" in refresh(response.json())["Cache-Control"]
    assert not response.cookies


def test_a_refresh_token_used_twice_signs_out(cast):
    pair = sign_in().json()
    renewed = refresh(pair).json()
    assert code(refresh(pair)) == (401, "refresh_token_reused")
    assert code(refresh(renewed)) == (401, "token_invalid")
    assert status(renewed["access"]) == 401


def test_wrong_credentials_are_refused_alike(cast):
    User.objects.filter(email="stranger@example.org").update(is_active=False)
    answers = [
        sign_in(password="wrong"),
        sign_in(email="nobody@example.org"),
        sign_in(email="stranger@example.org"),
    ]
    bodies = [answer.json()["error"] for answer in answers]
    for body in bodies:
        body.pop("request_id")
    assert [answer.status_code for answer in answers] == [400] * 3
    assert bodies == [bodies[0]] * 3
    assert bodies[0]["code"] == "credentials_invalid"
    assert not RefreshFamily.objects.exists()


def test_an_unverified_person_gets_no_tokens(person):
    person("ada@example.org", verified=False)
    assert code(sign_in("ada@example.org")) == (403, "email_not_verified")
    assert not RefreshFamily.objects.exists()


@pytest.mark.parametrize("path", [TOKEN, REFRESH, REVOKE])
@pytest.mark.parametrize(
    "body", [{}, {"refresh": None}, {"refresh": "x" * 2001, "email": "a", "password": "x" * 257}, []]
)
def test_what_is_malformed_is_refused(db, path, body):
    assert code(post(path, body)) == (400, "invalid_input")


@pytest.mark.parametrize("text", ["nonsense", "a.b.c", "ä.ö.ü"])
def test_what_is_no_refresh_token(db, text):
    refused = post(REFRESH, {"refresh": text})
    assert code(refused) == (401, "token_invalid")
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert post(REVOKE, {"refresh": text}).status_code == 204  # it is good for nothing already


# --- Two steps -----------------------------------------------------------------------------------
@pytest.fixture
def app(cast, with_app):
    return with_app(cast["owner"])


def with_code(given):
    return post(TOKEN, {"email": "owner@example.org", "password": PASSWORD, "code": given})


def test_two_steps_take_a_code_which_is_good_once(app, cast, events):
    assert code(sign_in()) == (403, "code_required")
    assert not RefreshFamily.objects.exists()
    given = app.code()
    assert with_code(given).status_code == 200
    assert code(with_code(given)) == (400, "code_invalid")
    assert RefreshFamily.objects.count() == 1
    assert "user.sign_in_failed" in [type for type, _payload in events(cast["owner"].stream)]


def test_a_code_does_not_help_a_wrong_password(app):
    wrong = post(TOKEN, {"email": "owner@example.org", "password": "wrong", "code": app.code()})
    assert code(wrong) == (400, "credentials_invalid")


def test_wrong_passwords_and_codes_lock_the_account_for_the_address(app, settings):
    settings.SIGN_IN_FAILURES_PER_ACCOUNT = 3
    answers = [sign_in(password="wrong"), with_code("000000"), sign_in(password="wrong")]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    locked = with_code(app.code())
    assert code(locked) == (429, "sign_in_locked")
    assert 0 < int(locked["Retry-After"]) <= 15 * 60
    assert not RefreshFamily.objects.exists()


def test_attempts_are_counted_by_address(cast, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous": "2/15m"}
    assert [sign_in(password="wrong").status_code for _ in range(3)] == [400, 400, 429]
    limited = sign_in()
    assert code(limited) == (429, "throttled")
    assert 0 < int(limited["Retry-After"]) <= 15 * 60
    assert not RefreshFamily.objects.exists()
