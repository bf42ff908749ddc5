import pytest

from accounts.models import SignedInSession, User
from accounts.roles import Role
from crm.models import Note
from crm.tests.conftest import error_of
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from trading.models import TradingAccount
from trading.services.accounts import account_set_trading
from trading.tests.factories import ORIGIN, make_group, make_live_account, make_user

pytestmark = pytest.mark.django_db
ADA = {"external_id": "crm-1001", "email": "Ada@Example.com", "full_name": "Ada Lovelace"}


# --- Create or update ----------------------------------------------------------------------------
def test_a_new_client_is_a_trader_without_a_password(crm):
    response = crm.post("users", ADA)
    assert response.status_code == 201
    assert response.json()["result"] == "created"
    user = User.objects.get(external_id="crm-1001")
    assert response.json()["user"] | {"id": str(user.pk), "email": "ada@example.com"} == response.json()["user"]
    assert not user.has_usable_password()
    assert not user.is_email_verified
    assert [group.name for group in user.groups.all()] == [Role.TRADER]
    created = Event.objects.get(stream=user.stream, type="user.created")
    assert (created.actor, created.ip) == ("crm:berlin", "203.0.113.9")
    assert created.payload["external_id"] == "crm-1001"


def test_whoever_is_invited_can_choose_a_password(crm, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        crm.post("users", ADA | {"invite": True})
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]


def test_a_known_client_is_updated_by_either_name_and_unchanged_by_the_same_again(crm, ada):
    assert crm.post("users", {"email": "ADA@example.com", "external_id": "crm-7"}).json()["result"] == "updated"
    response = crm.post("users", {"external_id": "crm-7", "full_name": "Ada King"})
    assert (response.status_code, response.json()["result"]) == (200, "updated")
    assert crm.post("users", {"external_id": "crm-7", "full_name": "Ada King"}).json()["result"] == "unchanged"
    ada.refresh_from_db()
    assert (ada.external_id, ada.full_name) == ("crm-7", "Ada King")
    changes = [event.payload["changes"] for event in Event.objects.filter(stream=ada.stream, type="user.updated")]
    assert changes == [
        {"external_id": {"before": None, "after": "crm-7"}},
        {"full_name": {"before": "Test Trader", "after": "Ada King"}},
    ]


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        ({"external_id": "crm-1", "email": "bob@example.com"}, (409, "external_id_taken")),
        ({"external_id": "crm-9", "email": "ada@example.com"}, (409, "external_id_taken")),
        ({"external_id": "crm-1", "email": "new@example.com"}, (409, "email_differs")),
        ({"external_id": "crm-9"}, (422, "client_incomplete")),
        ({"email": "new@example.com"}, (422, "client_incomplete")),
        ({"email": "staff@example.com", "full_name": "X"}, (409, "not_a_client")),
        ({"full_name": "Nobody"}, (422, "client_unnamed")),
        ({"email": "no address", "full_name": "X"}, (400, "invalid_input")),
        (ADA | {"time_zone": "Europe/Nowhere"}, (422, "time_zone_unknown")),
    ],
)
def test_what_is_refused_changes_nobody(crm, ada, row, refusal):
    User.objects.filter(pk=ada.pk).update(external_id="crm-1")
    make_user("bob@example.com", external_id="crm-2")
    make_user("staff@example.com", is_staff=True)
    before = list(User.objects.order_by("pk").values())
    assert error_of(crm.post("users", row)) == refusal
    assert list(User.objects.order_by("pk").values()) == before


# --- In bulk -------------------------------------------------------------------------------------
def test_bad_rows_take_no_good_one_with_them(crm, ada):
    rows = [
        {"external_id": "crm-1", "email": "one@example.com", "full_name": "One"},
        {"external_id": "crm-2", "email": "no address", "full_name": "Two"},
        None,
        {"email": "ada@example.com", "external_id": "crm-3"},
        {"external_id": "crm-4"},
        {"external_id": "crm-1", "full_name": "One Again"},
        {"external_id": "crm-5", "email": "five@example.com", "full_name": "Five"},
        {"email": "five@example.com", "external_id": "crm-1"},
        {"email": "five@example.com"},
    ]
    answer = crm.post("users/bulk", {"users": rows}).json()
    assert [row["result"] for row in answer["results"]] == [
        "created", "refused", "refused", "updated", "refused", "updated", "created", "refused", "unchanged",
    ]  # fmt: skip
    assert {name: answer[name] for name in ("created", "updated", "unchanged", "refused")} == {
        "created": 2, "updated": 2, "unchanged": 1, "refused": 4,
    }  # fmt: skip
    codes = [row["error"]["code"] for row in answer["results"] if row["error"]]
    assert list(answer["results"][2]["error"]["details"]["fields"]) == ["non_field_errors"]
    assert codes == ["invalid_input", "invalid_input", "client_incomplete", "external_id_taken"]
    one = User.objects.get(external_id="crm-1")
    assert (answer["results"][0]["id"], one.full_name) == (str(one.pk), "One Again")
    assert User.objects.get(pk=ada.pk).external_id == "crm-3"
    assert User.objects.filter(email="five@example.com").count() == 1


