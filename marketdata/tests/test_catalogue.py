"""The shipped symbols make sense as trading specifications and to the simulator."""

from collections import Counter
from decimal import Decimal

import pytest

from marketdata.catalogue import CatalogueEntry, catalogue_entries
from marketdata.sessions import TradingHours

ENTRIES = list(catalogue_entries().values())


def test_every_class_is_there():
    classes = Counter(entry.asset_class for entry in ENTRIES)
    assert len(ENTRIES) >= 90
    assert set(classes) == {"forex", "metal", "energy", "index", "crypto"}
    majors = {"EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "NZDUSD"}
    assert majors | {"XAUUSD", "XAGUSD", "WTI", "BTCUSD", "US30", "EURGBP", "USDTRY"} <= set(catalogue_entries())


@pytest.mark.parametrize(
    ("code", "digits"),
    [("EURUSD", 5), ("USDJPY", 3), ("XAUUSD", 3), ("XAGUSD", 4), ("WTI", 3), ("BTCUSD", 2), ("US30", 2)],
)
def test_digits_are_those_of_real_feeds(code, digits):
    assert catalogue_entries()[code].digits == digits


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_a_specification_is_consistent(entry: CatalogueEntry):
    field = entry.specification
    assert 0 < field["volume_min"] <= field["volume_max"]
    assert field["volume_min"] % field["volume_step"] == 0
    assert field["volume_max"] % field["volume_step"] == 0
    assert field["contract_size"] > 0
    assert entry.typical_spread_points > 0
    assert field["leverage_cap"] is None or field["leverage_cap"] >= 1
    if entry.asset_class == "forex":
        assert entry.code == entry.base_currency + entry.quote_currency
        assert (field["margin_mode"], field["margin_currency"]) == ("forex", entry.base_currency)
        assert (entry.digits == 3) is (entry.quote_currency in {"JPY", "HUF", "THB"})
    else:
        assert (field["margin_mode"], field["margin_currency"]) == ("cfd_leverage", entry.quote_currency)
    TradingHours.from_json(entry.sessions)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_holding_both_sides_of_a_symbol_overnight_earns_nothing(entry: CatalogueEntry):
    assert entry.specification["swap_long"] + entry.specification["swap_short"] < 0


def test_prices_keep_six_significant_digits_or_what_the_market_quotes():
    for entry in ENTRIES:
        if entry.reference_price is not None:
            point = Decimal(1).scaleb(-entry.digits)
            assert entry.typical_spread_points * point / entry.reference_price < Decimal("0.006"), entry.code
