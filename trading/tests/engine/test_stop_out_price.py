"""The price at which an account is stopped out."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading.engine.commands import PlaceOrder
from trading.engine.preview import preview
from trading.engine.state import OrderType, Side
from trading.engine.stop_out_price import stop_out_price
from trading.engine.valuation import value_account
from trading.tests.engine.builders import account, market, position, quote

BUY, SELL = Side.BUY, Side.SELL
AT = market(quote("EURUSD", "1.10000", "1.10010"), quote("USDJPY", "150.000", "150.010"))


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        # 1,000 of equity less 550 of stop-out level leave 450, which is 45 points of a lot and a tenth.
        pytest.param(BUY, Decimal("1.09550"), id="a long, at bid"),
        pytest.param(SELL, Decimal("1.10450"), id="a short, at ask"),
    ],
)
def test_distance_is_equity_above_the_stop_out_level(side, expected):
    held = position(1, "EURUSD", side, "1", "1.10000", margin_conversion="1.1")
    assert stop_out_price(account("1000", positions=[held]), "EURUSD", AT) == expected


def test_covered_positions_have_none():
    legs = [position(1, "EURUSD", BUY, "1", "1.1"), position(2, "EURUSD", SELL, "1", "1.1")]
    assert stop_out_price(account("5000", positions=legs), "EURUSD", AT) is None


def test_rich_long_has_none():
    held = position(1, "EURUSD", BUY, "0.01", "1.10000", margin_conversion="1.1")
    assert stop_out_price(account("100000", positions=[held]), "EURUSD", AT) is None


def test_account_beyond_it_is_stopped_out_where_it_is():
    held = position(1, "EURUSD", BUY, "1", "1.20000", margin_conversion="1.2")
    assert stop_out_price(account("1000", positions=[held]), "EURUSD", AT) == Decimal("1.10000")


def test_every_symbol_that_is_held_has_its_own():
    held = [position(1, "EURUSD", BUY, "1", "1.1", margin_conversion="1.1"), position(2, "USDJPY", SELL, "1", "150")]
    euro, yen = (stop_out_price(account("3000", positions=held), symbol, AT) for symbol in ("EURUSD", "USDJPY"))
    assert euro < Decimal("1.1") < Decimal("150") < yen


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from(["EURUSD", "USDJPY"]), st.sampled_from(Side), st.integers(1, 300)),
        min_size=1,
        max_size=5,
    ),
    st.integers(500, 20_000),
    st.sampled_from(["USD", "EUR", "JPY"]),
)
def test_one_point_nearer_is_not_yet_stopped_out(portfolio, balance, currency):
    held = [
        position(id, symbol, side, f"{hundredths / 100}", "1.1" if symbol == "EURUSD" else "150")
        for id, (symbol, side, hundredths) in enumerate(portfolio, 1)
    ]
    factor = 150 if currency == "JPY" else 1
    state = account(str(balance * factor), currency=currency, positions=held)
    present = AT.quotes["EURUSD"]

    def stopped_out(bid):
        moved = replace(present, bid=bid, ask=bid + present.ask - present.bid)
        at = replace(AT, quotes={**AT.quotes, "EURUSD": moved})
        return value_account(state, at).is_stopped_out(state.policy)

    price = stop_out_price(state, "EURUSD", AT)
    if price is None or stopped_out(present.bid):
        return
    falls = price < present.bid
    bid = price if falls else price - (present.ask - present.bid)
    point = Decimal("0.00001")
    assert stopped_out(bid)
    assert not stopped_out(bid + point if falls else bid - point)


def test_preview_counts_what_is_held_already():
    held = position(1, "EURUSD", BUY, "1", "1.10000", margin_conversion="1.1")
    state = account("10000", positions=[held])
    order = PlaceOrder(2, "EURUSD", BUY, OrderType.MARKET, Decimal(1))
    alone = preview(account("10000"), order, AT).stop_out_price
    assert alone < preview(state, order, AT).stop_out_price < Decimal("1.1")
