"""The regulator's limits for retail clients as rules of a group; the ids are those of the conformance collection."""

from decimal import Decimal

import pytest

from forexpro.core.models import Event
from marketdata.models import Symbol
from marketdata.services.catalogue import catalogue_load
from trading.models import AccountGroup, GroupInstrument
from trading.selectors.conditions import configuration_version, group_conditions
from trading.services.leverage_caps import group_apply_retail_limits
from trading.tests.factories import ORIGIN, make_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    catalogue_load()
    return make_group("Retail EU", leverage_max=500)


def caps(group):
    instruments = group_conditions(group.pk, configuration_version()).instruments
    return {symbol: instrument.leverage_cap for symbol, instrument in instruments.items()}


def test_m32_caps_by_asset_class(group):
    group_apply_retail_limits(group_id=group.pk, origin=ORIGIN)
    by_symbol = caps(group)
    assert {symbol: by_symbol[symbol] for symbol in ("EURUSD", "USDJPY", "GBPCHF", "CADJPY")} == dict.fromkeys(
        ("EURUSD", "USDJPY", "GBPCHF", "CADJPY"), 30
    )
    expected = {"AUDUSD": 20, "USDTRY": 20, "XAUUSD": 20, "XAGUSD": 10, "WTI": 10, "US500": 20, "ES35": 10, "BTCUSD": 2}
    assert {symbol: by_symbol[symbol] for symbol in expected} == expected
    group.refresh_from_db()
    assert (group.leverage_max, group.stop_out_level, group.negative_balance_protection) == (30, 50, True)


def test_what_is_stricter_already_stays(group):
    Symbol.objects.filter(pk="USDTRY").update(leverage_cap=5)
    GroupInstrument.objects.create(group=group, symbol_id="EURUSD", leverage_cap=10, spread_mode="fixed")
    AccountGroup.objects.filter(pk=group.pk).update(stop_out_level=70, margin_call_level=120, leverage_max=20)
    group_apply_retail_limits(group_id=group.pk, origin=ORIGIN)
    by_symbol = caps(group)
    assert (by_symbol["USDTRY"], by_symbol["EURUSD"]) == (5, 10)
    assert group.instruments.get(symbol_id="EURUSD").spread_mode == "fixed"
    group.refresh_from_db()
    assert (group.leverage_max, group.stop_out_level, group.margin_call_level) == (20, 70, 120)


def test_what_is_looser_is_lowered(group):
    GroupInstrument.objects.create(group=group, asset_class="crypto", leverage_cap=20)
    GroupInstrument.objects.create(group=group, symbol_id="BTCUSD", leverage_cap=100)
    AccountGroup.objects.filter(pk=group.pk).update(
        level_unit="money", stop_out_level=10, margin_call_level=1000, negative_balance_protection=False
    )
    group_apply_retail_limits(group_id=group.pk, origin=ORIGIN)
    assert caps(group)["BTCUSD"] == caps(group)["ETHUSD"] == Decimal(2)
    group.refresh_from_db()
    assert (group.level_unit, group.stop_out_level, group.margin_call_level) == ("percent", 50, 100)
    assert group.negative_balance_protection


def test_applied_again_nothing_changes(group):
    assert group_apply_retail_limits(group_id=group.pk, origin=ORIGIN) > 0
    events = Event.objects.count()
    assert group_apply_retail_limits(group_id=group.pk, origin=ORIGIN) == 0
    assert Event.objects.count() == events


def test_it_is_told_in_the_audit_log(group):
    group_apply_retail_limits(group_id=group.pk, origin=ORIGIN)
    event = Event.objects.get(type="staff.object_changed")
    assert event.payload["object"] == f"trading.accountgroup:{group.pk}"
    assert event.payload["changes"] == {"leverage_max": {"before": "500.00", "after": "30"}}
    assert event.payload["leverage_caps_lowered"] == group.instruments.count()
