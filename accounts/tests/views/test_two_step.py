import re
from time import time

import pytest

from accounts.models import BackupCode, TotpDevice
from accounts.selectors import backup_codes_left, has_second_factor
from accounts.step_up import RECENT_SECONDS
from accounts.tests.conftest import PASSWORD, App

pytestmark = pytest.mark.django_db
SET_UP, OFF, CODES = "/security/two-step", "/security/two-step/off", "/security/backup-codes"


@pytest.fixture
def confirmed(as_):
    """Return a client of somebody who has just confirmed to be there."""

    def client(who="owner", app=None):
        client = as_(who)
        client.post("/confirm", {"code": app.code()} if app else {"password": PASSWORD})
        return client

    return client


def test_sets_up_with_a_qr_code_or_a_typed_key(confirmed, cast, clock):
    client = confirmed()
    page = client.get(SET_UP).content.decode()
    device = TotpDevice.objects.get(user=cast["owner"])
    assert 'src="data:image/svg+xml' in page
    shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page)[1]
    assert shown.replace(" ", "") == device.secret
    assert not has_second_factor(cast["owner"])

    response = client.post(SET_UP, {"code": App(device.secret, clock).code()})
    assert has_second_factor(cast["owner"])
    codes = re.findall(r"<li>([0-9][a-z2-9]{4}-[a-z2-9]{5})</li>", response.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in response["Cache-Control"]
    assert client.get(SET_UP).url == "/security", "neither secret nor codes are shown again"
    assert not any(code in client.get("/security").content.decode() for code in codes)


def test_a_wrong_first_code_is_explained_and_keeps_the_key(confirmed, cast):
    client = confirmed()
    before = client.get(SET_UP).context["secret"]
    response = client.post(SET_UP, {"code": "000000"})
    assert response.status_code == 422
    assert response.context["secret"] == before
    assert not has_second_factor(cast["owner"])


def test_setting_up_ends_the_other_sessions(confirmed, cast, clock, client):
    here = confirmed()
    client.post("/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    here.get(SET_UP)
    here.post(SET_UP, {"code": App(TotpDevice.objects.get().secret, clock).code()})
    assert client.get("/security").status_code == 302
    assert here.get("/security").status_code == 200


def test_turns_off(confirmed, cast, with_app):
    client = confirmed(app=with_app(cast["owner"]))
    assert client.get(OFF).status_code == 200
    assert has_second_factor(cast["owner"]), "looking changes nothing"
    assert client.post(OFF).url == "/security"
    assert not has_second_factor(cast["owner"])


def test_makes_new_backup_codes(confirmed, cast, with_app):
    client = confirmed(app=with_app(cast["owner"]))
    assert "1 left" in client.get(CODES).content.decode()
    response = client.post(CODES)
    assert len(re.findall(r"<li>[0-9][a-z2-9]{4}-[a-z2-9]{5}</li>", response.content.decode())) == 10
    assert backup_codes_left(cast["owner"]) == 10


def test_without_an_app_there_are_no_backup_codes(confirmed):
    assert confirmed().post(CODES).url == "/security"
    assert not BackupCode.objects.exists()


@pytest.mark.parametrize("url", [SET_UP, OFF, CODES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_open_session_alone_changes_nothing(as_, cast, with_app, url, method):
    if url != SET_UP:
        with_app(cast["owner"])
    client = as_("owner")
    response = getattr(client, method)(url, {"code": "123456"})
    assert response.url.startswith("/confirm?next=%2Fsecurity%2F")
    assert TotpDevice.objects.filter(confirmed=True).count() == (url != SET_UP)
    assert BackupCode.objects.count() == (url != SET_UP)


def test_a_confirmation_wears_off(confirmed, monkeypatch):
    client = confirmed()
    assert client.get(SET_UP).status_code == 200
    later = time() + RECENT_SECONDS
    monkeypatch.setattr("accounts.step_up.time", lambda: later)
    assert client.get(SET_UP).status_code == 302


@pytest.mark.parametrize("url", [SET_UP, OFF, CODES])
def test_nobody_reaches_another_ones_second_factor(confirmed, client, cast, with_app, url):
    """The pages know only the person of the session, whatever else is sent."""
    with_app(cast["owner"])
    assert client.post(url).url == f"/sign-in?next={url}"
    confirmed("stranger").post(url, {"code": "123456", "user_id": cast["owner"].pk, "user": cast["owner"].pk})
    assert has_second_factor(cast["owner"])
    assert backup_codes_left(cast["owner"]) == 1
