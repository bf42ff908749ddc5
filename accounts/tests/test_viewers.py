"""Until when programs with open sockets may stay."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import key_credential, token_credential
from accounts.models import ApiKey, RefreshFamily, Scope
from accounts.roles import Role
from accounts.services.api_keys import api_key_create, api_key_revoke
from accounts.services.force_logout import sessions_end
from accounts.services.staff import user_suspend
from accounts.services.tokens import tokens_issue, tokens_refresh, tokens_revoke
from accounts.tests.conftest import ORIGIN
from forexpro.core.realtime.sessions import still_signed_in
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(person):
    return person("ada@example.org"), person("bob@example.org")


@pytest.fixture
def boss(person):
    return person("super@example.org", Role.SUPER_ADMIN)


def with_token(user):
    pair = tokens_issue(user=user, origin=ORIGIN)
    return pair, token_credential(pair.access).viewer


def with_key(user, name="Bot"):
    options = {"scopes": [Scope.READ], "lifetime": timedelta(days=30), "origin": ORIGIN}
    key, text = api_key_create(owner_id=user.pk, name=name, **options)
    return key, key_credential(text, None).viewer


def reuse(user, pair, boss):
    tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)
    with pytest.raises(Refused):
        tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)


def revoke(user, pair, boss):
    tokens_revoke(refresh_token=pair.refresh, origin=ORIGIN)


def let_it_expire(user, pair, boss):
    RefreshFamily.objects.filter(user=user).update(expires_at=timezone.now())


def force_logout(user, shown, boss):
    sessions_end(user.pk, reason="Lost phone", with_api_keys=True, origin=ORIGIN)


def suspend(user, shown, boss):
    user_suspend(actor=boss, user_id=user.pk, reason="Check", origin=ORIGIN)


def change_password(user, pair, boss):
    user.set_password("quiet-River-58-stone")
    user.save()


@pytest.mark.parametrize("happens", [reuse, revoke, let_it_expire, force_logout, suspend, change_password])
def test_what_ends_the_stay_of_a_token(people, boss, happens):
    (pair, viewer), (_pair, neighbour) = map(with_token, people)
    assert still_signed_in([viewer, neighbour]) == {viewer, neighbour}
    happens(people[0], pair, boss)
    assert still_signed_in([viewer, neighbour]) == {neighbour}


def test_a_refresh_ends_no_stay(people):
    pair, viewer = with_token(people[0])
    tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)
    assert still_signed_in([viewer]) == {viewer}


def revoke_key(user, key, boss):
    api_key_revoke(owner_id=user.pk, api_key_id=key.pk, origin=ORIGIN)


def let_key_expire(user, key, boss):
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())


@pytest.mark.parametrize("happens", [revoke_key, let_key_expire, force_logout, suspend])
def test_what_ends_the_stay_of_a_key(people, boss, happens):
    (key, viewer), (_key, neighbour) = map(with_key, people)
    assert still_signed_in([viewer, neighbour]) == {viewer, neighbour}
    happens(people[0], key, boss)
    assert still_signed_in([viewer, neighbour]) == {neighbour}


def test_all_are_looked_at_in_a_query_for_tokens_and_one_for_keys(people, django_assert_num_queries):
    viewers = [with_token(user)[1] for user in people for _ in range(3)]
    viewers += [with_key(user, f"Bot {number}")[1] for user in people for number in range(3)]
    with django_assert_num_queries(2):
        assert still_signed_in(viewers) == set(viewers)
