import re
import time

import pytest
from django.core import mail
from django.test import Client

from accounts.models import EmailChange, User
from accounts.selectors import email_change_of
from accounts.services.registration import user_register
from accounts.tests.conftest import ORIGIN, PASSWORD, without_tokens

pytestmark = pytest.mark.django_db
URL = "/security/email"
OLD, NEW = "owner@example.org", "new@example.org"


@pytest.fixture
def ask(as_, committing):
    """Return what asks for another address as somebody who has confirmed to be there; it returns client and answer."""

    def ask(email=NEW, who="owner"):
        client = as_(who)
        client.post("/confirm", {"password": PASSWORD})
        with committing():
            return client, client.post(URL, {"email": email})

    return ask


def link_mailed_to(address):
    (message,) = [message for message in mail.outbox if message.to == [address]][-1:]
    return re.search(r"http\S+?(/security/email/\S+)", message.body)[1]


@pytest.fixture
def answer(client, committing):
    """Return what answers a mailed link, as whoever reads it."""

    def answer(path, said="yes", client=client):
        with committing():
            return client.post(path, {"answer": said}, follow=True)

    return answer


def addresses(cast):
    return User.objects.get(pk=cast["owner"].pk).email


def test_both_mailboxes_say_yes(ask, answer, cast, events):
    client, response = ask(" New@Example.org ")
    assert response.url == "/security"
    assert sorted(message.to[0] for message in mail.outbox) == [NEW, OLD]
    assert NEW in client.get("/security").content.decode()

    assert "other mailbox" in answer(link_mailed_to(NEW)).content.decode()
    assert addresses(cast) == OLD
    answer(link_mailed_to(OLD))
    assert addresses(cast) == NEW
    assert not EmailChange.objects.exists()
    assert [type for type, _payload in events(cast["owner"].stream)][-4:] == [
        "user.email_change_requested",
        "user.email_change_confirmed",
        "user.email_change_confirmed",
        "user.email_changed",
    ]
    assert events(cast["owner"].stream)[-1][1] == {"before": OLD, "after": NEW}


@pytest.mark.parametrize("mailbox", [OLD, NEW])
def test_one_mailbox_alone_changes_nothing_however_often_it_says_yes(ask, answer, cast, mailbox):
    ask()
    for _time in range(3):
        answer(link_mailed_to(mailbox))
    assert addresses(cast) == OLD


def test_the_old_address_hears_of_it_before_and_after(ask, answer, cast):
    ask()
    before = next(message for message in mail.outbox if message.to == [OLD])
    assert NEW in before.body
    answer(link_mailed_to(OLD))
    answer(link_mailed_to(NEW))
    assert (mail.outbox[-1].subject, mail.outbox[-1].to) == ("Your e-mail address was changed", [OLD])


def test_the_change_ends_every_session_but_the_one_that_confirms(ask, answer, cast):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post("/sign-in", {"email": OLD, "password": PASSWORD})
    ask()
    answer(link_mailed_to(OLD), client=elsewhere)
    answer(link_mailed_to(NEW), client=here)
    assert here.get("/security").status_code == 200
    assert elsewhere.get("/security").status_code == 302


def test_the_new_address_signs_in_and_is_verified(ask, answer, cast):
    ask()
    answer(link_mailed_to(OLD))
    answer(link_mailed_to(NEW))
    visitor = Client()
    visitor.post("/sign-in", {"email": OLD, "password": PASSWORD})
    assert "_auth_user_id" not in visitor.session
    visitor.post("/sign-in", {"email": NEW, "password": PASSWORD})
    assert "_auth_user_id" in visitor.session


def test_looking_at_a_link_changes_nothing(ask, client, cast):
    """Programs follow every link of a mail."""
    ask()
    for mailbox in (OLD, NEW):
        page = client.get(link_mailed_to(mailbox)).content.decode()
        assert OLD in page
        assert NEW in page
    change = EmailChange.objects.get()
    assert (change.old_confirmed_at, change.new_confirmed_at) == (None, None)


@pytest.mark.parametrize("mailbox", [OLD, NEW])
def test_either_mailbox_says_no(ask, answer, cast, mailbox, events):
    ask()
    links = link_mailed_to(OLD), link_mailed_to(NEW)
    answer(link_mailed_to(mailbox), "no")
    assert not EmailChange.objects.exists()
    assert events(cast["owner"].stream)[-1] == ("user.email_change_cancelled", {"new": NEW})
    for link in links:
        assert answer(link).status_code == 400
    assert addresses(cast) == OLD


