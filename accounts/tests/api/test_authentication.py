"""Session, token or key: who the API takes a caller for, and what it says to those it does not know."""

from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from accounts.models import ApiKey, Scope
from accounts.services.api_keys import api_key_create
from accounts.services.tokens import tokens_issue
from accounts.tests.conftest import ORIGIN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]
PRIVATE = "/api/v1/accounts"
FOREIGN_KEY = "fpk_00000000_" + "x" * 43


class Everything(APIView):
    """An operation of each kind, with what a view gets without saying anything."""

    def get(self, request):
        return Response({"person": request.user.email})

    def post(self, request):
        return Response({"person": request.user.email})


class Preview(Everything):
    required_scope = Scope.READ


class Money(Everything):
    changing_scope = Scope.FUNDING


class Papers(Everything):
    changing_scope = None


def call(method="get", view=Everything, address="203.0.113.9", **headers):
    request = getattr(APIRequestFactory(), method)("/", {}, format="json", headers=headers, REMOTE_ADDR=address)
    response = view.as_view()(request)
    response.render()
    return response


def code(response):
    return response.status_code, response.data["error"]["code"]


@pytest.fixture
def access(cast):
    return tokens_issue(user=cast["owner"], origin=ORIGIN).access


@pytest.fixture
def make_key(cast):
    def make(*scopes, networks=()):
        key, text = api_key_create(
            owner_id=cast["owner"].pk,
            name=f"Bot {ApiKey.objects.count()}",
            scopes=scopes,
            lifetime=timedelta(days=30),
            networks=networks,
            origin=ORIGIN,
        )
        return key, text

    return make


def test_a_token_may_do_what_its_owner_may(access):
    for method in ("get", "post"):
        assert call(method, Authorization=f"Bearer {access}").data == {"person": "owner@example.org"}


@pytest.mark.parametrize(
    ("scopes", "view", "may"),
    [
        ([Scope.READ], Everything, {"get"}),
        ([Scope.TRADE], Everything, {"post"}),
        ([Scope.READ, Scope.TRADE], Everything, {"get", "post"}),
        ([Scope.READ], Preview, {"get", "post"}),
        ([Scope.TRADE], Preview, set()),
        ([Scope.READ, Scope.TRADE], Money, {"get"}),
        ([Scope.FUNDING], Money, {"post"}),
        ([Scope.FUNDING], Everything, set()),
    ],
)
def test_a_key_may_do_what_it_was_made_for(make_key, scopes, view, may):
    _key, text = make_key(*scopes)
    for method in ("get", "post"):
        response = call(method, view, **{"X-API-Key": text})
        if method in may:
            assert response.data == {"person": "owner@example.org"}
        else:
            assert code(response) == (403, "scope_missing")
            needed = "read" if view is Preview or method == "get" else getattr(view, "changing_scope", "trade")
            assert response.data["error"]["details"] == {"scope": needed}


def test_some_things_no_key_does_whatever_its_scopes(make_key, access):
    _key, text = make_key(*Scope)
    assert call("get", Papers, **{"X-API-Key": text}).status_code == 200
    assert code(call("post", Papers, **{"X-API-Key": text})) == (403, "api_key_not_enough")
    assert call("post", Papers, Authorization=f"Bearer {access}").status_code == 200


def test_refusals_of_keys_and_tokens_have_their_codes(make_key, access):
    _key, bound = make_key(Scope.READ, networks=["198.51.100.0/24"])
    expired, text = make_key(Scope.READ)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
    assert code(call(**{"X-API-Key": FOREIGN_KEY})) == (401, "api_key_invalid")
    assert code(call(**{"X-API-Key": text})) == (401, "api_key_expired")
    assert code(call(**{"X-API-Key": bound})) == (403, "address_not_allowed")
    assert call(address="198.51.100.7", **{"X-API-Key": bound}).status_code == 200
    assert code(call(Authorization=f"Bearer {access}x")) == (401, "token_invalid")
    assert code(call()) == (401, "not_authenticated")


