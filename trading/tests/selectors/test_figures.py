from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketdata.models import Symbol
from trading.engine.commands import BalanceReason
from trading.engine.state import Side
from trading.models import Deal, TradingAccount
from trading.selectors.figures import FIGURE_DAYS, Rates, exposure, has_live_accounts, trading_figures
from trading.selectors.market import newest_ticks
from trading.selectors.valuation import account_valuation
from trading.services.accounts import balance_change
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_account, make_order, make_user, set_price

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def trade(account, symbol="EURUSD", side=Side.BUY, volume="1.00", *, close_at=None):
    order_id = make_order(account, symbol=symbol, side=side, volume=volume).order_id
    if close_at is not None:
        set_price(symbol, *close_at)
        position_close(account_id=account.pk, position_id=order_id, origin=ORIGIN)
    return order_id


def executed(days_ago, **deals):
    """Let deals have been executed on another day; the table itself forbids it, outside of tests too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Deal.objects.filter(**deals).update(executed_at=datetime.now(UTC) - timedelta(days=days_ago))
        cursor.execute("SET session_replication_role = DEFAULT")


def test_without_anything_all_is_zero(market):
    now = datetime.now(UTC)
    figures = trading_figures(now=now)
    assert len(figures.days) == FIGURE_DAYS
    assert figures.days[-1].day == now.date()
    assert (figures.total("volume"), figures.total("deals"), figures.win_rate) == (0, 0, None)
    assert (figures.activity.week, figures.activity.retention, figures.exposure) == (0, None, [])
    assert not has_live_accounts()


def test_a_day_is_the_sum_of_its_deals(account):
    trade(account, close_at=("1.10110", "1.10120"))  # bought at 1.10010: 100.00 won
    trade(account, close_at=("1.10020", "1.10030"))  # bought at 1.10120: 100.00 lost
    trade(account, volume="0.50")
    figures = trading_figures()
    today = next(day for day in figures.days if day.deals)
    assert (today.volume, today.deals, today.closed, today.won) == (Decimal("4.5"), 5, 2, 1)
    assert today.result == 0
    assert figures.win_rate == 50
    assert figures.total("deals") == today.deals


def test_amounts_are_put_together_at_present_rates(market, trader):
    euros, yen = (make_account(trader, currency=currency, deposit="0") for currency in ("EUR", "JPY"))
    for account, amount in ((euros, "100"), (euros, "-40"), (yen, "15000")):
        reason = BalanceReason.WITHDRAWAL if amount.startswith("-") else BalanceReason.DEPOSIT
        balance_change(account_id=account.pk, amount=Decimal(amount), reason=reason, origin=ORIGIN)
    balance_change(account_id=euros.pk, amount=Decimal(7), reason=BalanceReason.ADJUSTMENT, origin=ORIGIN)
    figures = trading_figures()
    assert figures.total("deposits") == pytest.approx(100 * Decimal("1.1") + 15000 / Decimal("150.010"))
    assert figures.total("withdrawals") == 40 * Decimal("1.1")


def test_a_currency_without_a_price_is_named_and_left_out(market, trader):
    make_account(trader, currency="CHF", deposit="500")
    make_account(trader, currency="USD", deposit="300")
    figures = trading_figures()
    assert figures.missing_rates == ["CHF"]
    assert figures.total("deposits") == 300


def test_kinds_of_accounts_are_apart(account):
    trade(account)
    TradingAccount.objects.filter(pk=account.pk).update(kind="live")
    assert has_live_accounts()
    assert trading_figures(kinds=["live"]).total("deals") == 1
    demo = trading_figures(kinds=["demo"])
    assert (demo.total("deals"), demo.total("deposits"), demo.exposure, demo.activity.month) == (0, 0, [], 0)


def test_who_is_active_and_who_came_back(market):
    clients = {name: make_account(make_user(f"{name}@example.com")) for name in ("new", "kept", "gone", "old")}
    for account in clients.values():
        trade(account)
    trade(clients["kept"])
    executed(45, account=clients["gone"])
    first, second = clients["kept"].deal_set.order_by("position_id").values_list("position_id", flat=True)
    executed(45, account=clients["kept"], position_id=first)
    executed(20, account=clients["kept"], position_id=second)
    executed(90, account=clients["old"])
    activity = trading_figures().activity
    assert (activity.week, activity.month, activity.before, activity.kept) == (1, 2, 2, 1)
    assert activity.retention == 50


def test_the_house_holds_the_opposite_of_its_clients(account):
    trade(account, volume="2.00")
    trade(account, side=Side.SELL, volume="0.50")
    trade(account, symbol="USDJPY", side=Side.SELL, volume="1.00")
    set_price("EURUSD", "1.10100", "1.10110")
    figures = trading_figures()
    euro, yen = figures.exposure
    assert (euro.symbol, euro.positions, euro.client_long, euro.client_short) == ("EURUSD", 2, 2, Decimal("0.5"))
    assert euro.house_lots == Decimal("-1.5")
    assert euro.value == Decimal("-1.5") * 100_000 * Decimal("1.10105")
    # 2 lots bought at 1.10010 and now worth 1.10100; half a lot sold at 1.10000 and now bought back at 1.10110.
    assert euro.client_result == 180 - 55
    assert yen.house_lots == 1
    assert yen.client_result == pytest.approx(-1000 / Decimal("150.010"))
    assert figures.floating_result == euro.client_result + yen.client_result


@pytest.mark.parametrize("margin_mode", ["futures", "exchange_futures"])
def test_futures_are_worth_what_their_ticks_are_worth(account, margin_mode):
    terms = {"contract_size": 10_000, "tick_size": "0.0001", "tick_value": "12.5", "initial_margin": 500}
    Symbol.objects.filter(code="EURUSD").update(margin_mode=margin_mode, settlement_price="1.1", **terms)
    trade(account, volume="2.00")
    set_price("EURUSD", "1.10110", "1.10120")
    figures = trading_figures()
    # A cent is a hundred ticks, 1,250 dollars a lot. Bought at 1.10010, and 1.10110 is what it brings.
    assert figures.exposure[0].value == -2 * 125_000 * Decimal("1.10115")
    assert figures.floating_result == 250 == account_valuation(account).equity - account.balance


def test_what_has_no_price_has_no_value(account):
    trade(account)
    Symbol.objects.filter(code="EURUSD").update(quote_currency="CHF")
    (held,) = trading_figures().exposure
    assert (held.value, held.client_result, held.house_lots) == (None, None, -1)
    assert trading_figures().floating_result == 0


def test_closed_positions_are_no_exposure(account):
    trade(account, close_at=("1.10110", "1.10120"))
    assert exposure(["demo"], Rates(newest_ticks(), NOW)) == []


def test_the_number_of_queries_does_not_grow(account, django_assert_num_queries):
    trade(account)
    with django_assert_num_queries(5):
        trading_figures()
    for symbol in ("EURUSD", "USDJPY", "GBPUSD"):
        trade(account, symbol, volume="0.01")
    with django_assert_num_queries(5):
        trading_figures()