def test_a_thousand_rows_are_taken_and_no_more(crm):
    rows = [
        {"external_id": f"crm-{number}", "email": f"c{number}@example.com", "full_name": f"Client {number}"}
        for number in range(1000)
    ]
    assert crm.post("users/bulk", {"users": rows}).json()["created"] == 1000
    assert User.objects.filter(external_id__startswith="crm-").count() == 1000
    assert Event.objects.filter(type="user.created", actor="crm:berlin").count() == 1000
    assert error_of(crm.post("users/bulk", {"users": [*rows, rows[0]]})) == (400, "invalid_input")


def test_a_bulk_of_known_clients_takes_as_many_queries_as_one(crm, django_assert_max_num_queries):
    rows = [
        {"external_id": f"crm-{number}", "email": f"c{number}@example.com", "full_name": f"Client {number}"}
        for number in range(50)
    ]
    crm.post("users/bulk", {"users": rows})
    with django_assert_max_num_queries(18):
        assert crm.post("users/bulk", {"users": rows}).json()["unchanged"] == 50


# --- Change --------------------------------------------------------------------------------------
def test_flags_limits_and_leverage(crm, ada, live):
    wanted = {
        "flags": ["vip"],
        "limits": {"deposits_maximum": "2500.00", "withdrawals_allowed": False},
        "leverage_max": "30",
        "external_id": "crm-1",
    }
    response = crm.patch(f"users/{ada.pk}", wanted)
    assert response.status_code == 200, response.json()
    shown = response.json()
    assert {name: shown[name] for name in ("flags", "limits", "leverage_max", "external_id")} == {
        "flags": ["vip"],
        "limits": {"deposits_maximum": "2500", "withdrawals_allowed": False},
        "leverage_max": "30",
        "external_id": "crm-1",
    }
    live.refresh_from_db()
    assert live.leverage == 30
    changes = Event.objects.get(stream=ada.stream, type="user.updated").payload["changes"]
    assert changes["deposits_maximum"] == {"before": None, "after": "2500"}
    assert changes["withdrawals_allowed"] == {"before": True, "after": False}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"leverage_maximum": "30", "flags": ["vip"]}, {"leverage_maximum"}),
        ({"limits": {"deposit_maximum": "10"}}, {"limits"}),
        ({"email": "ada@elsewhere.example"}, {"email"}),
    ],
)
def test_a_misspelt_limit_is_refused_and_not_left_out(crm, ada, body, fields):
    answer = crm.patch(f"users/{ada.pk}", body)
    assert error_of(answer) == (400, "invalid_input")
    assert set(answer.json()["error"]["details"]["fields"]) == fields
    assert User.objects.get(pk=ada.pk).flags == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"leverage_max": "0.5"}, "Ensure this value is greater than or equal to 1."),
        ({"flags": ["V I P"]}, "Send text that matches ^[a-z0-9][a-z0-9_-]*$."),
    ],
)
def test_what_a_field_takes_is_said(crm, ada, body, sentence):
    assert sentence in crm.patch(f"users/{ada.pk}", body).content.decode()


def test_a_group_that_there_is_not_is_answered_with_those_that_there_are(crm, ada, live):
    refused = crm.patch(f"users/{ada.pk}", {"group": "test"}).json()["error"]
    assert (refused["code"], refused["details"]["group"]) == ("group_not_found", "test")
    assert "Test" in refused["details"]["groups"]
    assert all(name in refused["message"] for name in refused["details"]["groups"])


