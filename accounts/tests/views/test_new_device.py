import pytest
from django.core import mail
from django.test import Client

from accounts.devices import token_hash
from accounts.models import KnownDevice
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture
def sign_in(committing):
    def sign_in(client, email="owner@example.org"):
        with committing():
            return client.post("/sign-in", {"email": email, "password": PASSWORD})

    return sign_in


def test_the_first_sign_in_is_no_news(cast, sign_in):
    sign_in(Client())
    assert mail.outbox == []


def test_another_device_is_told_with_what_it_is(cast, sign_in):
    sign_in(Client())
    sign_in(Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="198.51.100.7"))
    (message,) = mail.outbox
    assert message.to == ["owner@example.org"]
    assert message.subject == "Somebody signed in from a new device"
    assert "Device: Firefox on Linux" in message.body
    assert "Address: 198.51.100.7" in message.body


def test_the_same_browser_is_known_again(cast, sign_in):
    client = Client()
    sign_in(client)
    client.post("/sign-out")
    sign_in(client)
    sign_in(client)
    assert mail.outbox == []
    assert KnownDevice.objects.count() == 1


def test_a_browser_is_known_to_those_who_used_it_only(cast, sign_in):
    client = Client()
    sign_in(client)
    sign_in(Client(), "stranger@example.org")
    client.post("/sign-out")
    sign_in(client, "stranger@example.org")
    assert [message.to for message in mail.outbox] == [["stranger@example.org"]]


def test_a_failed_sign_in_makes_nothing_known(cast):
    client = Client()
    client.post("/sign-in", {"email": "owner@example.org", "password": "wrong"})
    assert "device" not in client.cookies
    assert not KnownDevice.objects.exists()


def test_only_the_hash_of_the_cookie_is_stored_and_scripts_cannot_read_it(cast, sign_in):
    client = Client()
    sign_in(client)
    cookie = client.cookies["device"]
    assert len(cookie.value) >= 43
    assert KnownDevice.objects.get().token_hash == token_hash(cookie.value) != cookie.value
    assert cookie["httponly"]
    assert cookie["max-age"] == 400 * 24 * 3600


def test_a_cookie_somebody_made_up_is_just_another_device(cast, sign_in):
    sign_in(Client())
    client = Client()
    client.cookies["device"] = "x" * 3000
    sign_in(client)
    assert len(mail.outbox) == 1


def test_the_mail_is_queued_and_the_queue_may_be_away(cast, sign_in, monkeypatch):
    def unreachable(*_arguments, **_options):
        raise ConnectionError("queue away")

    sign_in(Client())
    monkeypatch.setattr("accounts.mails.mail_send.delay", unreachable)
    client = Client()
    assert sign_in(client).status_code == 302
    assert "_auth_user_id" in client.session
