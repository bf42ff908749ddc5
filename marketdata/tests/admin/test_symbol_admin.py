from datetime import time

import pytest
from django.urls import reverse

from accounts.models import User
from forexpro.core.models import Event
from marketdata.models import Symbol
from marketdata.services.catalogue import catalogue_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, db):
    user = User.objects.create_superuser(email="operator@example.com", password="a long sentence")
    client.force_login(user)
    catalogue_load()
    return user


def test_the_list_is_searched_without_a_query_per_symbol(client, staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        response = client.get(reverse("admin:marketdata_symbol_changelist"), {"q": "gold"})
    assert "XAUUSD" in response.content.decode()
    assert "GBPUSD" not in response.content.decode()


def test_nobody_deletes_what_clients_may_hold(client, staff):
    page = client.get(reverse("admin:marketdata_symbol_changelist"))
    assert "Delete selected" not in page.content.decode()
    client.post(
        reverse("admin:marketdata_symbol_changelist"),
        {"action": "delete_selected", "_selected_action": ["XAUUSD"], "post": "yes"},
    )
    assert client.post(reverse("admin:marketdata_symbol_delete", args=["XAUUSD"]), {"post": "yes"}).status_code == 403
    assert Symbol.objects.filter(code="XAUUSD").exists()


def edit(client, symbol: Symbol, **changes: str):
    url = reverse("admin:marketdata_symbol_change", args=[symbol.code])
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields} | {"sessions": "{}"}
    return client.post(url, {name: "" if value is None else value for name, value in (values | changes).items()})


def test_a_change_is_saved_and_audited(client, staff):
    response = edit(client, Symbol.objects.get(code="EURUSD"), typical_spread_points="25")
    assert response.status_code == 302
    assert Symbol.objects.get(code="EURUSD").typical_spread_points == 25
    event = Event.objects.get(stream=f"staff:{staff.pk}")
    assert event.payload["changes"]["typical_spread_points"] == {"before": 8, "after": 25}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("volume_max", "0.001"),
        ("sessions", '{"timezone": "Mars/Olympus", "hours": []}'),
        ("digits", "9"),
        ("swap_week", "1 1 3 1 1"),
        ("swap_week", "1 1 3 1 1 0 -1"),
        ("swap_days_in_year", "367"),
        ("rollover_timezone", "Mars/Olympus"),
        ("commission_rate", "-1"),
        ("commission_currency", "dollars"),
        ("commission_maximum", "-1"),
        ("commission_tiers", "[[0, 10]]"),
        ("commission_tiers", "[[10, 0, 1.5]]"),
        ("commission_tiers", "[[0, null, 1.5], [10, 20, 1]]"),
        ("commission_tiers", '{"0": 1}'),
        ("margin_rate", "-1"),
        ("margin_rates", '{"byu": 1}'),
        ("margin_rates", "one"),
        ("leverage_cap", "0.5"),
        ("leverage_tiers", "[[100000, 200], [0, 500]]"),
        ("margin_mode", "futures"),
        ("hedged_margin", "-1"),
    ],
)
def test_an_impossible_specification_is_refused_in_the_form(client, staff, field, value):
    before = Symbol.objects.get(code="EURUSD")
    response = edit(client, before, **{field: value})
    assert response.status_code == 200
    assert response.context["errors"]
    assert Symbol.objects.get(code="EURUSD").volume_max == before.volume_max


def test_margin_terms_are_edited(client, staff):
    edit(
        client,
        Symbol.objects.get(code="EURUSD"),
        margin_mode="fixed",
        initial_margin="1000",
        maintenance_margin="500",
        hedged_margin="",
        margin_rates='{"buy": [1.5, 1], "sell_limit": 0.5}',
        leverage_tiers="[[0, 500], [100000, 200]]",
    )
    symbol = Symbol.objects.get(code="EURUSD")
    assert (symbol.margin_mode, symbol.initial_margin, symbol.maintenance_margin) == ("fixed", 1000, 500)
    assert symbol.hedged_margin is None
    assert symbol.margin_rates == {"buy": [1.5, 1], "sell_limit": 0.5}
    assert symbol.leverage_tiers == [[0, 500], [100000, 200]]


def test_what_is_cleared_is_as_it_was_at_first(client, staff):
    symbol = Symbol.objects.get(code="EURUSD")
    assert symbol.sessions
    cleared = dict.fromkeys(("sessions", "margin_rates", "leverage_tiers", "commission_tiers"), "")
    assert edit(client, symbol, **cleared).status_code == 302
    symbol.refresh_from_db()
    assert (symbol.sessions, symbol.margin_rates) == ({}, {})
    assert symbol.leverage_tiers == symbol.commission_tiers == []


def test_swap_and_commission_are_edited(client, staff):
    edit(
        client,
        Symbol.objects.get(code="EURUSD"),
        swap_mode="percent",
        swap_week="1 1 1 1 3 0 0",
        rollover_time="00:00",
        rollover_timezone="Europe/Prague",
        commission_unit="money",
        commission_tiers="[[0, 10, 3.5], [10, null, 3]]",
    )
    symbol = Symbol.objects.get(code="EURUSD")
    assert (symbol.swap_mode, symbol.swap_week, symbol.rollover_time) == ("percent", "1 1 1 1 3 0 0", time(0))
    assert symbol.commission_tiers == [[0, 10, 3.5], [10, None, 3]]
    changes = Event.objects.get(stream=f"staff:{staff.pk}").payload["changes"]
    assert changes["rollover_timezone"] == {"before": "America/New_York", "after": "Europe/Prague"}


def test_a_symbol_keeps_its_code(client, staff):
    edit(client, Symbol.objects.get(code="EURUSD"), code="EURUSX")
    assert not Symbol.objects.filter(code="EURUSX").exists()


@pytest.mark.parametrize("name", ["changelist", "add"])
def test_others_are_kept_out(client, db, name):
    assert client.get(reverse(f"admin:marketdata_symbol_{name}")).status_code == 302
    client.force_login(User.objects.create_user(email="trader@example.com", password="a long sentence"))
    assert client.get(reverse(f"admin:marketdata_symbol_{name}")).status_code == 302
