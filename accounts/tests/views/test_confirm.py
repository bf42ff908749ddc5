import pytest
from django.test import Client

from accounts.tests.conftest import BACKUP, OWN_BROWSER, PASSWORD

pytestmark = pytest.mark.django_db
URL = "/confirm?next=/security/email"


@pytest.fixture
def owner(as_):
    """A session that was opened long ago: nothing says that anybody has just given a password."""
    return as_("owner")


def is_confirmed(client):
    return client.get("/security/email").status_code == 200


def test_the_password_confirms_and_leads_back(owner, cast, events):
    assert owner.get("/security/email").url == "/confirm?next=%2Fsecurity%2Femail"
    assert "Password" in owner.get(URL).content.decode()
    response = owner.post("/confirm", {"password": PASSWORD, "next": "/security/email"})
    assert response.url == "/security/email"
    assert is_confirmed(owner)
    assert events(cast["owner"].stream)[-1] == ("user.confirmed", {"by": "password"})


def test_never_leads_to_another_site(owner):
    assert owner.post("/confirm", {"password": PASSWORD, "next": "https://evil.example/"}).url == "/security"


def test_a_wrong_password_confirms_nobody(owner, cast, events):
    response = owner.post(URL, {"password": "wrong"})
    assert response.status_code == 422
    assert "password" in response.context["form"].errors
    assert not is_confirmed(owner)
    assert events(cast["owner"].stream)[-1] == ("user.confirmation_failed", {"reason": "wrong_password"})


def test_an_open_session_is_no_place_to_guess_at(owner):
    answers = [owner.post(URL, {"password": f"guess-{number}"}).status_code for number in range(5)]
    assert answers == [422] * 4 + [429]
    locked = owner.post(URL, {"password": PASSWORD})
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert not is_confirmed(owner)


@pytest.mark.parametrize("by", ["", "code", "backup", "x"])
def test_who_has_an_app_gives_a_code(owner, cast, with_app, by):
    app = with_app(cast["owner"])
    owner.cookies["device"] = OWN_BROWSER
    assert list(owner.get(f"/confirm?by={by}").context["form"].fields) == ["code"]
    owner.post(f"/confirm?by={by}", {"code": BACKUP if by == "backup" else app.code()})
    assert is_confirmed(owner)


def test_who_has_an_app_is_not_confirmed_by_the_password(owner, cast, with_app):
    with_app(cast["owner"])
    assert owner.post("/confirm?by=password", {"password": PASSWORD, "code": PASSWORD}).status_code == 422
    assert not is_confirmed(owner)


def test_who_has_no_app_cannot_ask_for_codes(owner):
    assert list(owner.get("/confirm?by=code").context["form"].fields) == ["password"]
    assert owner.post("/confirm?by=code", {"code": "123456"}).status_code == 422
    assert not is_confirmed(owner)


def test_a_wrong_code_confirms_nobody(owner, cast, with_app, events):
    with_app(cast["owner"])
    owner.cookies["device"] = OWN_BROWSER
    assert owner.post("/confirm?by=code", {"code": "000000"}).status_code == 422
    assert not is_confirmed(owner)
    assert events(cast["owner"].stream)[-1] == ("user.confirmation_failed", {"reason": "wrong_code"})


def test_the_confirmation_of_one_session_is_not_that_of_another(owner, as_):
    owner.post("/confirm", {"password": PASSWORD})
    assert is_confirmed(owner)
    assert not is_confirmed(as_("owner"))
    assert not is_confirmed(as_("stranger"))


def test_the_password_of_another_person_does_not_do(as_, cast):
    cast["owner"].set_password("only-the-owner-knows")
    cast["owner"].save()
    stranger = as_("stranger")
    assert stranger.post("/confirm", {"password": "only-the-owner-knows"}).status_code == 422


def test_signing_in_has_just_confirmed(cast):
    client = Client()
    client.post("/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    assert client.get(URL).url == "/security/email"
    assert is_confirmed(client)


def test_visitors_sign_in_first(client):
    assert client.get("/confirm").url == "/sign-in?next=/confirm"
    assert client.post("/confirm", {"password": PASSWORD}).url == "/sign-in?next=/confirm"
