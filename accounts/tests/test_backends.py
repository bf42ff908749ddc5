"""What reads the session and its user at every request, beside what the ORM reads."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.backends import AccountsBackend
from accounts.models import User
from forexpro.core.http.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return User.objects.create_user(
        "person@example.com", "a good password", full_name="Person", last_login=timezone.now()
    )


def fields_of(user):
    return {field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields}


def test_the_user_is_as_the_orm_reads_it(person):
    read = AccountsBackend().get_user(person.pk)
    assert fields_of(read) == fields_of(User.objects.get(pk=person.pk))
    assert not read._state.adding


def test_nobody_suspended_or_unknown_is_let_in(person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert AccountsBackend().get_user(person.pk) is None
    assert AccountsBackend().get_user(person.pk + 1) is None


def test_a_session_ends_with_its_row_and_with_its_time(client, person):
    client.force_login(person)
    key = client.session.session_key
    assert SessionStore(key)["_auth_user_id"] == str(person.pk)

    Session.objects.filter(pk=key).update(expire_date=timezone.now())
    expired = SessionStore(key)
    assert expired.load() == {}
    assert expired.session_key is None

    Session.objects.all().delete()
    assert SessionStore(key).load() == {}


async def test_a_session_is_read_in_async_code_too():
    assert await SessionStore("x" * 32).aload() == {}