def test_all_open_accounts_change_group_or_none(crm, ada, live):
    second = make_live_account(ada, leverage="500")
    make_group("Small", leverage_max=200)
    make_group("Large", leverage_max=500)
    assert error_of(crm.patch(f"users/{ada.pk}", {"group": "Small", "flags": ["moved"]})) == (
        422,
        "leverage_not_allowed",
    )
    assert set(TradingAccount.objects.values_list("group__name", flat=True)) == {"Test"}
    ada.refresh_from_db()
    assert ada.flags == []
    assert crm.patch(f"users/{ada.pk}", {"group": "Large"}).status_code == 200
    assert {account.pk for account in TradingAccount.objects.filter(group__name="Large")} == {live.pk, second.pk}
    assert error_of(crm.patch(f"users/{ada.pk}", {"group": "No such"})) == (422, "group_not_found")


def test_lower_access_stops_accounts_and_full_access_starts_those_that_it_stopped(crm, ada, live):
    by_dealer = make_live_account(ada)
    account_set_trading(account_id=by_dealer.pk, enabled=False, origin=ORIGIN)
    for level in ("close_only", "frozen"):
        assert crm.patch(f"users/{ada.pk}", {"access_level": level, "reason": "Case 1"}).json()["access_level"] == level
        assert not TradingAccount.objects.filter(owner=ada, trading_enabled=True).exists()
        with pytest.raises(Refused, match="client_restricted"):
            account_set_trading(account_id=live.pk, enabled=True, origin=ORIGIN)
    assert crm.patch(f"users/{ada.pk}", {"access_level": "full", "reason": "Solved"}).status_code == 200
    enabled = TradingAccount.objects.filter(owner=ada, trading_enabled=True)
    assert list(enabled) == [live]
    account_set_trading(account_id=by_dealer.pk, enabled=True, origin=ORIGIN)
    told = Event.objects.filter(stream=ada.stream, type="user.access_level_changed").order_by("seq")
    assert [(event.payload["after"], event.actor) for event in told] == [
        ("close_only", "crm:berlin"),
        ("frozen", "crm:berlin"),
        ("full", "crm:berlin"),
    ]


def test_whoever_is_suspended_is_signed_out_and_can_come_back(crm, ada, client):
    client.force_login(ada)
    assert error_of(crm.patch(f"users/{ada.pk}", {"status": "suspended"})) == (422, "reason_required")
    assert crm.patch(f"users/{ada.pk}", {"status": "suspended", "reason": "Fraud"}).json()["status"] == "suspended"
    assert client.get("/profile").status_code == 302
    assert Event.objects.get(stream=ada.stream, type="user.suspended").actor == "crm:berlin"
    assert crm.patch(f"users/{ada.pk}", {"status": "active", "reason": "Cleared"}).json()["status"] == "active"


def test_staff_are_no_clients(crm):
    staff = make_user("staff@example.com", is_staff=True)
    for response in (
        crm.get(f"users/{staff.pk}"),
        crm.patch(f"users/{staff.pk}", {"status": "suspended", "reason": "x"}),
        crm.post("force-logout", {"user_id": str(staff.pk), "reason": "x"}),
        crm.post("password-reset", {"user_id": str(staff.pk)}),
        crm.post(f"users/{staff.pk}/notes", {"text": "x"}),
    ):
        assert error_of(response) == (404, "client_not_found")
    assert crm.get("users", {"email": staff.email}).json()["results"] == []


# --- Sign out, reset, note -----------------------------------------------------------------------
def test_force_logout_ends_every_session(crm, ada, client):
    client.force_login(ada)
    assert client.get("/profile").status_code == 200
    response = crm.post("force-logout", {"user_id": str(ada.pk), "reason": "Lost phone"})
    assert response.json() == {"user_id": str(ada.pk), "done": "signed_out"}
    assert client.get("/profile").status_code == 302
    assert not SignedInSession.objects.filter(user=ada).exists()
    assert Event.objects.get(stream=ada.stream, type="user.signed_out_everywhere").actor == "crm:berlin"


def test_an_id_may_be_a_number(crm, ada):
    assert crm.post("force-logout", {"user_id": ada.pk, "reason": "Lost phone"}).json()["user_id"] == str(ada.pk)


def test_password_reset_mails_the_link(crm, ada, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert crm.post("password-reset", {"user_id": str(ada.pk)}).status_code == 202
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
    assert "/password/reset/" in mailoutbox[0].body


def test_notes_are_kept_with_their_author_and_their_text_is_in_no_event(crm, ada):
    assert crm.post(f"users/{ada.pk}/notes", {"text": "Called about 500 USD."}).status_code == 201
    (note,) = crm.get(f"users/{ada.pk}/notes").json()
    assert (note["author"], note["text"]) == ("crm:berlin", "Called about 500 USD.")
    event = Event.objects.get(type="user.note_added")
    assert event.payload == {"note_id": Note.objects.get().pk}
