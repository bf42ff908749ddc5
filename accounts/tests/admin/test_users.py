from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import Scope, User
from accounts.roles import Role
from accounts.services.api_keys import api_key_create
from accounts.tests.conftest import ORIGIN, user_roles
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
EVERYBODY = ["anonymous", "owner", "back_office", "admin", "super_admin"]


def page(cast, whom, action="change"):
    return f"{LIST}{cast[whom].pk}/{action}/"


def button(cast, whom, action):
    return f"{LIST}{cast[whom].pk}/{action}"


def press(client, cast, whom, action, **fields):
    return client.post(button(cast, whom, action) + "/", {"_form_submitted": "True", **fields})


def state(user):
    user.refresh_from_db()
    return user.full_name, user.is_active, user.is_staff, user.is_superuser, user_roles(user)


@pytest.mark.parametrize(
    ("who", "status"),
    [("anonymous", 302), ("owner", 403), ("back_office", 200), ("admin", 200), ("super_admin", 200)],
)
def test_who_sees_people(as_, cast, who, status):
    client = as_(who)
    for url in (LIST, page(cast, "owner")):
        response = client.get(url)
        if who == "owner":
            response = client.get(response.url)  # staff sign in there; whoever is signed in already may not
        assert response.status_code == status


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("whom", ["stranger", "admin"])
def test_who_suspends_whom(as_, cast, who, whom, events):
    may = who == "super_admin" or (who == "admin" and whom == "stranger")
    before = state(cast[whom])
    recorded = len(events(cast[whom].stream))
    press(as_(who), cast, whom, "suspend", reason="Chargeback")
    if may:
        assert not state(cast[whom])[1]
        assert events(cast[whom].stream)[-1] == ("user.suspended", {"reason": "Chargeback"})
        assert Event.objects.latest("id").actor == f"staff:{cast[who].pk}"
    else:
        assert state(cast[whom]) == before
        assert len(events(cast[whom].stream)) == recorded


def test_a_suspension_needs_a_reason(as_, cast):
    response = press(as_("admin"), cast, "stranger", "suspend", reason="")
    assert response.status_code == 200
    assert "HX-Redirect" not in response
    assert state(cast["stranger"])[1]


def test_looking_at_the_dialog_suspends_nobody(as_, cast):
    assert as_("admin").get(button(cast, "stranger", "suspend") + "/").status_code == 200
    assert state(cast["stranger"])[1]


def test_activates_again(as_, cast, events):
    client = as_("admin")
    press(client, cast, "stranger", "suspend", reason="Check")
    response = press(client, cast, "stranger", "activate", reason="Checked")
    assert response["HX-Redirect"] == page(cast, "stranger")
    assert state(cast["stranger"])[1]
    assert [type for type, _payload in events(cast["stranger"].stream)][-2:] == ["user.suspended", "user.activated"]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("whom", ["stranger", "admin"])
def test_who_signs_whom_out_everywhere(as_, cast, who, whom, events):
    may = who == "super_admin" or (who == "admin" and whom == "stranger")
    actor, browser = as_(who), as_(whom)
    if who == whom:
        browser = actor
    recorded = len(events(cast[whom].stream))
    press(actor, cast, whom, "force_logout", reason="Lost phone")
    assert (browser.get("/profile").status_code == 302) == may
    assert events(cast[whom].stream)[recorded:] == (
        [("user.signed_out_everywhere", {"reason": "Lost phone"})] if may else []
    )
    if may:
        assert Event.objects.latest("id").actor == f"staff:{cast[who].pk}"
        cast[whom].refresh_from_db()
        assert as_(whom).get("/profile").status_code == 200  # who signs in again is in


def test_a_force_logout_may_take_the_api_keys_along(as_, cast):
    for number, ticked in enumerate(({}, {"with_api_keys": "on"})):
        key, _text = api_key_create(
            owner_id=cast["stranger"].pk,
            name=f"Bot {number}",
            scopes=[Scope.READ],
            lifetime=timedelta(days=30),
            origin=ORIGIN,
        )
        press(as_("admin"), cast, "stranger", "force_logout", reason="Lost phone", **ticked)
        key.refresh_from_db()
        assert (key.revoked_at is not None) == bool(ticked)


def test_sessions_from_before_a_suspension_stay_dead(as_, cast):
    browser = as_("stranger")
    press(as_("admin"), cast, "stranger", "suspend", reason="Check")
    press(as_("admin"), cast, "stranger", "activate", reason="Checked")
    assert browser.get("/profile").status_code == 302
    cast["stranger"].refresh_from_db()
    assert as_("stranger").get("/profile").status_code == 200


