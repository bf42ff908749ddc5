import re

import pytest
from django.core import mail
from django.core.signing import dumps

from accounts.links import VERIFICATION_SALT, verification_link
from accounts.models import User
from accounts.roles import Role
from accounts.services.passwords import password_reset_by_link
from accounts.services.registration import email_verify, user_register, verification_request
from accounts.tests.conftest import ORIGIN, PASSWORD, user_roles
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(roles, committing):
    def register(email="ada@example.org", full_name="Ada Lovelace", password=PASSWORD):
        with committing():
            user_register(email=email, full_name=full_name, password=password, origin=ORIGIN)

    return register


def mailed_token(message):
    return re.search(r"/verify/(\S+)", message.body)[1]


def test_registers_an_unverified_trader_and_mails_the_link(register, events):
    register("  Ada@Example.org ")
    user = User.objects.get()
    assert user.email == "ada@example.org"
    assert user.password.startswith("argon2")
    assert user_roles(user) == [Role.TRADER]
    assert not user.is_email_verified
    assert not user.is_staff
    assert events(user.stream) == [
        ("user.created", {"email": "ada@example.org", "full_name": "Ada Lovelace", "role": "Trader"})
    ]
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]
    assert "Ada" not in mail.outbox[0].body.replace("ada@", "")


def test_the_event_carries_address_and_request(register):
    register()
    event = Event.objects.get(type="user.created")
    assert (event.ip, event.request_id, event.actor) == ("203.0.113.9", "test-request", "visitor")


def test_the_mailed_link_verifies_once(register, events):
    register()
    token = mailed_token(mail.outbox[0])
    user = email_verify(token=token, origin=ORIGIN)
    verified_at = user.email_verified_at
    assert email_verify(token=token, origin=ORIGIN).email_verified_at == verified_at
    assert [type for type, _payload in events(user.stream)] == ["user.created", "email.verified"]


def test_registering_a_verified_address_tells_its_owner_and_changes_nothing(register, person, events):
    user = person("ada@example.org", full_name="The Owner")
    register("ADA@example.org", full_name="Mallory", password="another-Pass-11")
    assert User.objects.count() == 1
    user.refresh_from_db()
    assert user.full_name == "The Owner"
    assert user.check_password(PASSWORD)
    assert events(user.stream)[-1] == ("user.registration_repeated", {})
    assert "already" in mail.outbox[-1].subject
    assert "/verify/" not in mail.outbox[-1].body


def test_who_registers_an_address_before_its_owner_gets_no_way_into_the_account(register, committing):
    """Nobody's password stays but the one that was chosen by whoever reads the mailbox."""
    register(full_name="Mallory", password="another-Pass-11")
    register(password=PASSWORD)
    first, second = mail.outbox
    user = User.objects.get()
    assert not user.has_usable_password()
    with pytest.raises(Refused) as refused:
        email_verify(token=mailed_token(first), origin=ORIGIN)
    assert refused.value.code == "link_invalid"

    register(full_name="Mallory", password="another-Pass-11")  # too late for the link that is on its way
    uid, token = re.search(r"/password/reset/(\S+)/(\S+)", second.body).groups()
    password_reset_by_link(uid=uid, token=token, password="quiet-River-58-stone", origin=ORIGIN)
    register(full_name="Mallory", password="another-Pass-11")
    user.refresh_from_db()
    assert user.is_email_verified
    assert user.check_password("quiet-River-58-stone")


def test_sending_again_after_two_registrations_mails_what_chooses_a_password(register, committing):
    register()
    register()
    with committing():
        verification_request(email="ada@example.org")
    assert "/password/reset/" in mail.outbox[-1].body
    assert "/verify/" not in mail.outbox[-1].body


def test_a_registration_changes_nothing_of_invited_staff(register, person):
    user = person("desk@example.org", Role.SUPPORT, verified=False, password=None)
    register("desk@example.org")
    after = User.objects.get()
    assert (after.password, after.full_name, user_roles(after)) == (user.password, user.full_name, [Role.SUPPORT])


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_registrations_one_creates_the_person(roles):
    registration = {"email": "ada@example.org", "full_name": "Ada", "password": PASSWORD, "origin": ORIGIN}
    at_once([lambda: user_register(**registration)] * 4)
    assert User.objects.count() == 1
    assert Event.objects.filter(type="user.created").count() == 1
    assert Event.objects.filter(type="user.registration_repeated").count() == 3


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        dumps({"user": 1, "email": "ada@example.org"}, salt="another purpose"),
        dumps({"user": 999_999, "email": "ada@example.org"}, salt=VERIFICATION_SALT),
    ],
    ids=["nonsense", "another purpose", "unknown user"],
)
def test_refuses_a_forged_link(token):
    with pytest.raises(Refused) as refused:
        email_verify(token=token, origin=ORIGIN)
    assert refused.value.code == "link_invalid"


def test_refuses_a_link_mailed_to_an_address_the_person_no_longer_has(person):
    user = person("old@example.org", verified=False)
    token = verification_link(user).rsplit("/", 1)[1]
    User.objects.update(email="new@example.org")
    with pytest.raises(Refused):
        email_verify(token=token, origin=ORIGIN)
    user.refresh_from_db()
    assert not user.is_email_verified


def test_refuses_an_expired_link(person, monkeypatch):
    user = person("ada@example.org", verified=False)
    token = verification_link(user).rsplit("/", 1)[1]
    four_days_later = __import__("time").time() + 4 * 86_400
    monkeypatch.setattr("django.core.signing.time.time", lambda: four_days_later)
    with pytest.raises(Refused):
        email_verify(token=token, origin=ORIGIN)


def test_resending_mails_only_who_is_there(person, committing):
    person("ada@example.org", verified=False)
    with committing():
        verification_request(email="nobody@example.org")
    assert mail.outbox == []
    with committing():
        verification_request(email="Ada@example.org")
    assert mailed_token(mail.outbox[0])


def test_registration_survives_a_queue_that_is_away(register, monkeypatch, caplog):
    def unreachable(*_arguments):
        raise ConnectionError("queue away")

    monkeypatch.setattr("accounts.mails.mail_send.delay", unreachable)
    register()
    assert User.objects.count() == 1
    assert "queue away" in caplog.text
