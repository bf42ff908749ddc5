"""Frames of the vendor's socket: every documented and observed shape, and what is neither."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.gateways.twelvedata.frames import BadFrame, OtherFrame, Price, SubscriptionStatus, read_frame
from marketdata.gateways.twelvedata.symbols import vendor_symbol


def price(**fields):
    return json.dumps({"event": "price", "symbol": "EUR/USD", "timestamp": 1592249566, "price": 1.0833} | fields)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (price(), Price("EUR/USD", 108_330_000, 108_330_000, 1592249566)),
        (price(bid=1.0832, ask=1.0834), Price("EUR/USD", 108_320_000, 108_340_000, 1592249566)),
        (price(bid=1.0832), Price("EUR/USD", 108_330_000, 108_330_000, 1592249566)),
        (price(bid=None, ask=None), Price("EUR/USD", 108_330_000, 108_330_000, 1592249566)),
        (price(price="1.0833"), Price("EUR/USD", 108_330_000, 108_330_000, 1592249566)),
        (price(price=1925), Price("EUR/USD", 192_500_000_000, 192_500_000_000, 1592249566)),
        (price(price=0.000012345), Price("EUR/USD", 1235, 1235, 1592249566)),  # rounded half up at 10^-8
        (price(timestamp=None), Price("EUR/USD", 108_330_000, 108_330_000, None)),
        ('{"event": "heartbeat", "status": "ok"}', OtherFrame("heartbeat")),
        ('{"event": "reset-status", "status": "ok"}', OtherFrame("reset-status")),
        ("{}", OtherFrame("")),
        (
            '{"event": "subscribe-status", "status": "ok", "success": [{"symbol": "AAPL"}], "fails": null}',
            SubscriptionStatus(("AAPL",), {}, ()),
        ),
        (
            '{"event": "subscribe-status", "status": "warning", "success": [{"symbol": "XAG/USD"}],'
            ' "fails": [{"symbol": "1211", "message": "You are not authorized to access XHKG data."}]}',
            SubscriptionStatus(("XAG/USD",), {"1211": "You are not authorized to access XHKG data."}, ()),
        ),
        (
            '{"event": "subscribe-status", "status": "error", "messages": ["Cant parse message"]}',
            SubscriptionStatus((), {}, ("Cant parse message",)),
        ),
        (
            '{"event": "subscribe-status", "success": null, "fails": [{"symbol": "X"}, null, 7, {}]}',
            SubscriptionStatus((), {"X": "refused"}, ()),
        ),
    ],
)
def test_frames_are_read_leniently(frame, expected):
    assert read_frame(frame) == expected


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "not json",
        b"\xff\xfe",
        "[]",
        "null",
        '"price"',
        price(price=None),
        price(price="abc"),
        price(price=True),
        price(price=0),
        price(price=-1.5),
        price(price=[1.08]),
        price(price="1e400"),
        price(price=float("nan")),
        price(price=float("inf")),
        price(price="NaN"),
        price(price="Infinity"),
        price(price=1e-12),
        price(symbol=None),
        price(symbol=7),
        price(timestamp="yesterday"),
        price(timestamp=-1),
        price(timestamp=1.5),
        price(timestamp=1592249566000),
        price(timestamp=True),
        price(bid=1.09, ask=1.08),
        price(bid="x", ask=1.08),
        "[" * 100_000,
    ],
)
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(BadFrame):
        read_frame(frame)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["symbol", "timestamp", "price", "bid", "ask", "success", "fails", "messages"]), json_values
    ),
    st.sampled_from(["price", "subscribe-status"]),
)
def test_no_field_breaks_the_reader(fields, event):
    try:
        frame = read_frame(json.dumps(fields | {"event": event}))
    except BadFrame:
        return
    if isinstance(frame, Price):
        assert 0 < frame.bid <= frame.ask < 2**63


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (("EURUSD", "EUR", "USD"), "EUR/USD"),
        (("XAUUSD", "XAU", "USD"), "XAU/USD"),
        (("BTCUSD", "BTC", "USD"), "BTC/USD"),
        (("US500", "USD", "USD"), "SPX"),
        (("HEATOIL", "USD", "USD"), None),
    ],
)
def test_symbols_have_the_names_of_the_vendor(symbol, name):
    assert vendor_symbol(*symbol) == name
