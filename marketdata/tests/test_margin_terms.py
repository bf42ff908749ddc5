"""Margin rates and leverage tiers as staff write them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from marketdata.models import Symbol
from marketdata.models.margin import leverage_tiers, margin_rates, margin_tiers


def test_margin_rates_have_one_number_or_an_initial_and_a_maintenance_rate():
    assert margin_rates({"buy": [1.5, 1], "sell": 2, "sell_limit": "0.5"}) == {
        "buy": (Decimal("1.5"), Decimal(1)),
        "sell": (Decimal(2),),
        "sell_limit": (Decimal("0.5"),),
    }


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([1], "rates are an object such as"),
        ({"byu": 1}, "'byu' is none of buy, sell"),
        ({"buy": [1, 1, 1]}, "buy has one rate, or an initial and a maintenance rate"),
        ({"buy_stop": [1, 1]}, "buy_stop has one rate"),
        ({"buy": "much"}, "are not numbers"),
        ({"buy": -1}, "no number is below zero"),
        ({"buy": float("inf")}, "no number is below zero"),
    ],
)
def test_margin_rates_that_cannot_be_read(value, reason):
    with pytest.raises(ValueError, match=reason):
        margin_rates(value)


def test_leverage_tiers_are_pairs_that_go_up():
    assert leverage_tiers([[0, 500], ["100000", 200]]) == (
        (Decimal(0), Decimal(500)),
        (Decimal(100_000), Decimal(200)),
    )


def test_rates_by_size_stand_in_for_leverage():
    value = {"volume": [[0, 1], [10, "2", 1.5]]}
    assert leverage_tiers(value) == ()
    assert margin_tiers(value) == (
        "volume",
        ((Decimal(0), Decimal(1)), (Decimal(10), Decimal(2), Decimal("1.5"))),
    )
    assert margin_tiers([[0, 500]])[1] == ()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "tiers are a list such as"),
        (5, "tiers are a list such as"),
        ({"lots": [[0, 1]]}, "by volume or notional"),
        ({"volume": []}, "each tier is a size, the rate of orders above it"),
        ({"volume": [[10]]}, "each tier is a size, the rate of orders above it"),
        ({"notional": [[0, 1], [0, 2]]}, "each tier starts above the one before it"),
        ([500], "each tier is a value and the highest leverage above it"),
        ([[0, 0.5]], "each tier is a value and the highest leverage above it"),
        ([[0, 500], [0, 200]], "each tier starts above the one before it"),
        ([[0, None]], "are not numbers"),
    ],
)
def test_leverage_tiers_that_cannot_be_read(value, reason):
    with pytest.raises(ValueError, match=reason):
        leverage_tiers(value)


def symbol(**fields):
    return Symbol(
        code="TEST",
        name="Test",
        asset_class="index",
        base_currency="USD",
        quote_currency="USD",
        margin_currency="USD",
        digits=2,
        contract_size=1,
        volume_min=1,
        volume_max=100,
        volume_step=1,
        typical_spread_points=1,
        **fields,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"margin_mode": "cfd_index"}, "Indices and futures need a tick size and a tick value above zero."),
        (
            {"margin_mode": "futures", "tick_size": 1, "tick_value": 1},
            "Futures and fixed margin need an initial margin above zero.",
        ),
        ({"margin_mode": "fixed"}, "Futures and fixed margin need an initial margin above zero."),
        (
            {"margin_mode": "cfd", "margin_rates": {"byu": 1}},
            "Margin rates cannot be read: 'byu' is none of buy, sell, buy_limit, sell_limit, buy_stop, sell_stop, "
            "buy_stop_limit, sell_stop_limit",
        ),
        (
            {"margin_mode": "cfd", "leverage_tiers": [5]},
            "Leverage tiers cannot be read: each tier is a value and the highest leverage above it, such as "
            "[100000, 200]",
        ),
    ],
)
def test_a_symbol_says_what_is_missing(fields, message):
    with pytest.raises(ValidationError) as refusal:
        symbol(**fields).full_clean()
    assert message in refusal.value.messages


@pytest.mark.django_db
def test_the_database_refuses_futures_without_an_initial_margin():
    with pytest.raises(IntegrityError, match="symbol_initial_margin"):
        symbol(margin_mode="futures", tick_size=1, tick_value=1).save()
