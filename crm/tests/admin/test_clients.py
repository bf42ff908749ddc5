"""What desks set and note about clients on their page: each its part, with what was there before on record."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services.registration import user_create
from crm.models import Note
from crm.selectors.clients import etag_of
from crm.services.clients import LIMITS, client_set
from crm.services.notes import note_add
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.models import TradingAccount
from trading.tests.factories import ORIGIN, make_user

pytestmark = pytest.mark.django_db
LIMITED = {
    "access_level": "close_only",
    "withdrawals_allowed": "",
    "deposits_maximum": "2500",
    "leverage_max": "30",
    "reason": "Case 4711",
}
ACTIONS = {
    "set_limits": ({Role.COMPLIANCE, Role.ADMIN, Role.SUPER_ADMIN}, LIMITED),
    "set_flags": (
        {Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.ADMIN, Role.SUPER_ADMIN},
        {"flags": "vip, pep  vip"},
    ),
    "write_note": (
        {Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.ADMIN, Role.SUPER_ADMIN},
        {"text": "Called about the deposit."},
    ),
}
WHO = ["anonymous", "owner", "other", *(role for role in Role if role.is_staff)]


@pytest.fixture(autouse=True)
def _one_step(settings):
    settings.STAFF_TOTP_REQUIRED = False


@pytest.fixture
def staff(house):
    """Return what makes a member of staff."""
    return lambda role, email="desk@example.com": user_create(
        email=email, full_name="Grace Desk", password=None, role=role, origin=ORIGIN
    )


@pytest.fixture
def as_(staff, ada):
    def sign_in(who):
        browser = Client()
        if who == "owner":
            browser.force_login(ada)
        elif who == "other":
            browser.force_login(make_user("bob@example.com"))
        elif who != "anonymous":
            browser.force_login(staff(who))
        return browser

    return sign_in


def address(user, action):
    return f"/admin/accounts/user/{user.pk}/{action}/"


def press(browser, user, action, **fields):
    return browser.post(address(user, action), {"_form_submitted": "True", **fields})


def version_in(dialog):
    """Return which state of the client a dialog will say that it has seen."""
    return unescape(re.search(r'name="version" value="([^"]+)"', dialog)[1])


def state():
    rows = User.objects.order_by("pk").values("flags", "access_level", "leverage_max", "deposits_maximum")
    accounts = TradingAccount.objects.values_list("trading_enabled", "leverage")
    return list(rows), list(accounts), Note.objects.count(), Event.objects.count()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", ACTIONS)
def test_who_sets_what(as_, ada, live, who, action):
    may, fields = ACTIONS[action]
    browser = as_(who)
    before = state()
    page = browser.get(address(ada, "change"))
    response = press(browser, ada, action, **fields)
    if who in may:
        assert f"/{action}" in page.content.decode()
        assert response["HX-Redirect"] == address(ada, "change")
        assert state() != before
        told = Event.objects.latest("id")
        assert (told.stream, told.actor[:6]) == (ada.stream, "staff:")
    else:
        assert f"/{action}" not in page.content.decode()
        assert response.status_code in (302, 403)
        assert state() == before


def test_limits_reach_the_accounts_and_the_page_says_what_they_were(as_, ada, live):
    browser = as_(Role.COMPLIANCE)
    press(browser, ada, "set_limits", **LIMITED)
    ada.refresh_from_db()
    live.refresh_from_db()
    assert (ada.access_level, ada.withdrawals_allowed) == ("close_only", False)
    assert (ada.deposits_maximum, ada.leverage_max) == (2500, 30)
    assert (live.trading_enabled, live.leverage) == (False, 30)
    changed = Event.objects.get(stream=ada.stream, type="user.updated")
    assert changed.payload == {
        "changes": {
            "withdrawals_allowed": {"before": True, "after": False},
            "deposits_maximum": {"before": None, "after": "2500"},
            "leverage_max": {"before": None, "after": "30"},
        },
        "reason": "Case 4711",
    }
    access = Event.objects.get(stream=ada.stream, type="user.access_level_changed").payload
    assert (access["before"], access["after"], access["reason"]) == ("full", "close_only", "Case 4711")
    page = browser.get(address(ada, "change")).content.decode()
    assert "most deposits in all from none to 2500" in page
    assert "Reason: Case 4711" in page
    press(browser, ada, "set_limits", **LIMITED | {"access_level": "full", "deposits_maximum": ""})
    ada.refresh_from_db()
    live.refresh_from_db()
    assert (ada.access_level, ada.deposits_maximum, live.trading_enabled) == ("full", None, True)


def test_limits_take_a_reason_and_numbers_that_make_sense(as_, ada):
    browser = as_(Role.ADMIN)
    before = state()
    for wrong in ({"reason": ""}, {"deposits_maximum": "-1"}, {"leverage_max": "0.5"}, {"access_level": "all"}):
        response = press(browser, ada, "set_limits", **LIMITED | wrong)
        assert response.status_code == 200
        assert "HX-Redirect" not in response
    assert state() == before


def test_flags_are_words_and_are_shown(as_, ada):
    browser = as_(Role.SUPPORT)
    press(browser, ada, "set_flags", flags="vip, pep  vip")
    ada.refresh_from_db()
    assert ada.flags == ["vip", "pep"]
    dialog = browser.get(address(ada, "set_flags")).content.decode()
    assert 'value="vip pep"' in dialog
    for wrong in ("Very Important", "x" * 33, "-a", " ".join(f"f{number}" for number in range(51))):
        assert "HX-Redirect" not in press(browser, ada, "set_flags", flags=wrong)
    ada.refresh_from_db()
    assert ada.flags == ["vip", "pep"]
    flagged = Event.objects.get(stream=ada.stream, type="user.updated").payload
    assert flagged == {"changes": {"flags": {"before": [], "after": ["vip", "pep"]}}}
    press(browser, ada, "set_flags", flags="")
    ada.refresh_from_db()
    assert ada.flags == []


def test_a_note_is_signed_and_never_shown_to_the_client(as_, ada):
    browser = as_(Role.FINANCE)
    press(browser, ada, "write_note", text="Called <b>twice</b>.")
    note = Note.objects.get()
    assert note.author == Event.objects.latest("id").actor
    page = browser.get(address(ada, "change")).content.decode()
    assert "Called &lt;b&gt;twice&lt;/b&gt;." in page
    assert "Grace Desk" in page
    owner = Client()
    owner.force_login(ada)
    for own in ("/profile", "/security", "/"):
        assert "twice" not in owner.get(own).content.decode()
    assert "HX-Redirect" not in press(browser, ada, "write_note", text=" ")


def test_whoever_has_seen_an_older_state_overwrites_nothing(as_, ada):
    browser = as_(Role.ADMIN)
    dialog = browser.get(address(ada, "set_flags")).content.decode()
    assert version_in(dialog) == etag_of(ada)
    older = f'"{ada.pk}-1"'  # of a transaction long ago: a test is one, and so is all that it changes
    for action, fields in (("set_flags", {"flags": "vip"}), ("set_limits", LIMITED)):
        before = state()
        press(browser, ada, action, **fields, version=older)
        assert state() == before
        assert "was changed while the dialog was open" in browser.get(address(ada, "change")).content.decode()


def test_what_was_so_already_is_no_event(as_, ada):
    browser = as_(Role.ADMIN)
    dialog = browser.get(address(ada, "set_flags")).content.decode()
    version = version_in(dialog)
    before = Event.objects.count()
    press(browser, ada, "set_flags", flags="", version=version)
    assert Event.objects.count() == before
    assert "nothing was changed" in browser.get(address(ada, "change")).content.decode()


@pytest.mark.parametrize("action", ACTIONS)
def test_staff_are_no_clients(as_, staff, action):
    browser = as_(Role.SUPER_ADMIN)
    colleague = staff(Role.SUPPORT, "colleague@example.com")
    before = state()
    assert f"/{action}" not in browser.get(address(colleague, "change")).content.decode()
    press(browser, colleague, action, **ACTIONS[action][1])
    assert state() == before
    assert press(browser, User(pk=999_999), action, **ACTIONS[action][1]).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role.is_staff])
def test_the_services_themselves_refuse_the_wrong_roles(staff, ada, role):
    actor = staff(role)
    before = state()
    for name, value in {"flags": ["vip"], "deposits_maximum": Decimal(1), "access_level": "frozen"}.items():
        if role not in ACTIONS["set_limits" if name in LIMITS else "set_flags"][0]:
            with pytest.raises(Refused, match="client_change_forbidden"):
                client_set(actor=actor, user_id=ada.pk, wanted={name: value}, reason="Why not", origin=ORIGIN)
    if role not in ACTIONS["write_note"][0]:
        with pytest.raises(Refused, match="client_change_forbidden"):
            note_add(actor=actor, user_id=ada.pk, text="x", origin=ORIGIN)
    else:
        with pytest.raises(Refused, match="own_account"):
            note_add(actor=actor, user_id=actor.pk, text="x", origin=ORIGIN)
        with pytest.raises(Refused, match="own_account"):
            client_set(actor=actor, user_id=actor.pk, wanted={"flags": ["vip"]}, origin=ORIGIN)
    if role is Role.ADMIN:
        with pytest.raises(Refused, match="reason_required"):
            client_set(actor=actor, user_id=ada.pk, wanted={"leverage_max": Decimal(10)}, reason=" ", origin=ORIGIN)
    assert state() == before
