"""Races on real PostgreSQL, each beside a control that shows the race without the lock."""

import contextlib
import threading
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from forexpro.core.tests.at_once import at_once
from trading.models import Deal, Order, Position, Posting
from trading.selectors import account_state
from trading.services import execution
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_account, make_order

pytestmark = pytest.mark.django_db(transaction=True)


def codes(results):
    return [result for result in results if isinstance(result, str)]


def place(account, key=None, volume="1.00"):
    return make_order(account, volume=volume, idempotency_key=key)


@pytest.fixture
def meeting(monkeypatch):
    """Let two decisions wait for each other, for a moment: only without a lock can both be there."""
    barrier = threading.Barrier(2)
    decide = execution.decide

    def decide_together(*arguments):
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)
        return decide(*arguments)

    monkeypatch.setattr(execution, "decide", decide_together)
    return barrier


def test_twenty_duplicates_place_one_order(account):
    results = at_once([lambda: place(account, key="same")] * 20)

    assert Order.objects.count() == Position.objects.count() == Deal.objects.count() == 1
    answers = [result for result in results if not isinstance(result, str)]
    assert {answer.order_id for answer in answers} == {Order.objects.get().pk}
    assert sum(not answer.repeated for answer in answers) == 1
    assert set(codes(results)) <= {"request_in_progress"}


def test_duplicate_of_a_running_request_is_told_so(account, meeting):
    first, second = at_once([lambda: place(account, key="same")] * 2)
    assert codes([first, second]) == ["request_in_progress"]
    assert Order.objects.count() == 1


def test_margin_is_never_used_twice(account):
    """10,000 USD at 1:100 is margin for 9.09 lots of EURUSD: of two orders for 6 lots only one can be filled."""
    results = at_once([lambda: place(account, volume="6.00")] * 8)
    assert codes(results) == ["insufficient_margin"] * 7
    assert Position.objects.count() == 1


def test_decisions_on_one_account_do_not_meet(account, meeting):
    results = at_once([lambda: place(account, volume="6.00")] * 2)
    assert meeting.broken
    assert codes(results) == ["insufficient_margin"]


def test_control_without_the_lock_decisions_meet(account, meeting, monkeypatch):
    monkeypatch.setattr(execution, "locking", lambda account_id: ("SELECT %s", [account_id]))
    results = at_once([lambda: place(account, volume="6.00")] * 2, errors=(IntegrityError,))
    assert not meeting.broken
    # Both were decided on the same state; the numbering of the event stream is what still keeps one of them out.
    assert codes(results) == []
    assert [type(result) for result in results].count(IntegrityError) == 1


def test_position_is_closed_once(account):
    position_id = place(account).order_id
    results = at_once([lambda: position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)] * 8)
    assert codes(results) == ["position_not_found"] * 7
    assert Deal.objects.filter(entry="out").count() == 1
    account.refresh_from_db()
    total = Posting.objects.filter(ledger_account__trading_account=account).aggregate(total=Sum("amount"))["total"]
    assert total == account.balance == account_state(account).balance


@pytest.fixture
def two_accounts(account):
    return [account, make_account(account.owner)]


def test_accounts_do_not_wait_for_each_other(two_accounts, meeting):
    results = at_once([partial(place, account) for account in two_accounts])
    assert codes(results) == []
    assert not meeting.broken