def test_a_newer_request_voids_the_links_of_the_older_one(ask, answer, cast):
    ask()
    older = link_mailed_to(OLD)
    ask("newer@example.org")
    assert answer(older).status_code == 400
    assert EmailChange.objects.get().old_confirmed_at is None


def test_links_are_good_for_a_day(ask, answer, client, cast, monkeypatch):
    ask()
    link = link_mailed_to(OLD)
    tomorrow = time.time() + 86_401
    monkeypatch.setattr("django.core.signing.time.time", lambda: tomorrow)
    assert client.get(link).status_code == 400
    assert answer(link).status_code == 400


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_is_refused(client, method):
    assert getattr(client, method)(f"{URL}/eyJ1c2VyIjoxfQ:1u:forged").status_code == 400


def test_an_address_that_somebody_has_is_answered_alike(ask, cast, answer):
    """Neither text nor status nor the number of mails tells whether an address is registered."""
    client, free = ask()
    free_mails, free_page = len(mail.outbox), without_tokens(client.get("/security"))
    mail.outbox.clear()
    EmailChange.objects.all().delete()
    client, taken = ask("stranger@example.org")
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert len(mail.outbox) == free_mails == 2
    assert _without_times(without_tokens(client.get("/security"))).replace(
        "stranger@example.org", NEW
    ) == _without_times(free_page)
    told = next(message for message in mail.outbox if message.to == ["stranger@example.org"])
    assert "another account" in told.body
    assert "/security/email/" not in told.body


def _without_times(page):
    """Return the part of the page that says what is about to become of the address."""
    return re.search(r'<div class="notice info">.*?</section>', page, re.S)[0]


def test_an_address_that_was_registered_meanwhile_is_not_taken_over(ask, answer, cast, roles):
    ask()
    answer(link_mailed_to(OLD))
    link = link_mailed_to(NEW)
    user_register(email=NEW, full_name="Somebody", password=PASSWORD, origin=ORIGIN)
    assert answer(link).status_code == 409
    assert addresses(cast) == OLD
    assert not EmailChange.objects.exists()


def test_ones_own_address_and_nonsense_are_refused(ask):
    for email in (OLD, "OWNER@example.org", "nonsense", ""):
        assert ask(email)[1].status_code == 422
    assert not EmailChange.objects.exists()
    assert mail.outbox == []


def test_mails_are_limited(ask, redis):
    answers = [ask(f"new{number}@example.org")[1] for number in range(6)]
    assert [response.status_code for response in answers] == [302] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert len(mail.outbox) == 10


def test_sends_the_links_again_and_cancels(ask, cast, committing, events):
    client, _response = ask()
    with committing():
        client.post(f"{URL}/resend")
    assert len(mail.outbox) == 4
    client.post(f"{URL}/cancel")
    assert email_change_of(cast["owner"]) is None
    assert events(cast["owner"].stream)[-1] == ("user.email_change_cancelled", {"new": NEW})
    for action in ("resend", "cancel"):
        assert "No change of your address is waiting" in client.post(f"{URL}/{action}", follow=True).content.decode()


def test_an_open_session_alone_asks_for_nothing(as_, cast):
    client = as_("owner")
    assert client.post(URL, {"email": NEW}).url == "/confirm?next=%2Fsecurity%2Femail"
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize("action", ["resend", "cancel"])
def test_nobody_reaches_another_ones_change(ask, as_, client, cast, action):
    ask()
    mail.outbox.clear()
    as_("stranger").post(f"{URL}/{action}", {"user": cast["owner"].pk})
    assert client.post(f"{URL}/{action}").url == f"/sign-in?next={URL}/{action}"
    assert as_("owner").get(f"{URL}/{action}").status_code == 405
    assert email_change_of(cast["owner"]) is not None
    assert mail.outbox == []


def test_the_link_of_a_suspended_person_is_dead(ask, answer, cast):
    ask()
    User.objects.filter(pk=cast["owner"].pk).update(is_active=False)
    assert answer(link_mailed_to(OLD)).status_code == 400


def test_visitors_sign_in_first(client):
    assert client.get(URL).url == f"/sign-in?next={URL}"
