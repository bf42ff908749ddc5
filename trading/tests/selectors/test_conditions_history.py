import pytest
from django.db import connection, transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from trading.models import AccountGroup, ConditionsVersion, GroupInstrument
from trading.selectors.conditions_history import Change, changes_between, edits_behind, previous_version
from trading.tests.factories import make_order

pytestmark = pytest.mark.django_db


def trade(account):
    make_order(account, volume=1)
    return ConditionsVersion.objects.latest("effective_from", "pk")


def effective(version, moment):
    """Let a version have come into force at another moment; the table itself forbids it, outside of tests too."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ConditionsVersion.objects.filter(pk=version.pk).update(effective_from=moment)
        cursor.execute("SET session_replication_role = DEFAULT")


def edit(object):
    with transaction.atomic():
        record(
            [NewEvent("staff:7", "staff.object_changed", {"object": object, "name": "x"})],
            origin=Origin(actor="staff:7"),
        )


@pytest.fixture
def versions(account):
    """The conditions before and after a group's stop-out level and its leverage in a symbol were changed."""
    first = trade(account)
    effective(first, "2026-01-05T10:00:00Z")
    first.refresh_from_db()
    AccountGroup.objects.filter(pk=account.group_id).update(stop_out_level=70)
    GroupInstrument.objects.create(group_id=account.group_id, symbol_id="USDJPY", leverage_cap=20)
    return first, trade(account)


def test_says_what_changed(versions):
    first, second = versions
    assert previous_version(second) == first
    assert previous_version(first) is None
    assert changes_between(first, second) == [
        Change("", "stop_out_level", "50", "70"),
        Change("USDJPY", "leverage_cap", None, "20"),
    ]
    assert changes_between(None, first) == []
    assert changes_between(first, first) == []


def test_symbols_come_and_go(versions):
    first, second = versions
    second.document["instruments"] = [one for one in second.document["instruments"] if one["symbol"] != "GBPUSD"]
    changes = changes_between(first, second)
    assert Change("GBPUSD", "", True, False) in changes
    assert Change("GBPUSD", "", False, True) in changes_between(second, first)


def test_names_the_edits_that_led_to_a_version(account, versions):
    first, second = versions
    edit(f"trading.accountgroup:{account.group_id}")
    edit("trading.accountgroup:999")
    edit("marketdata.symbol:USDJPY")
    edit("accounts.user:1")
    effective(second, "2100-01-01T00:00:00Z")
    second.refresh_from_db()
    assert [event.payload["object"] for event in edits_behind(first, second)] == [
        "marketdata.symbol:USDJPY",
        f"trading.accountgroup:{account.group_id}",
    ]
    assert edits_behind(None, first) == []
