"""What pages of other sites may do here: nothing, unless they are on the list, and never with our cookies."""

import pytest
from django.test import Client

from accounts.models import User

ALLOWED, OTHER = "https://shop.example.com", "https://elsewhere.example"
PATHS = ["/api/v1/accounts", "/market/symbols", "/udf/config"]


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]


def preflight(path, origin, method="POST", headers="authorization,idempotency-key,x-api-key"):
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_page_on_the_list_may_call_the_api(path):
    answer = preflight(path, ALLOWED)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ALLOWED
    assert "POST" in answer["Access-Control-Allow-Methods"]
    offered = {name.strip() for name in answer["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "x-api-key", "idempotency-key", "x-request-id"} <= offered


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        *((path, OTHER) for path in PATHS),
        *((path, "null") for path in PATHS),
        ("/api/v1/accounts", ALLOWED.replace("https", "http")),
        ("/api/v1/accounts", ALLOWED + ".elsewhere.example"),
        ("/sign-in", ALLOWED),
        ("/admin/", ALLOWED),
        ("/apical", ALLOWED),
    ],
)
def test_nobody_else_and_no_page_of_ours_is_opened(path, origin):
    assert "Access-Control-Allow-Origin" not in preflight(path, origin)


@pytest.mark.django_db
def test_no_cookie_goes_along(settings):
    answers = [preflight("/market/symbols", ALLOWED), Client().get("/market/symbols", headers={"Origin": ALLOWED})]
    assert [answer["Access-Control-Allow-Origin"] for answer in answers] == [ALLOWED] * 2
    assert not any("Access-Control-Allow-Credentials" in answer for answer in answers)
    assert set(answers[1]["Access-Control-Expose-Headers"].split(", ")) == {"Retry-After", "X-Request-ID"}


def test_without_a_list_there_is_nobody(settings):
    settings.CORS_ALLOWED_ORIGINS = []
    assert "Access-Control-Allow-Origin" not in preflight("/market/symbols", ALLOWED)


@pytest.mark.django_db
def test_being_on_the_list_is_no_csrf_token():
    person = User.objects.create_user("ada@example.org", "a long password", full_name="Ada")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    answer = browser.post("/api/v1/accounts/1/orders", headers={"Origin": ALLOWED})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"
