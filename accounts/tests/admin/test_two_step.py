"""Staff and the second factor: nothing of the back office opens without it, and who takes a lost one away."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.credentials import token_credential
from accounts.models import BackupCode, SignedInSession, TotpDevice
from accounts.roles import Role
from accounts.selectors import has_second_factor
from accounts.services.staff import totp_reset
from accounts.services.tokens import tokens_issue, tokens_refresh
from accounts.tests.conftest import ORIGIN, PASSWORD, App
from forexpro.core.models import Event
from forexpro.core.refusals import Refused

pytestmark = pytest.mark.django_db
SET_UP = "/security/two-step"
PAGES = ["/admin/", "/admin/accounts/user/", "/admin/core/event/", "/admin/trading/tradingaccount/", "/admin/jsi18n/"]


@pytest.fixture
def required(settings):
    settings.STAFF_TOTP_REQUIRED = True


def opened(client, page):
    return client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_a_second_factor_are_led_to_its_set_up(required, as_, page):
    client = as_("super_admin")
    response = client.get(page, follow=True)
    assert [url for url, _status in response.redirect_chain][-2:] == [SET_UP, "/confirm?next=%2Fsecurity%2Ftwo-step"]
    client.post("/confirm", {"password": PASSWORD})
    page = client.get(page, follow=True).content.decode()
    assert "The back office takes two-step sign-in" in page
    assert "QR code" in page


def test_staff_without_a_second_factor_change_nothing(required, as_, cast):
    url = f"/admin/accounts/user/{cast['owner'].pk}/suspend/"
    as_("super_admin").post(url, {"_form_submitted": "True", "reason": "x"})
    cast["owner"].refresh_from_db()
    assert cast["owner"].is_active


@pytest.mark.parametrize("page", PAGES)
def test_with_one_they_work(required, as_, cast, with_app, page):
    with_app(cast["super_admin"])
    assert opened(as_("super_admin"), page)


def test_an_app_that_was_never_confirmed_is_none(required, as_, cast, with_app):
    with_app(cast["super_admin"], confirmed=False)
    assert not opened(as_("super_admin"), "/admin/")


def test_from_the_first_sign_in_to_the_back_office(required, cast, clock):
    client = Client()
    response = client.post("/sign-in", {"email": cast["admin"].email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == SET_UP, "the sign-in has just confirmed who it is"
    client.post(SET_UP, {"code": App(TotpDevice.objects.get().secret, clock).code()})
    assert opened(client, "/admin/")


def test_traders_are_not_asked(required, as_):
    assert opened(as_("owner"), "/profile")
    assert as_("owner").get("/admin/", follow=True).status_code == 403


def test_a_page_asks_once(required, as_, cast, with_app, django_assert_num_queries):
    with_app(cast["super_admin"])
    client = as_("super_admin")
    with django_assert_num_queries(3) as counted:
        client.get("/admin/jsi18n/")
    assert sum("totpdevice" in query["sql"] for query in counted) == 1


# --- Taking a lost one away ---------------------------------------------------------------------
def reset(client, user, reason="Phone lost, passport seen"):
    url = f"/admin/accounts/user/{user.pk}/reset_totp/"
    return client.post(url, {"_form_submitted": "True", "reason": reason})


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [
        ("anonymous", "owner", False),
        ("stranger", "owner", False),
        ("owner", "owner", False),
        ("back_office", "owner", False),
        ("admin", "owner", True),
        ("admin", "back_office", False),
        ("super_admin", "owner", True),
        ("super_admin", "back_office", True),
        ("super_admin", "super_admin", False),
    ],
)
def test_who_resets_whose(as_, cast, with_app, events, committing, who, whom, may):
    user = cast[whom]
    with_app(user)
    recorded = len(events(user.stream))
    client = as_(who)
    with committing():
        reset(client, user)
    assert has_second_factor(user) is not may
    assert BackupCode.objects.filter(user=user).exists() is not may
    if may:
        assert events(user.stream)[-1] == ("user.totp_reset", {"reason": "Phone lost, passport seen"})
        assert [(message.subject, message.to) for message in mail.outbox] == [
            ("Your two-step sign-in was reset", [user.email])
        ]
    else:
        assert len(events(user.stream)) == recorded
        assert mail.outbox == []


def test_support_may_and_a_reason_is_needed(person, cast, with_app):
    with_app(cast["owner"])
    response = reset(signed_in(person("root@example.org", Role.SUPER_ADMIN)), cast["owner"], reason="")
    assert "HX-Redirect" not in response
    assert has_second_factor(cast["owner"])
    support = person("support@example.org", Role.SUPPORT)
    totp_reset(actor=support, user_id=cast["owner"].pk, reason="Phone lost", origin=ORIGIN)
    assert not has_second_factor(cast["owner"])


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_reset_ends_the_sessions(as_, cast, with_app):
    app = with_app(cast["owner"])
    owner = Client()
    owner.post("/sign-in", {"email": cast["owner"].email, "password": PASSWORD})
    owner.post("/sign-in/code", {"code": app.code()})
    assert opened(owner, "/security")
    reset(as_("admin"), cast["owner"])
    assert not opened(owner, "/security")
    assert not SignedInSession.objects.filter(user=cast["owner"]).exists()


def test_a_reset_ends_what_programs_hold(as_, cast, with_app):
    with_app(cast["owner"])
    pair = tokens_issue(user=cast["owner"], origin=ORIGIN)
    unlisted = signed_in(cast["owner"])  # a session without a row of its own
    assert token_credential(pair.access).user == cast["owner"]
    reset(as_("admin"), cast["owner"])
    with pytest.raises(Refused, match="not valid"):
        token_credential(pair.access)
    with pytest.raises(Refused, match="not valid"):
        tokens_refresh(refresh_token=pair.refresh, origin=ORIGIN)
    assert not opened(unlisted, "/security")


def test_the_button_is_there_for_those_who_have_one(as_, cast, with_app):
    client = as_("admin")
    page = f"/admin/accounts/user/{cast['owner'].pk}/change/"
    button = f"/admin/accounts/user/{cast['owner'].pk}/reset_totp"
    assert button not in client.get(page).content.decode()
    with_app(cast["owner"])
    assert button in client.get(page).content.decode()
    assert button not in as_("back_office").get(page).content.decode()


def test_the_page_says_whether_it_is_on(as_, cast, with_app):
    page = f"/admin/accounts/user/{cast['owner'].pk}/change/"
    assert "Off" in two_steps(as_("back_office").get(page))
    with_app(cast["owner"])
    assert f"On since {date_format(timezone.now(), 'DATE_FORMAT')}" in two_steps(as_("back_office").get(page))
    BackupCode.objects.filter(user=cast["owner"]).first().delete()
    left = BackupCode.objects.filter(user=cast["owner"]).count()
    assert f"{left} backup code" in two_steps(as_("back_office").get(page))
    reset(as_("admin"), cast["owner"])
    assert "Off" in two_steps(as_("back_office").get(page))


def two_steps(response):
    return response.content.decode().partition("Two-step sign-in")[2][:600]


def test_an_operator_helps_the_last_super_admin(cast, with_app, events, committing, capsys):
    user = cast["super_admin"]
    with_app(user)
    with committing():
        call_command("reset_totp", "SUPER@example.org", reason="Phone lost")
    assert not has_second_factor(user)
    assert events(user.stream)[-1] == ("user.totp_reset", {"reason": "Phone lost"})
    assert Event.objects.latest("id").actor == "system:operator"
    assert len(mail.outbox) == 1
    call_command("reset_totp", "super@example.org", reason="Again")
    assert capsys.readouterr().out.splitlines()[-1] == "Two-step sign-in was not on."
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("reset_totp", "nobody@example.org", reason="x")
