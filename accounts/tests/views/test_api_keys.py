"""The pages on which people make and revoke their API keys."""

import re
from time import time

import pytest
from django.utils import timezone

from accounts.models import ApiKey, Scope
from accounts.services.api_keys import KEYS_MAX
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LIST, NEW = "/security/api-keys", "/security/api-keys/new"
TYPED = {"name": "Bot", "scopes": ["read", "trade"], "lifetime": "90", "networks": ""}


def end(key):
    return f"{LIST}/{key.pk}/revoke"


def shown_key(response):
    return re.search(r'value="(fpk_[^"]+)"', response.content.decode())[1]


@pytest.fixture
def as_(as_):
    """Return a client that is signed in, and has given the password just now."""

    def client(who, *, confirmed=True):
        client = as_(who)
        if confirmed:
            session = client.session
            session["confirmed_at"] = time()
            session.save()
        return client

    return client


@pytest.fixture
def key(as_):
    as_("owner").post(NEW, TYPED)
    return ApiKey.objects.get()


def test_a_key_is_shown_once_and_works(as_, cast, client):
    owner = as_("owner")
    response = owner.post(NEW, TYPED | {"networks": "127.0.0.1, 203.0.113.77/24\n2001:db8::/32"})
    assert response.status_code == 201
    assert "no-store" in response["Cache-Control"]
    text = shown_key(response)
    assert client.get("/api/v1/accounts", headers={"X-API-Key": text}).status_code == 200
    key = ApiKey.objects.get()
    assert (key.owner, key.name, key.scopes) == (cast["owner"], "Bot", ["read", "trade"])
    assert key.networks == ["127.0.0.1/32", "203.0.113.0/24", "2001:db8::/32"]
    assert 89 <= (key.expires_at - timezone.now()).days <= 90
    page = owner.get(LIST).content.decode()
    assert key.prefix in page
    assert text not in page
    assert "203.0.113.0/24" in page
    assert "127.0.0.1" in page  # whence it was used


def test_without_keys_the_page_says_what_they_are_for(as_):
    assert "No API keys" in as_("owner").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["crm:users"]}, "scopes"),
        ({"lifetime": "36500"}, "lifetime"),
        ({"networks": "203.0.113.0/33"}, "networks"),
        ({"networks": "example.com"}, "networks"),
        ({"networks": " ".join(f"203.0.113.{number}" for number in range(21))}, "networks"),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_makes_nothing(as_, cast, change, field):
    response = as_("owner").post(NEW, TYPED | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not ApiKey.objects.exists()


def test_sending_the_form_twice_makes_one_key(as_, key):
    response = as_("owner").post(NEW, TYPED)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
    assert ApiKey.objects.count() == 1


def test_too_many_keys_are_refused_with_a_sentence(as_, key):
    others = [
        ApiKey(
            owner=key.owner,
            name=f"Bot {number}",
            digest=f"{number}",
            scopes=[Scope.READ],
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
        for number in range(KEYS_MAX - 1)
    ]
    ApiKey.objects.bulk_create(others)
    response = as_("owner").post(NEW, TYPED | {"name": "One more"})
    assert response.status_code == 422
    assert "Revoke one" in response.content.decode()


def test_revoking_asks_once_and_is_final(as_, key, client):
    owner = as_("owner")
    assert "Revoke Bot" in owner.get(end(key)).content.decode()
    key.refresh_from_db()
    assert key.revoked_at is None
    assert owner.post(end(key)).url == LIST
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert key.prefix not in owner.get(LIST).content.decode()
    assert owner.post(end(key)).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "back_office", "admin", "super_admin"])
def test_for_others_a_key_does_not_exist(as_, key, who):
    client = as_(who)
    assert key.prefix not in client.get(LIST).content.decode()
    for method in (client.get, client.post):
        assert method(end(key)).status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_who_has_not_given_the_password_lately_is_asked_first(as_):
    client = as_("owner", confirmed=False)
    for answer in (client.get(NEW), client.post(NEW, TYPED)):
        assert answer.url == "/confirm?next=%2Fsecurity%2Fapi-keys%2Fnew"
    assert not ApiKey.objects.exists()
    assert client.post("/confirm?next=/security/api-keys/new", {"password": PASSWORD}).url == NEW
    assert client.post(NEW, TYPED).status_code == 201


def test_looking_and_revoking_take_no_password(as_, key):
    client = as_("owner", confirmed=False)
    assert client.get(LIST).status_code == 200
    assert client.post(end(key)).url == LIST


def test_visitors_sign_in_first(client, key):
    for path in (LIST, NEW, end(key)):
        assert client.get(path).url == f"/sign-in?next={path}"
        assert client.post(path, TYPED).status_code == 302
    assert ApiKey.objects.filter(revoked_at=None).count() == 1


def test_no_key_opens_the_page_that_makes_keys(as_, client):
    text = shown_key(as_("owner").post(NEW, TYPED))
    assert client.post(NEW, TYPED, headers={"X-API-Key": text}).status_code == 302
    assert client.post(NEW, TYPED, headers={"Authorization": f"Bearer {text}"}).status_code == 302
    assert ApiKey.objects.count() == 1


def test_more_keys_cost_no_more_queries(as_, key, django_assert_num_queries):
    owner = as_("owner")
    owner.get(LIST)
    with django_assert_num_queries(3):  # session, person, keys
        owner.get(LIST)
    owner.post(NEW, TYPED | {"name": "Another"})
    with django_assert_num_queries(3):
        owner.get(LIST)
