"""Money of withdrawals that are under way: out of reach of trading, paid or given back exactly once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.balance import withdrawable
from trading.engine.commands import (
    BalanceReason,
    BookDeposit,
    ChangeBalance,
    CheckMargin,
    PayReservation,
    PlaceOrder,
    ReleaseMoney,
    ReserveMoney,
)
from trading.engine.decide import decide
from trading.engine.events import BalanceUpdated, MoneyReleased, MoneyReserved, StopOutTriggered
from trading.engine.preview import preview
from trading.engine.state import BlockedCommission, OrderType, Reservation, Side
from trading.engine.valuation import value_account
from trading.tests.engine.builders import NOW, account, market, of_type, position, quote, run

D = Decimal
AT = market(quote("EURUSD", "1.10000"))
# One lot of EURUSD opened at the price of `AT`: 1,100 of margin at 1:100.
HELD = position(2, "EURUSD", Side.BUY, "1.00", "1.10000", margin_conversion="1.10")


def refusal(state, command, at=AT):
    with pytest.raises(Refused) as refused:
        decide(state, command, at)
    return refused.value


def test_a_reservation_lowers_equity_and_free_margin_and_leaves_the_balance():
    state, events = run(account("1000"), ReserveMoney(7, D("400")), AT)
    assert events == [MoneyReserved(7, D("400.00"))]
    value = value_account(state, AT)
    assert (value.balance, value.reserved, value.equity, value.free_margin) == (1000, 400, 600, 600)
    assert withdrawable(state, AT) == 600


@pytest.mark.parametrize(
    ("state", "most"),
    [
        (account("1000"), "1000"),
        (account("1000", credit="500"), "1000"),  # credit is not the client's
        (account("3000", positions=[HELD]), "1900"),  # 1,100 of margin
        (account("1000", credit="500", positions=[HELD]), "400"),  # credit covers margin, and no more
        (account("1000", blocked_commission=(BlockedCommission(NOW, D(30)),)), "970"),
        (account("1000", reservations=(Reservation(1, D(600)),)), "400"),
        (account("-5"), "0"),
        (account("100", reservations=(Reservation(1, D(600)),)), "0"),  # losses have gone into it
    ],
)
def test_what_can_be_withdrawn(state, most):
    assert withdrawable(state, AT) == D(most)
    cent = D("0.01")
    assert refusal(state, ReserveMoney(7, D(most) + cent)).code == "funds_insufficient"
    assert refusal(state, ChangeBalance(-D(most) - cent, BalanceReason.WITHDRAWAL)).code == "funds_insufficient"
    assert refusal(state, ChangeBalance(-D(most) - cent, BalanceReason.TRANSFER)).code == "funds_insufficient"
    if D(most):
        assert decide(state, ReserveMoney(7, D(most)), AT)


def test_profit_that_is_not_realised_cannot_be_withdrawn_and_a_loss_counts_at_once():
    state = account("3000", positions=[HELD])
    assert withdrawable(state, market(quote("EURUSD", "1.20000"))) == D("3000")
    assert withdrawable(state, market(quote("EURUSD", "1.09000"))) == D("900")


def test_without_a_price_for_what_is_held_nothing_can_be_withdrawn():
    assert refusal(account("3000", positions=[HELD]), ReserveMoney(7, D(1)), market()).code == "quote_unavailable"


@pytest.mark.parametrize(
    ("amount", "code"), [("0", "amount_invalid"), ("-5", "amount_invalid"), ("1.001", "amount_invalid")]
)
def test_nonsense_is_not_reserved(amount, code):
    assert refusal(account("1000"), ReserveMoney(7, D(amount))).code == code


def test_one_withdrawal_reserves_once():
    state, _ = run(account("1000"), ReserveMoney(7, D("400")), AT)
    assert refusal(state, ReserveMoney(7, D("1"))).code == "reservation_exists"


def test_what_is_released_can_be_used_again_and_only_once():
    state, _ = run(account("1000"), ReserveMoney(7, D("400")), AT)
    released, events = run(state, ReleaseMoney(7), AT)
    assert events == [MoneyReleased(7, D("400.00"))]
    assert released == account("1000")
    assert refusal(released, ReleaseMoney(7)).code == "reservation_not_found"
    assert refusal(released, PayReservation(7, D(0), "")).http_status == 409


def test_a_payment_books_the_withdrawal_and_the_fee_and_leaves_equity_as_it_is():
    state, _ = run(account("3000", positions=[HELD]), ReserveMoney(7, D("400")), AT)
    paid, events = run(state, PayReservation(7, D("2.50"), "withdrawal:7"), AT)
    assert [(event.amount, event.reason, event.reference) for event in of_type(events, BalanceUpdated)] == [
        (D("-397.50"), BalanceReason.WITHDRAWAL, "withdrawal:7"),
        (D("-2.50"), BalanceReason.FEE, "withdrawal:7"),
    ]
    assert (paid.balance, paid.reserved) == (D("2600.00"), 0)
    before, after = value_account(state, AT), value_account(paid, AT)
    assert (before.equity, before.margin_level) == (after.equity, after.margin_level)
    assert refusal(paid, PayReservation(7, D(0), "")).code == "reservation_not_found"


@pytest.mark.parametrize("fee", ["400", "-1", "0.001"])
def test_a_fee_leaves_something_to_pay(fee):
    state, _ = run(account("1000"), ReserveMoney(7, D("400")), AT)
    assert refusal(state, PayReservation(7, D(fee), "")).code in ("fee_exceeds_amount", "amount_invalid")


def test_reserved_money_carries_no_orders():
    at = market(quote("EURUSD", "1.10000", "1.10000"))
    order = PlaceOrder(1, "EURUSD", Side.BUY, OrderType.MARKET, D("1.00"))
    state, _ = run(account("1200"), ReserveMoney(7, D("101")), at)
    assert refusal(state, order, at).code == "insufficient_margin"
    foreseen = preview(state, order, at)
    assert (foreseen.refusal.code, foreseen.equity_after) == ("insufficient_margin", D("1099.00"))
    assert decide(account("1200"), order, at)


def test_a_stop_out_comes_before_losses_reach_the_reserved_money():
    """3,000 with 1,000 reserved is stopped out where 2,000 would be: at 550 of equity, not at 1,550 with it."""
    state = account("3000", positions=[HELD], reservations=(Reservation(7, D(1000)),))
    above, at = market(quote("EURUSD", "1.08551")), market(quote("EURUSD", "1.08550"))
    assert not of_type(decide(state, CheckMargin(), above), StopOutTriggered)
    stopped, events = run(state, CheckMargin(), at)
    assert of_type(events, StopOutTriggered)
    assert stopped.balance == D("1550.00")
    assert of_type(decide(stopped, PayReservation(7, D(0), ""), at), BalanceUpdated)
    assert not of_type(decide(replace(state, reservations=()), CheckMargin(), at), StopOutTriggered)


def test_what_a_gap_has_lost_is_not_paid():
    """The gap takes 2,500 of 3,000: of the 1,000 that was reserved, 500 is left."""
    state = account("3000", positions=[HELD], reservations=(Reservation(7, D(1000)),))
    gap = market(quote("EURUSD", "1.07500"))
    while_open = refusal(state, PayReservation(7, D(0), ""), gap)
    assert (while_open.code, while_open.details["available"]) == ("funds_insufficient", "500.00")
    stopped, _ = run(state, CheckMargin(), gap)
    assert stopped.balance == D("500.00")
    assert refusal(stopped, PayReservation(7, D(0), ""), gap).code == "funds_insufficient"
    released, _ = run(stopped, ReleaseMoney(7), gap)
    assert withdrawable(released, gap) == D("500.00")


def test_the_house_compensates_a_debt_and_not_a_reservation():
    state = account("3000", positions=[HELD], reservations=(Reservation(7, D(1000)),))
    gone, events = run(state, CheckMargin(), market(quote("EURUSD", "1.06000")))
    compensation = [e for e in of_type(events, BalanceUpdated) if e.reason == "negative_balance_compensation"]
    assert [event.amount for event in compensation] == [D("1000.00")]
    assert (gone.balance, gone.reserved) == (0, 1000)


def test_reservations_stand_side_by_side():
    state, _ = run(account("1000"), ReserveMoney(9, D("300")), AT)
    state, _ = run(state, ReserveMoney(7, D("200")), AT)
    assert state.reservations == (Reservation(7, D("200.00")), Reservation(9, D("300.00")))
    state, _ = run(state, PayReservation(9, D(0), ""), AT)
    assert (state.balance, state.reservations) == (D("700.00"), (Reservation(7, D("200.00")),))


def test_a_deposit_is_booked_with_its_fee():
    _, events = run(account("0"), BookDeposit(D("100"), D("2.90"), "deposit:3"), AT)
    assert [(event.amount, event.reason, event.balance) for event in events] == [
        (D("100.00"), BalanceReason.DEPOSIT, D("100.00")),
        (D("-2.90"), BalanceReason.FEE, D("97.10")),
    ]
    (event,) = decide(account("0"), BookDeposit(D("100"), D(0), ""), AT)
    assert event.reason is BalanceReason.DEPOSIT


@pytest.mark.parametrize(("amount", "fee"), [("0", "0"), ("-1", "0"), ("100", "100"), ("100", "-1"), ("1.001", "0")])
def test_nonsense_is_not_deposited(amount, fee):
    assert refusal(account("0"), BookDeposit(D(amount), D(fee), "")).code in ("amount_invalid", "fee_exceeds_amount")