def test_nobody_suspends_or_degrades_themselves(as_, cast):
    client = as_("super_admin")
    before = state(cast["super_admin"])
    press(client, cast, "super_admin", "suspend", reason="x")
    press(client, cast, "super_admin", "change_role", role=Role.TRADER.value)
    assert state(cast["super_admin"]) == before
    assert "nobody changes this about themselves" in client.get(LIST).content.decode()


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_super_admins_change_roles(as_, cast, who, events):
    press(as_(who), cast, "stranger", "change_role", role=Role.ADMIN.value)
    stranger = cast["stranger"]
    if who == "super_admin":
        assert state(stranger)[2:] == (True, False, [Role.ADMIN])
        assert events(stranger.stream)[-1] == ("user.role_changed", {"before": ["Trader"], "after": ["Admin"]})
    else:
        assert state(stranger)[2:] == (False, False, [Role.TRADER])


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_super_admins_invite_colleagues(as_, cast, roles, who, committing):
    typed = {"email": "New@Example.org", "full_name": "New Colleague", "role": Role.BACK_OFFICE.value}
    with committing():
        as_(who).post(f"{LIST}add/", typed)
    invited = User.objects.filter(email="new@example.org").first()
    if who == "super_admin":
        assert user_roles(invited) == [Role.BACK_OFFICE]
        assert not invited.has_usable_password()
        assert [message.to for message in mail.outbox] == [["new@example.org"]]
        assert "/password/reset/" in mail.outbox[0].body
    else:
        assert invited is None
        assert mail.outbox == []


def test_an_invitation_of_somebody_who_is_there_is_explained(as_, cast):
    typed = {"email": "OWNER@example.org", "full_name": "X", "role": Role.ADMIN.value}
    response = as_("super_admin").post(f"{LIST}add/", typed)
    assert response.status_code == 200
    assert "email" in response.context["adminform"].form.errors
    assert state(cast["owner"])[2:] == (False, False, [Role.TRADER])


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [
        ("anonymous", "owner", False),
        ("owner", "owner", False),
        ("back_office", "owner", False),
        ("admin", "owner", True),
        ("admin", "back_office", False),
        ("super_admin", "back_office", True),
    ],
)
def test_who_corrects_a_profile(as_, cast, who, whom, may, events):
    typed = {"full_name": "Corrected", "time_zone": "UTC", "is_superuser": "on", "email": "x@example.org"}
    before = state(cast[whom])
    as_(who).post(page(cast, whom), typed)
    if may:
        assert state(cast[whom]) == ("Corrected", *before[1:])
        assert events(cast[whom].stream)[-1][0] == "user.updated"
    else:
        assert state(cast[whom]) == before
    assert cast[whom].email != "x@example.org"


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_deletes_people(as_, cast, who):
    client = as_(who)
    client.post(page(cast, "stranger", "delete"), {"post": "yes"})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [cast["stranger"].pk], "post": "yes"})
    assert User.objects.filter(pk=cast["stranger"].pk).exists()


@pytest.mark.parametrize(
    ("who", "mailed"), [("anonymous", 0), ("owner", 0), ("back_office", 0), ("admin", 1), ("super_admin", 1)]
)
@pytest.mark.parametrize("action", ["resend_verification", "send_password_reset"])
def test_who_has_mails_sent(as_, cast, person, committing, who, mailed, action):
    cast["waiting"] = person("waiting@example.org", verified=False)
    with committing():
        press(as_(who), cast, "waiting", action)
    assert [message.to for message in mail.outbox] == [["waiting@example.org"]] * mailed


def test_offers_only_what_can_be_done_now(as_, cast):
    client = as_("admin")
    offered = client.get(page(cast, "stranger")).content.decode()
    assert button(cast, "stranger", "suspend") in offered
    assert button(cast, "stranger", "activate") not in offered
    assert button(cast, "stranger", "change_role") not in offered
    assert button(cast, "back_office", "suspend") not in client.get(page(cast, "back_office")).content.decode()


@pytest.mark.parametrize("query", ["", "?q=stranger@example.org", "?q=Stranger", "?is_active__exact=1"])
def test_finds_people(as_, cast, query):
    assert "stranger@example.org" in as_("admin").get(LIST + query).content.decode()


def test_the_list_needs_the_same_queries_for_any_number_of_people(as_, cast, person, django_assert_max_num_queries):
    client = as_("admin")
    for number in range(30):
        person(f"person{number}@example.org", password=None)
    with django_assert_max_num_queries(11):
        client.get(LIST)


def test_the_history_of_a_person_is_the_audit_log(as_, cast):
    response = as_("admin").get(page(cast, "stranger", "history"))
    assert response.url == f"/admin/core/event/?stream=user%3A{cast['stranger'].pk}"
