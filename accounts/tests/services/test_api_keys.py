import hashlib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import ApiKey, Scope
from accounts.services.api_keys import KEYS_MAX, api_key_create, api_key_revoke
from accounts.services.force_logout import sessions_end
from accounts.tests.conftest import ORIGIN
from forexpro.core.models import Event
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person):
    return person("ada@example.org")


def create(owner, name="Bot", **options):
    options = {"scopes": [Scope.TRADE, Scope.READ], "lifetime": timedelta(days=30), "origin": ORIGIN} | options
    return api_key_create(owner_id=owner.pk, name=name, **options)


def refused(action, *arguments, **options):
    with pytest.raises(Refused) as refusal:
        action(*arguments, **options)
    return refusal.value.code


def test_only_the_hash_of_a_key_is_stored(ada, events):
    key, text = create(ada, networks=["203.0.113.0/24"])
    assert text.startswith(f"{key.prefix}_")
    assert len(text.removeprefix(f"{key.prefix}_")) == 43  # 256 bits
    assert key.digest == hashlib.sha256(text.encode()).hexdigest()
    stored = str(list(ApiKey.objects.values()) + list(Event.objects.values_list("payload", flat=True)))
    assert text.removeprefix(key.prefix) not in stored
    type, payload = events(ada.stream)[-1]
    assert type == "user.api_key_created"
    assert (payload["prefix"], payload["scopes"], payload["networks"]) == (
        key.prefix,
        ["read", "trade"],
        ["203.0.113.0/24"],
    )


def test_no_two_keys_are_alike(ada):
    assert len({create(ada, f"Bot {number}")[1] for number in range(10)}) == 10


def test_the_owner_is_told_by_mail(ada, committing):
    with committing():
        create(ada)
    assert mail.outbox[-1].to == [ada.email]
    assert "/security/api-keys" in mail.outbox[-1].body


def test_a_name_is_free_again_after_its_key_is_revoked(ada, person):
    key, _text = create(ada)
    assert refused(create, ada) == "api_key_name_taken"
    create(person("bob@example.org"))
    api_key_revoke(owner_id=ada.pk, api_key_id=key.pk, origin=ORIGIN)
    create(ada)
    assert ApiKey.objects.filter(owner=ada, name="Bot").count() == 2


def test_expired_keys_do_not_count_towards_the_limit(ada):
    for number in range(KEYS_MAX):
        create(ada, f"Bot {number}")
    assert refused(create, ada) == "too_many_api_keys"
    assert ApiKey.objects.count() == KEYS_MAX
    first = ApiKey.objects.earliest("id")
    first.expires_at = timezone.now()
    first.save()
    create(ada)


def test_nobody_revokes_the_key_of_another(ada, person, events):
    key, _text = create(ada)
    bob = person("bob@example.org")
    assert refused(api_key_revoke, owner_id=bob.pk, api_key_id=key.pk, origin=ORIGIN) == "api_key_not_found"
    key.refresh_from_db()
    assert key.revoked_at is None
    assert events(ada.stream)[-1][0] == "user.api_key_created"


def test_a_key_is_revoked_once(ada, events):
    key, _text = create(ada)
    for _ in range(2):
        api_key_revoke(owner_id=ada.pk, api_key_id=key.pk, origin=ORIGIN)
    assert [type for type, _payload in events(ada.stream)].count("user.api_key_revoked") == 1


@pytest.mark.parametrize("with_api_keys", [False, True])
def test_a_force_logout_ends_keys_only_where_that_is_asked(ada, person, with_api_keys):
    create(ada)
    create(ada, "Another")
    create(person("bob@example.org"))
    sessions_end(ada.pk, reason="Lost phone", with_api_keys=with_api_keys, origin=ORIGIN)
    assert ApiKey.objects.filter(owner=ada).exclude(revoked_at=None).count() == (2 if with_api_keys else 0)
    assert ApiKey.objects.exclude(owner=ada).filter(revoked_at=None).count() == 1
