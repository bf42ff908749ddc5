from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command

from forexpro.core.refusals import Refused
from marketdata.catalogue import catalogue_entries
from marketdata.models import Symbol
from marketdata.services.catalogue import catalogue_load

pytestmark = pytest.mark.django_db
EURUSD = catalogue_entries()["EURUSD"]


def changed(**fields):
    return replace(EURUSD, specification={**EURUSD.specification, **fields})


def test_the_first_load_creates_every_symbol_in_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        load = catalogue_load()
    assert set(load.created) == set(catalogue_entries()) == set(Symbol.objects.values_list("code", flat=True))
    gold = Symbol.objects.get(code="XAUUSD")
    assert (gold.digits, gold.contract_size, gold.margin_mode) == (3, Decimal(100), "cfd_leverage")
    assert gold.sessions["timezone"] == "America/New_York"


def test_loading_again_changes_nothing():
    catalogue_load()
    again = catalogue_load()
    assert (again.created, again.updated, again.kept) == ([], [], {})


def test_what_staff_changed_is_kept_and_named():
    catalogue_load(entries=[EURUSD])
    Symbol.objects.filter(code="EURUSD").update(typical_spread_points=25, is_active=False)
    load = catalogue_load(entries=[changed(typical_spread_points=9, volume_max=Decimal(200))])
    symbol = Symbol.objects.get()
    assert (symbol.typical_spread_points, symbol.volume_max, symbol.is_active) == (25, Decimal(200), False)
    assert load.updated == ["EURUSD"]
    assert load.kept == {"EURUSD": ["typical_spread_points"]}


def test_overwrite_replaces_what_staff_changed_but_not_the_switch():
    catalogue_load(entries=[EURUSD])
    Symbol.objects.filter(code="EURUSD").update(typical_spread_points=25, is_active=False)
    assert catalogue_load(entries=[EURUSD], overwrite=True).updated == ["EURUSD"]
    symbol = Symbol.objects.get()
    assert (symbol.typical_spread_points, symbol.is_active) == (EURUSD.typical_spread_points, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"margin_mode": "lottery"},
        {"sessions": {"timezone": "Mars/Olympus", "hours": []}},
        {"volume_min": Decimal(200)},
        {"digits": 9},
        {"contract_size": Decimal(0)},
    ],
)
def test_an_impossible_entry_is_refused_and_nothing_is_written(fields):
    with pytest.raises(Refused) as refusal:
        catalogue_load(entries=[catalogue_entries()["GBPUSD"], changed(**fields)])
    assert refusal.value.code == "catalogue_invalid"
    assert not Symbol.objects.exists()


def test_the_command_says_what_it_did(capsys):
    call_command("load_catalogue")
    Symbol.objects.filter(code="EURUSD").update(swap_long=1)
    call_command("load_catalogue")
    output = capsys.readouterr().out
    assert f"created: {len(catalogue_entries())}" in output
    assert "EURUSD keeps what staff changed: swap_long" in output
