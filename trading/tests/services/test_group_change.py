from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forexpro.core.events.chain import Origin
from forexpro.core.events.sentences import sentence
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from marketdata.models import Symbol
from trading.models import AccountGroup, GroupInstrument, Position
from trading.selectors import account_state, account_valuation
from trading.services.group_change import account_set_group
from trading.services.replay import account_first_difference
from trading.tests.factories import make_group, make_order

STAFF = Origin(actor="staff:7")
pytestmark = pytest.mark.django_db


def move(account, group):
    return account_set_group(account_id=account.pk, group_id=group.pk, origin=STAFF)


def open_position(account):
    make_order(account, volume=1)
    return Position.objects.get(account=account)


def test_the_conditions_of_the_new_group_apply_at_once(account):
    open_position(account)
    strict = make_group("Strict", stop_out_level=80, margin_call_level=120)
    GroupInstrument.objects.create(group=strict, symbol_id="EURUSD", leverage_cap=30)
    before = account_valuation(account).margin
    answer = move(account, strict)
    assert [event.type for event in answer.events] == ["account.policy_changed", "account.group_changed"]
    account.refresh_from_db()
    assert account.group == strict
    state = account_state(account)
    assert (state.policy.stop_out_level, state.policy.leverage) == (80, 100)
    assert account_valuation(account).margin > 3 * before
    event = Event.objects.get(type="account.group_changed")
    assert event.payload["changes"] == {"group": {"before": "Test", "after": "Strict"}}
    assert sentence(event).startswith("Moved from the group Test to the group Strict")


def test_the_same_group_changes_nothing(account):
    count = Event.objects.count()
    assert move(account, account.group).events == ()
    assert Event.objects.count() == count


def test_a_group_that_allows_less_leverage_is_refused(account):
    low = make_group("Low", leverage_max=30)
    count = Event.objects.count()
    with pytest.raises(Refused, match="leverage_not_allowed"):
        move(account, low)
    account.refresh_from_db()
    assert account.group.name == "Test"
    assert Event.objects.count() == count


@pytest.fixture
def nights(account):
    """A position that was held over a night whose swap the first group takes and the second does not."""
    Symbol.objects.filter(code="EURUSD").update(swap_mode="points", swap_long=Decimal("-10"))
    position = open_position(account)
    opened = datetime.now(UTC) - timedelta(days=3)
    Position.objects.filter(pk=position.pk).update(opened_at=opened, swap_day=None)
    return position


def test_nights_before_the_change_are_charged_by_the_former_group(account, nights):
    free = make_group("Free of swap", swap_free=True)
    move(account, free)
    charged = Event.objects.filter(type="position.swap_charged")
    assert charged.exists()
    assert all(Decimal(event.payload["amount"]) < 0 for event in charged)
    assert max(event.seq for event in charged) < Event.objects.get(type="account.group_changed").seq


def test_while_a_price_for_a_night_is_missing_the_group_stays(account, nights, monkeypatch):
    for module in ("trading.services.rollover", "trading.services.group_change"):
        monkeypatch.setattr(f"{module}.newest_ticks", dict, raising=False)
    # In the currency of the account points need no price of their own; a percentage of the price does.
    Symbol.objects.filter(code="EURUSD").update(swap_mode="percent")
    with pytest.raises(Refused, match="nights_due"):
        move(account, make_group("Other"))
    account.refresh_from_db()
    assert account.group.name == "Test"
    assert not Event.objects.filter(type="account.group_changed").exists()


def test_an_account_that_was_moved_is_still_what_its_events_say(account):
    open_position(account)
    move(account, make_group("Other", stop_out_level=20))
    assert account_first_difference(account.pk) is None
    assert AccountGroup.objects.filter(accounts=account).get().name == "Other"