def test_401_says_what_to_show(access):
    for response in (call(), call(Authorization="Bearer x"), call(**{"X-API-Key": FOREIGN_KEY})):
        assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_addresses_are_counted_by_what_they_show_wrong(access, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"credentials": "3/15m"}
    wrong = [call(**{"X-API-Key": FOREIGN_KEY}).status_code for _ in range(3)]
    limited = call(Authorization="Bearer wrong")
    assert [*wrong, limited.status_code] == [401, 401, 401, 429]
    assert 0 < int(limited["Retry-After"]) <= 15 * 60
    assert call(Authorization=f"Bearer {access}").status_code == 200
    assert call(address="203.0.113.10", **{"X-API-Key": FOREIGN_KEY}).status_code == 401


def test_people_share_one_limit_however_they_call(make_key, access, cast, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"user": "3/15m"}
    _key, text = make_key(Scope.READ)
    browser = Client()
    browser.force_login(cast["owner"])
    assert browser.get(PRIVATE).status_code == 200
    assert APIClient().get(PRIVATE, headers={"X-API-Key": text}).status_code == 200
    assert APIClient().get(PRIVATE, headers={"Authorization": f"Bearer {access}"}).status_code == 200
    limited = browser.get(PRIVATE)
    assert limited.status_code == 429
    assert 0 < int(limited["Retry-After"]) <= 15 * 60


def test_only_sessions_need_a_csrf_token(cast, access, make_key):
    path = f"{PRIVATE}/1/orders"
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(cast["owner"])
    assert code(browser.post(path)) == (403, "permission_denied")
    program = APIClient(enforce_csrf_checks=True)
    _key, text = make_key(Scope.TRADE)
    for headers in ({"Authorization": f"Bearer {access}"}, {"X-API-Key": text}):
        assert code(program.post(path, headers=headers)) == (404, "account_not_found")


def test_the_session_comes_first(cast, access, as_):
    """A page of ours never sends a header with it; a caller that sends both is who the cookie says."""
    browser = as_("stranger")
    assert browser.get(PRIVATE, headers={"Authorization": f"Bearer {access}"}).status_code == 200
    assert browser.get(PRIVATE, headers={"Authorization": "Bearer wrong"}).status_code == 200


def test_market_data_is_closed_to_what_is_wrong_even_where_everybody_may_read(make_key, access):
    _key, text = make_key(Scope.READ)
    _trade, only_trade = make_key(Scope.TRADE)
    client = APIClient()
    statuses = {
        name: client.get("/market/symbols", headers=headers).status_code
        for name, headers in {
            "nobody": {},
            "token": {"Authorization": f"Bearer {access}"},
            "key": {"X-API-Key": text},
            "wrong": {"X-API-Key": FOREIGN_KEY},
            "trade only": {"X-API-Key": only_trade},
        }.items()
    }
    assert statuses == {"nobody": 200, "token": 200, "key": 200, "wrong": 401, "trade only": 403}


def test_market_data_that_is_not_public_takes_all_three(make_key, access, as_, cast, settings):
    settings.MARKET_DATA_PUBLIC = False
    _key, text = make_key(Scope.READ)
    assert APIClient().get("/market/symbols").status_code == 401
    assert as_("owner").get("/market/symbols").status_code == 200
    for headers in ({"Authorization": f"Bearer {access}"}, {"X-API-Key": text}):
        assert APIClient().get("/market/symbols", headers=headers).status_code == 200


@pytest.mark.parametrize("shown", ["token", "key"])
def test_a_program_costs_one_query_where_a_session_costs_two(shown, access, make_key, django_assert_num_queries):
    _key, text = make_key(Scope.READ)
    headers = {"Authorization": f"Bearer {access}"} if shown == "token" else {"X-API-Key": text}
    call(**headers)  # writes when the key was used
    with django_assert_num_queries(1):
        assert call(**headers).status_code == 200


def test_the_document_names_each_way_once():
    schema = APIClient().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    assert schema["components"]["securitySchemes"].keys() == {"session", "token", "key", "service_key"}
    operations = schema["paths"]
    place = operations["/api/v1/accounts/{account_id}/orders"]["post"]
    assert place["security"] == [{"session": []}, {"token": []}, {"key": []}]
    assert "security" not in operations["/api/v1/auth/token"]["post"]
