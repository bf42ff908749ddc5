"""What the engine refuses, with the code that programs rely on."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import (
    BalanceReason,
    CancelOrder,
    ChangeBalance,
    CloseAll,
    ClosePosition,
    ModifyOrder,
    ModifyPosition,
    PlaceOrder,
)
from trading.engine.decide import decide
from trading.engine.events import OrderModified, PositionModified
from trading.engine.market import TradeMode
from trading.engine.state import OrderType, Side
from trading.tests.engine.builders import NOW, account, forex, market, order, position, quote

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT, STOP, STOP_LIMIT = OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT
EURUSD = forex(
    "EURUSD", stops_level_points=20, volume_max=Decimal(50), volume_step=Decimal("0.02"), volume_min=Decimal("0.02")
)
QUOTE = quote("EURUSD", "1.10000", "1.10010")


def place(type=MARKET, side=BUY, volume="0.10", symbol="EURUSD", **prices):
    return PlaceOrder(
        7, symbol, side, type, Decimal(volume), **{name: Decimal(price) for name, price in prices.items()}
    )


def refusal(command, state=None, at=None):
    with pytest.raises(Refused) as refused:
        decide(state or account(), command, at or market(QUOTE, instruments=[EURUSD]))
    assert refused.value.message.endswith(".")
    return refused.value.code


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (place(symbol="ABCDEF"), "symbol_unknown"),
        (place(volume="0.00"), "volume_too_small"),
        (place(volume="-1"), "volume_too_small"),
        (place(volume="50.02"), "volume_too_large"),
        (place(volume="0.05"), "volume_step"),
        (place(price="1.1"), "price_not_allowed"),
        (place(LIMIT), "price_required"),
        (place(LIMIT, price="-1.1"), "price_invalid"),
        (place(LIMIT, price="1.099995"), "price_invalid"),
        (place(LIMIT, price="1.10010"), "price_wrong_side"),
        (place(LIMIT, price="1.10000"), "price_too_close"),
        (place(LIMIT, SELL, price="1.10000"), "price_wrong_side"),
        (place(STOP, price="1.10010"), "price_wrong_side"),
        (place(STOP, SELL, price="1.10000"), "price_wrong_side"),
        (place(STOP, SELL, price="1.09981"), "price_too_close"),
        (place(STOP_LIMIT, price="1.11000"), "limit_price_required"),
        (place(LIMIT, price="1.09", limit_price="1.08"), "limit_price_not_allowed"),
        (place(stop_loss="1.10000"), "price_wrong_side"),
        (place(stop_loss="1.09990"), "price_too_close"),
        (place(take_profit="1.10000"), "price_wrong_side"),
        (place(side=SELL, stop_loss="1.10010"), "price_wrong_side"),
        (place(LIMIT, price="1.09000", stop_loss="1.09500"), "price_wrong_side"),
        (place(STOP_LIMIT, price="1.11", limit_price="1.105", take_profit="1.104"), "price_wrong_side"),
        (place(volume="20"), "insufficient_margin"),
        (CancelOrder(9), "order_not_found"),
        (ModifyOrder(9), "order_not_found"),
        (ClosePosition(9), "position_not_found"),
        (ModifyPosition(9), "position_not_found"),
        (CloseAll(), "nothing_to_close"),
        (ChangeBalance(Decimal(0), BalanceReason.ADJUSTMENT), "amount_invalid"),
        (ChangeBalance(Decimal("0.001"), BalanceReason.DEPOSIT), "amount_invalid"),
        (ChangeBalance(Decimal(-1), BalanceReason.DEPOSIT), "amount_invalid"),
        (ChangeBalance(Decimal("-10000.01"), BalanceReason.WITHDRAWAL), "funds_insufficient"),
        (ChangeBalance(Decimal(-1), BalanceReason.CREDIT), "credit_insufficient"),
    ],
)  # fmt: skip
def test_refusals(command, code):
    assert refusal(command) == code


def test_a_symbol_without_a_price_cannot_be_traded():
    assert refusal(place(), at=market(instruments=[EURUSD])) == "quote_unavailable"


def test_a_stale_quote_fills_nothing():
    stale = quote("EURUSD", "1.1", "1.1001", received_at=NOW - timedelta(seconds=15, milliseconds=1))
    held = account(positions=[position(1, "EURUSD", BUY, "0.1", "1.1")])
    for command in (place(), ClosePosition(1), CloseAll(), ModifyPosition(1, stop_loss=Decimal("1.05"))):
        assert refusal(command, held, market(stale)) == "quote_stale"
    on_time = quote("EURUSD", "1.1", "1.1001", received_at=NOW - timedelta(seconds=15))
    assert decide(held, ClosePosition(1), market(on_time))


def test_disabled_accounts_and_symbols_open_nothing_and_close_everything():
    held = account(positions=[position(1, "EURUSD", BUY, "0.1", "1.1")], trading_enabled=False)
    assert refusal(place(), held) == "trading_disabled"
    assert decide(held, ClosePosition(1), market(QUOTE))
    disabled = market(QUOTE, instruments=[forex("EURUSD", trade_mode=TradeMode.CLOSE_ONLY)])
    assert refusal(place(), account(), disabled) == "symbol_disabled"
    assert decide(held, ClosePosition(1), disabled)


def test_an_account_at_its_equity_floor_opens_nothing():
    assert refusal(place(), account("9000", equity_floor=Decimal(9000))) == "equity_floor_reached"
    assert decide(account("9000.01", equity_floor=Decimal(9000)), place(), market(QUOTE))


def test_a_hedge_that_needs_no_margin_is_allowed_without_free_margin():
    state = account("500", positions=[position(1, "EURUSD", BUY, "1", "1.1", margin_conversion="1.1")])
    assert decide(state, place(side=SELL, volume="1"), market(QUOTE, instruments=[EURUSD]))
    assert refusal(place(side=BUY, volume="0.02"), state) == "insufficient_margin"


def test_partial_closes_leave_a_volume_that_can_be_held():
    held = account(positions=[position(1, "EURUSD", BUY, "0.10", "1.1")])
    assert refusal(ClosePosition(1, Decimal("0.12")), held) == "volume_exceeds_position"
    assert refusal(ClosePosition(1, Decimal("0.03")), held) == "volume_step"
    assert refusal(ClosePosition(1, Decimal(0)), held) == "volume_too_small"


def test_a_position_above_the_present_maximum_can_still_be_reduced():
    held = account(positions=[position(1, "EURUSD", BUY, "80", "1.1")])
    assert decide(held, ClosePosition(1, Decimal(60)), market(QUOTE, instruments=[EURUSD]))


def test_levels_already_reached_cannot_be_set():
    held = account(positions=[position(1, "EURUSD", BUY, "0.10", "1.1", stop_loss="1.05")])
    assert refusal(ModifyPosition(1, stop_loss=Decimal("1.10000")), held) == "price_wrong_side"
    assert refusal(ModifyPosition(1, take_profit=Decimal("1.10000")), held) == "price_wrong_side"


def test_modifying_says_what_changed_and_leaves_the_rest():
    at = market(QUOTE, instruments=[EURUSD])
    held = account(positions=[position(1, "EURUSD", BUY, "0.10", "1.1", stop_loss="1.05", take_profit="1.2")])
    assert decide(held, ModifyPosition(1, take_profit=None), at) == [
        PositionModified(1, Decimal("1.05"), None, levels_since=NOW)
    ]
    assert decide(held, ModifyPosition(1, stop_loss=Decimal("1.05")), at) == []
    working = account(orders=[order(1, "EURUSD", BUY, LIMIT, "0.1", "1.09")])
    assert decide(working, ModifyOrder(1, price=Decimal("1.08")), at) == [
        OrderModified(1, Decimal("1.08"), None, None, None, levels_since=NOW)
    ]
    assert refusal(ModifyOrder(1, price=Decimal("1.2")), working) == "price_wrong_side"


def test_an_armed_stop_limit_changes_its_limit_price_only():
    armed = account(orders=[order(1, "EURUSD", BUY, STOP_LIMIT, "0.1", "1.09", limit_price="1.08", armed=True)])
    assert refusal(ModifyOrder(1, price=Decimal("1.2")), armed) == "order_armed"
    (modified,) = decide(armed, ModifyOrder(1, limit_price=Decimal("1.07")), market(QUOTE))
    assert modified.limit_price == Decimal("1.07")
    assert refusal(ModifyOrder(1, limit_price=Decimal("1.2")), armed) == "price_wrong_side"


def test_a_withdrawal_leaves_the_margin_covered():
    held = account("2000", positions=[position(1, "EURUSD", BUY, "1", "1.1", margin_conversion="1.1")])
    at = market(QUOTE)
    assert refusal(ChangeBalance(Decimal("-900.01"), BalanceReason.WITHDRAWAL), held, at) == "funds_insufficient"
    assert decide(held, ChangeBalance(Decimal("-900.00"), BalanceReason.WITHDRAWAL), at)
