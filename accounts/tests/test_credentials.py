"""What is accepted as a token or a key, and everything that looks like one and is not."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from django.conf import settings as project
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.credentials import credential_of, key_credential, token_credential
from accounts.models import ApiKey, Scope, User
from accounts.services.api_keys import KEY_START, api_key_create, api_key_revoke
from accounts.services.tokens import tokens_issue, tokens_refresh
from accounts.tests.conftest import ORIGIN
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db
SIGNING_KEY = project.SIMPLE_JWT["SIGNING_KEY"]


@pytest.fixture
def ada(person):
    return person("ada@example.org")


@pytest.fixture
def pair(ada):
    return tokens_issue(user=ada, origin=ORIGIN)


@pytest.fixture
def claims(pair):
    return dict(AccessToken(pair.access).payload)


def refusal(action, *arguments, **options):
    with pytest.raises(Refused) as refused:
        action(*arguments, **options)
    return refused.value.code, refused.value.http_status


def signed(claims, key=SIGNING_KEY, algorithm="HS256"):
    return jwt.encode(claims, key, algorithm=algorithm)


# --- Access tokens -------------------------------------------------------------------------------
def test_the_tests_sign_as_the_product_does(claims, ada):
    assert token_credential(signed(claims)).user == ada


def test_a_token_lives_fifteen_minutes(claims, pair):
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert timedelta(minutes=14) < pair.access_expires_at - timezone.now() <= timedelta(minutes=15)
    expired = claims | {"exp": int(timezone.now().timestamp()) - 1}
    assert refusal(token_credential, signed(expired)) == ("token_invalid", 401)


def test_a_refresh_token_is_no_access_token_and_the_reverse(pair):
    assert refusal(token_credential, pair.refresh) == ("token_invalid", 401)
    assert refusal(tokens_refresh, refresh_token=pair.access, origin=ORIGIN) == ("token_invalid", 401)


def unsigned(claims):
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def without(claims, name):
    return {key: value for key, value in claims.items() if key != name}


FORGERIES = {
    "no signature": unsigned,
    "another algorithm": lambda claims: signed(claims, algorithm="HS512"),
    "another key": lambda claims: signed(claims, key="k" * 64),
    "the secret key itself": lambda claims: signed(claims, key=project.SECRET_KEY),
    "for another audience": lambda claims: signed(claims | {"aud": "elsewhere"}),
    "for no audience": lambda claims: signed(without(claims, "aud")),
    "from another issuer": lambda claims: signed(claims | {"iss": "https://elsewhere.example"}),
    "from no issuer": lambda claims: signed(without(claims, "iss")),
    "without an end": lambda claims: signed(without(claims, "exp")),
    "without a type": lambda claims: signed(without(claims, "token_type")),
    "without an id": lambda claims: signed(without(claims, "jti")),
    "without a family": lambda claims: signed(without(claims, "family")),
    "without a standing": lambda claims: signed(without(claims, "standing")),
    "with another standing": lambda claims: signed(claims | {"standing": "0" * 32}),
    "of another family": lambda claims: signed(claims | {"family": "00000000-0000-0000-0000-000000000000"}),
    "nothing": lambda claims: "",
    "nonsense": lambda claims: "a.b.c",
    "not ASCII": lambda claims: "ä.ö.ü",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_is_no_token_of_ours_is_refused(claims, forge):
    assert refusal(token_credential, forge(claims)) == ("token_invalid", 401)


def test_nobody_signs_in_with_the_family_of_another(claims, person):
    bob = person("bob@example.org")
    assert refusal(token_credential, signed(claims | {"sub": str(bob.pk)})) == ("token_invalid", 401)


def test_a_token_costs_one_query(pair, django_assert_num_queries):
    with django_assert_num_queries(1):
        token_credential(pair.access)


def test_the_person_is_as_the_orm_reads_them(pair, ada):
    read = token_credential(pair.access).user
    fields = [field.attname for field in User._meta.concrete_fields]
    stored = User.objects.get(pk=ada.pk)
    assert [getattr(read, field) for field in fields] == [getattr(stored, field) for field in fields]


def test_a_token_has_every_scope(pair):
    assert all(token_credential(pair.access).allows(scope) for scope in Scope)


# --- API keys ------------------------------------------------------------------------------------
@pytest.fixture
def make_key(ada):
    def make(name="Bot", scopes=(Scope.READ,), networks=(), lifetime=timedelta(days=30)):
        return api_key_create(
            owner_id=ada.pk, name=name, scopes=scopes, lifetime=lifetime, networks=networks, origin=ORIGIN
        )

    return make


def test_a_key_is_its_owners_within_its_scopes(make_key, ada):
    _key, text = make_key()
    shown = key_credential(text, "203.0.113.9")
    assert shown.user == ada
    assert shown.allows(Scope.READ)
    assert not shown.allows(Scope.TRADE)


def test_what_is_no_key_is_refused(make_key):
    _key, text = make_key()
    for wrong in (text[:-1], text + "x", text.upper(), KEY_START, "", "ä", ApiKey.objects.get().digest):
        assert refusal(key_credential, wrong, None) == ("api_key_invalid", 401)


def test_a_revoked_key_and_one_of_somebody_suspended_are_refused(make_key, ada):
    key, text = make_key()
    User.objects.update(is_active=False)
    assert refusal(key_credential, text, None) == ("api_key_invalid", 401)
    User.objects.update(is_active=True)
    assert key_credential(text, None).user == ada
    api_key_revoke(owner_id=ada.pk, api_key_id=key.pk, origin=ORIGIN)
    assert refusal(key_credential, text, None) == ("api_key_invalid", 401)


def test_a_key_expires(make_key):
    _key, text = make_key()
    ApiKey.objects.update(expires_at=timezone.now())
    assert refusal(key_credential, text, None) == ("api_key_expired", 401)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("203.0.113.9", True),
        ("203.0.113.255", True),
        ("203.0.114.1", False),
        ("2001:db8::5", True),
        ("2001:db9::5", False),
        (None, False),
    ],
)
def test_a_key_may_be_bound_to_networks(make_key, address, allowed):
    _key, text = make_key(networks=["203.0.113.0/24", "2001:db8::/32"])
    if allowed:
        assert key_credential(text, address)
    else:
        assert refusal(key_credential, text, address) == ("address_not_allowed", 403)
        assert ApiKey.objects.get().last_used_at is None


def test_the_last_use_is_written_every_five_minutes(make_key, django_assert_num_queries):
    _key, text = make_key()
    with django_assert_num_queries(2):
        key_credential(text, "203.0.113.9")
    with django_assert_num_queries(1):
        key_credential(text, "203.0.113.10")
    stored = ApiKey.objects.get()
    assert stored.last_used_from == "203.0.113.9"
    ApiKey.objects.update(last_used_at=stored.last_used_at - timedelta(minutes=5))
    key_credential(text, "203.0.113.11")
    assert ApiKey.objects.get().last_used_from == "203.0.113.11"


# --- Which header says it ------------------------------------------------------------------------
def test_a_key_is_accepted_in_either_header(make_key, pair, ada):
    _key, text = make_key()
    for headers in (
        {"authorization": f"Bearer {text}", "api_key": ""},
        {"authorization": f"bearer  {pair.access}", "api_key": ""},
        {"authorization": "", "api_key": f" {text}"},
        {"authorization": "Basic YTpi", "api_key": text},
    ):
        assert credential_of(**headers, address=None).user == ada


def test_no_header_is_nobody():
    assert credential_of(authorization="", api_key="", address=None) is None
    assert credential_of(authorization="Basic YTpi", api_key="", address=None) is None


def test_an_access_token_is_no_key(pair):
    assert refusal(credential_of, authorization="", api_key=pair.access, address=None)[0] == "api_key_invalid"


def test_tokens_of_both_kinds_share_no_id(pair):
    assert AccessToken(pair.access)["jti"] != RefreshToken(pair.refresh)["jti"]
