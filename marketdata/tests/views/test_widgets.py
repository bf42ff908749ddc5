import re
from datetime import UTC, datetime

import pytest

from forexpro.core.realtime.connections import name, redis_client
from marketdata.candle_cache import Series, write_live
from marketdata.candle_rows import row_of_json
from marketdata.feeds import Interval
from marketdata.services.catalogue import catalogue_load
from marketdata.ticks import Tick, pack

pytestmark = pytest.mark.django_db
ADDRESS = "/widgets/prices"


@pytest.fixture(autouse=True)
def prices(db, redis, settings) -> None:
    catalogue_load()
    settings.WIDGET_SYMBOLS = ["EURUSD", "XAUUSD", "BTCUSD"]
    tick = Tick("EURUSD", 110_000_000, 110_010_000, 1_700_000_000_123, 1_700_000_000_456, "test")
    redis_client().hset(name("quotes"), "EURUSD", pack(tick) + b"1700000000456-1")
    today = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000)
    write_live({Series("EURUSD", Interval.D1): row_of_json(today, ["1.08000", "1.11000", "1.07000", "1.10000"], 9)})


def shown(response) -> list[str]:
    assert response.status_code == 200
    return re.findall(r'data-symbol="(\w+)"', response.content.decode())


def test_the_prices_of_the_moment_are_in_the_page_and_symbols_without_any_too(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        answer = client.get(ADDRESS)
    assert shown(answer) == ["EURUSD", "XAUUSD", "BTCUSD"]
    page = answer.content.decode()
    assert 'data-value="1.10000"' in page
    assert 'data-value="1.10010"' in page
    assert "+1.85%" in page
    assert 'data-reference="1.08000"' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [("XAUUSD,EUR/USD", ["XAUUSD", "EURUSD"]), ("btcusd,GBPUSD", ["BTCUSD"]), ("", ["EURUSD", "XAUUSD", "BTCUSD"])],
)
def test_a_site_chooses_among_the_symbols_of_widgets(client, asked, found):
    assert shown(client.get(ADDRESS, {"symbols": asked})) == found


def test_a_site_that_chose_nothing_that_is_shown_is_told_what_there_is(client):
    answer = client.get(ADDRESS, {"symbols": "NOPE,\0"})
    assert answer.status_code == 404
    assert "There are: EURUSD, XAUUSD, BTCUSD." in answer.content.decode()


@pytest.mark.parametrize(("theme", "used"), [("light", "light"), ("dark", "dark"), ("", "system"), ('"><b', "system")])
def test_it_takes_the_theme_of_the_site_around_it(client, theme, used):
    assert f'data-theme="{used}"' in client.get(ADDRESS, {"theme": theme}).content.decode()


def test_where_prices_are_for_clients_it_shows_none(client, settings):
    settings.MARKET_DATA_PUBLIC = False
    answer = client.get(ADDRESS)
    assert answer.status_code == 403
    assert "1.10000" not in answer.content.decode()
    assert "for clients who have signed in" in answer.content.decode()


def test_it_knows_nobody_and_leaves_no_cookie(client):
    assert not client.get(ADDRESS).cookies


@pytest.mark.parametrize(
    ("sites", "ancestors"),
    [
        ([], "'self'"),
        (
            ["https://www.example.com", "https://shop.example.com"],
            "'self' https://www.example.com https://shop.example.com",
        ),
    ],
)
def test_only_the_sites_of_the_list_may_frame_it_and_nobody_any_other_page(client, settings, sites, ancestors):
    settings.WIDGET_SITES = sites
    answer = client.get(ADDRESS)
    assert f"frame-ancestors {ancestors};" in answer["Content-Security-Policy"] + ";"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    other = client.get("/sign-in")
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "DENY"
