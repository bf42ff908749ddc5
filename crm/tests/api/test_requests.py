"""Deposits and withdrawals of all clients: in the order of their last change, missed by nobody."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.models import DepositChange
from crm.tests.conftest import error_of
from trading.models import Deposit
from trading.models.funding import Status
from trading.tests.factories import make_live_account, make_user
from trading.tests.services.funding.asking import ask_deposit, ask_withdrawal

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["deposits", "withdrawals"]


@pytest.fixture
def asked(ada, live, bank):
    """Return the numbers of three deposits and three withdrawals of two clients, as they were asked for."""
    other = make_live_account(make_user("bob@example.com"))
    accounts = (live, other, live)
    return {
        "deposits": [ask_deposit(account, bank).pk for account in accounts],
        "withdrawals": [ask_withdrawal(account, bank, "20").pk for account in accounts],
        "owners": [str(account.owner_id) for account in accounts],
    }


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [int(found["id"]) for found in answer.json()["results"]]


def followed(crm, kind, cursor, **query):
    answer = crm.get(kind, {"cursor": cursor, **query})
    return ids(answer), answer.json()["cursor"]


@pytest.mark.parametrize("kind", KINDS)
def test_those_of_all_clients_in_the_order_of_their_last_change(crm, asked, kind):
    answer = crm.get(kind)
    assert ids(answer) == asked[kind]
    assert [found["user_id"] for found in answer.json()["results"]] == asked["owners"]
    assert answer.json()["has_more"] is False
    crm.post(f"{kind}/{asked[kind][0]}/decision", {"decision": "review"})
    assert ids(crm.get(kind)) == [*asked[kind][1:], asked[kind][0]]


@pytest.mark.parametrize("kind", KINDS)
def test_pages_go_on_and_later_bring_what_has_changed(crm, asked, kind):
    first = crm.get(kind, {"limit": 2}).json()
    assert first["has_more"] is True
    rest, cursor = followed(crm, kind, first["cursor"])
    assert rest == asked[kind][2:]
    assert followed(crm, kind, cursor) == ([], cursor)
    crm.post(f"{kind}/{asked[kind][1]}/decision", {"decision": "decline", "reason": "No."})
    again, cursor = followed(crm, kind, cursor)
    assert again == [asked[kind][1]]
    assert followed(crm, kind, cursor)[0] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_waits_and_every_status(crm, asked, kind):
    review, decline, approve = asked[kind]
    crm.post(f"{kind}/{review}/decision", {"decision": "review"})
    crm.post(f"{kind}/{decline}/decision", {"decision": "decline", "reason": "No."})
    crm.post(f"{kind}/{approve}/decision", {"decision": "approve"})
    # A withdrawal that is approved waits for its payment; a deposit is done.
    assert ids(crm.get(kind, {"status": "pending"})) == ([review, approve] if kind == "withdrawals" else [review])
    expected = {"in_review": [review], "declined": [decline], "approved": [approve]}
    for status in Status:
        assert ids(crm.get(kind, {"status": status.value})) == expected.get(status.value, [])
    assert error_of(crm.get(kind, {"status": "lost"})) == (400, "invalid_input")
    assert error_of(crm.get(kind, {"cursor": "lost"})) == (422, "cursor_invalid")


def test_since_a_moment(crm, asked):
    now = timezone.now()
    DepositChange.objects.filter(pk=asked["deposits"][0]).update(updated_at=now - timedelta(days=2))
    query = {"updated_since": (now - timedelta(days=1)).isoformat()}
    assert ids(crm.get("deposits", query)) == asked["deposits"][1:]
    first = crm.get("deposits", {**query, "limit": 1}).json()
    assert followed(crm, "deposits", first["cursor"])[0] == asked["deposits"][2:]


def test_what_a_slow_transaction_changes_is_missed_by_nobody(crm, asked):
    """The cursor waits for it; the control below reads on by the time and misses it."""
    slow, quick, _other = asked["deposits"]
    changed, go_on = threading.Event(), threading.Event()

    def change_slowly():
        with transaction.atomic():
            Deposit.objects.filter(pk=slow).update(reason="slow")
            changed.set()
            go_on.wait()
        connection.close()

    _all, cursor = followed(crm, "deposits", crm.get("deposits").json()["cursor"])
    thread = threading.Thread(target=change_slowly)
    thread.start()
    changed.wait()
    Deposit.objects.filter(pk=quick).update(reason="quick")
    while_running, cursor = followed(crm, "deposits", cursor)
    newest = DepositChange.objects.latest("updated_at").updated_at  # the control: by the clock, as far as one can see
    go_on.set()
    thread.join()
    afterwards, _cursor = followed(crm, "deposits", cursor)
    assert while_running + afterwards == [slow, quick]
    by_the_clock = DepositChange.objects.filter(updated_at__gt=newest).values_list("pk", flat=True)
    assert list(by_the_clock) == []


def test_a_payout_address_is_in_no_answer(crm, asked):
    assert "payout" not in crm.get("withdrawals").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_one_query_however_many(crm, asked, kind, django_assert_num_queries):
    crm.get("users/0")  # the first use of a key is written
    with django_assert_num_queries(1 + 1 + 1):  # whose key it is, the list, the count of reads
        assert len(ids(crm.get(kind))) == 3
