from datetime import UTC, datetime

import numpy as np
import pytest

from forexpro.core.realtime.connections import name, redis_client
from marketdata.aggregation import BARS
from marketdata.candle_cache import Series, write_live
from marketdata.candle_rows import row_of_json
from marketdata.feeds import Interval
from marketdata.models import Symbol
from marketdata.services.candles import candles_upsert
from marketdata.services.catalogue import catalogue_load
from marketdata.ticks import Tick, pack

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]

START = datetime(2026, 11, 20, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)


@pytest.fixture(autouse=True)
def market(db) -> None:
    catalogue_load()
    bars = [(b"EURUSD", START_MS + n * 60_000, *[(100 + n) * 1_000_000] * 4, 3) for n in range(5)]
    candles_upsert({Interval.M1: np.array(bars, BARS)})


def quote(symbol: str, bid: int) -> None:
    tick = Tick(symbol, bid, bid + 3_000, 1_700_000_000_123, 1_700_000_000_456, "test")
    redis_client().hset(name("quotes"), symbol, pack(tick) + b"1700000000456-1")


def fields(response) -> dict:
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_input"
    return response.json()["error"]["details"]["fields"]


@pytest.mark.parametrize("symbol", ["EURUSD", "EUR/USD", "eur/usd"])
def test_candles(client, symbol):
    response = client.get("/market/candles", {"symbol": symbol, "interval": "1m", "limit": 2})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert (body["symbol"], body["interval"]) == ("EURUSD", "1m")
    assert [bar["time"] for bar in body["candles"]] == ["2026-11-20T00:03:00Z", "2026-11-20T00:04:00Z"]
    assert body["candles"][1]["close"] == "1.04000"


def test_candles_between(client):
    asked = {"symbol": "EURUSD", "interval": "1m", "start": "2026-11-20T00:01:00Z", "end": "2026-11-20T01:03:00+01:00"}
    body = client.get("/market/candles", asked).json()
    assert [bar["time"][14:16] for bar in body["candles"]] == ["01", "02"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "symbol"),
        ({"symbol": "EURUSD"}, "interval"),
        ({"symbol": "EURUSD", "interval": "7m"}, "interval"),
        ({"symbol": "EURUSD", "interval": "1m", "limit": 5_001}, "limit"),
        ({"symbol": "EURUSD", "interval": "1m", "limit": 0}, "limit"),
        ({"symbol": "EURUSD", "interval": "1m", "limit": "many"}, "limit"),
        ({"symbol": "EURUSD", "interval": "1m", "start": "yesterday"}, "start"),
    ],
)
def test_bad_parameters_are_named(client, asked, field):
    assert field in fields(client.get("/market/candles", asked))


def test_an_empty_range_is_refused(client):
    asked = {"symbol": "EURUSD", "interval": "1m", "start": "2026-11-21T00:00Z", "end": "2026-11-20T00:00Z"}
    response = client.get("/market/candles", asked)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "range_empty")


def test_symbols_that_cannot_be_answered(client):
    unknown = client.get("/market/candles", {"symbol": "NOSUCH", "interval": "1m"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_symbol")
    assert unknown.json()["error"]["request_id"] == unknown["X-Request-ID"]
    nonsense = client.get("/market/candles", {"symbol": "'; DROP", "interval": "1m"})
    assert (nonsense.status_code, nonsense.json()["error"]["code"]) == (422, "symbol_invalid")


@pytest.mark.parametrize("interval", list(Interval))
def test_every_interval_is_served(client, interval):
    response = client.get("/market/candles", {"symbol": "EURUSD", "interval": interval.value, "limit": 5_000})
    assert response.status_code == 200


def test_symbols_carry_their_specification_and_day(client, django_assert_num_queries):
    row = row_of_json(START_MS, ["1.00000", "1.10000", "0.90000", "1.05000"], 5)
    write_live({Series("EURUSD", Interval.D1): row})
    with django_assert_num_queries(2):
        symbols = client.get("/market/symbols").json()["symbols"]
    assert len(symbols) == Symbol.objects.count() >= 90
    euro = next(symbol for symbol in symbols if symbol["symbol"] == "EURUSD")
    assert (euro["digits"], euro["contract_size"], euro["volume_min"]) == (5, "100000.0000", "0.0100")
    assert euro["day"]["change_percent"] == "5.00"
    assert next(symbol for symbol in symbols if symbol["symbol"] == "XAUUSD")["day"] is None


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"search": "EUR/USD"}, {"EURUSD"}),
        ({"search": "bitcoin"}, {"BTCUSD", "BTCEUR"}),
        ({"search": "xau", "asset_class": "forex"}, set()),
        ({"search": "no such thing"}, set()),
    ],
)
def test_symbols_can_be_searched(client, asked, codes):
    found = {symbol["symbol"] for symbol in client.get("/market/symbols", asked).json()["symbols"]}
    assert codes <= found
    assert bool(codes) == bool(found)


def test_symbols_by_asset_class(client):
    symbols = client.get("/market/symbols", {"asset_class": "metal"}).json()["symbols"]
    assert {symbol["asset_class"] for symbol in symbols} == {"metal"}
    assert "asset_class" in fields(client.get("/market/symbols", {"asset_class": "stone"}))


def test_inactive_symbols_are_not_listed(client):
    Symbol.objects.filter(code="EURUSD").update(is_active=False)
    assert client.get("/market/symbols", {"search": "EURUSD"}).json() == {"symbols": []}


def test_quotes(client):
    quote("EURUSD", 108_012_000)
    quote("XAUUSD", 231_000_000_000)
    body = client.get("/market/quotes", {"symbols": "EUR/USD,WTI"}).json()
    assert body == {
        "quotes": [
            {
                "symbol": "EURUSD",
                "bid": "1.08012",
                "ask": "1.08015",
                "time": "2023-11-14T22:13:20.123000Z",
                "received_at": "2023-11-14T22:13:20.456000Z",
            }
        ]
    }
    assert {one["symbol"] for one in client.get("/market/quotes").json()["quotes"]} == {"EURUSD", "XAUUSD"}
    assert client.get("/market/quotes", {"symbols": "???"}).json()["error"]["code"] == "symbol_invalid"


@pytest.mark.parametrize("path", ["/market/symbols", "/market/quotes", "/market/candles?symbol=EURUSD&interval=1m"])
def test_what_is_not_public_needs_a_sign_in(client, admin_client, settings, path):
    settings.MARKET_DATA_PUBLIC = False
    response = client.get(path)
    assert response.status_code in (401, 403)
    assert set(response.json()["error"]) == {"code", "message", "details", "request_id"}
    assert admin_client.get(path).status_code == 200


def test_the_openapi_document_shows_the_calls_with_examples(client):
    schema = client.get("/api/schema/?format=json").json()
    for path in ("/market/symbols", "/market/quotes", "/market/candles"):
        assert path in schema["paths"]
    answer = schema["paths"]["/market/candles"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["examples"]["OneMinute"]["value"]["candles"][0]["close"] == "1.08027"
