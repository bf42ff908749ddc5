from datetime import date
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from marketdata.models import Symbol
from trading.engine.margin_terms import LeverageTier, MarginRate, MarginRates, MarginTier
from trading.engine.market import ProfitConversion
from trading.engine.state import CompensationCredit, HedgedMargin, LevelUnit, StopOutSequence
from trading.engine.terms import TierRange
from trading.models import AccountGroup, GroupInstrument, Position
from trading.selectors import account_market
from trading.selectors.conditions import account_conditions
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_order


def prices(account, symbol="EURUSD"):
    quote = account_market(account).quotes[symbol]
    return quote.bid, quote.ask


def test_rule_for_the_symbol_goes_before_its_class_and_the_group(account):
    assert prices(account) == (Decimal("1.10000"), Decimal("1.10010"))

    account.group.spread_mode, account.group.spread_points = "markup", 20
    account.group.save()
    assert prices(account) == (Decimal("1.09990"), Decimal("1.10020"))

    GroupInstrument.objects.create(group=account.group, asset_class="forex", spread_mode="fixed", spread_points=4)
    assert prices(account) == (Decimal("1.10003"), Decimal("1.10007"))

    rule = GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", spread_mode="none")
    assert prices(account) == (Decimal("1.10000"), Decimal("1.10010"))

    rule.delete()
    assert prices(account) == (Decimal("1.10003"), Decimal("1.10007"))


def test_unchanged_conditions_are_loaded_once(account, django_assert_num_queries):
    before = account_conditions(account)
    with django_assert_num_queries(1):
        assert account_conditions(account) is before
    Symbol.objects.filter(pk="USDJPY").update(digits=2)
    assert account_conditions(account).instruments["USDJPY"].digits == 2


def test_fixed_slippage_is_against_the_client(account):
    account.group.slippage_mode, account.group.slippage_maximum_points = "fixed", 3
    account.group.save()
    position_id = make_order(account).order_id
    assert Position.objects.get(pk=position_id).open_price == Decimal("1.10013")


def test_disabled_symbol_can_only_be_closed(account):
    position_id = make_order(account).order_id
    Symbol.objects.filter(pk="EURUSD").update(is_active=False)
    with pytest.raises(Refused, match="symbol_disabled"):
        make_order(account)
    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)


def test_symbol_disabled_for_the_group(account):
    GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", trade_mode="close_only")
    with pytest.raises(Refused, match="symbol_disabled"):
        make_order(account)


def test_what_a_symbols_rule_leaves_empty_comes_from_its_class(account):
    GroupInstrument.objects.create(
        group=account.group, asset_class="forex", spread_mode="fixed", spread_points=4, leverage_cap=20
    )
    GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", leverage_cap=30)
    instruments = account_conditions(account).instruments
    assert (instruments["EURUSD"].leverage_cap, instruments["GBPUSD"].leverage_cap) == (30, 20)
    assert prices(account) == (Decimal("1.10003"), Decimal("1.10007"))


def test_margin_rates_and_tiers_of_a_symbol_and_of_a_groups_rule(account):
    Symbol.objects.filter(pk="EURUSD").update(
        margin_rate=Decimal("1.5"), margin_rates={"sell": [2, 1], "buy_limit": 0.5}, leverage_tiers=[[100000, 50]]
    )
    of_symbol = account_conditions(account).instruments["EURUSD"]
    assert of_symbol.margin_rates == MarginRates(
        buy=MarginRate(Decimal("1.5")), sell=MarginRate(Decimal(2), Decimal(1)), buy_limit=Decimal("0.5")
    )
    assert of_symbol.leverage_tiers == (LeverageTier(Decimal(100_000), Decimal(50)),)
    GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", margin_rates={}, leverage_tiers=[])
    of_group = account_conditions(account).instruments["EURUSD"]
    assert of_group.margin_rates.sell == of_group.margin_rates.buy == MarginRate(Decimal("1.5"))
    assert of_group.leverage_tiers == ()
    GroupInstrument.objects.update(leverage_tiers={"notional": [[0, 1], [200000, 2, 1.5]]})
    of_group = account_conditions(account).instruments["EURUSD"]
    assert (of_group.leverage_tiers, of_group.margin_tiers_by) == ((), TierRange.NOTIONAL)
    assert of_group.margin_tiers == (
        MarginTier(Decimal(0), Decimal(1)),
        MarginTier(Decimal(200_000), Decimal(2), Decimal("1.5")),
    )


def test_margin_and_stop_out_of_a_group(account):
    AccountGroup.objects.filter(pk=account.group_id).update(
        hedged_margin="basic",
        level_unit="money",
        margin_call_level=1000,
        stop_out_level=500,
        stop_out_sequence="smart",
        stop_out_fully_hedged=True,
        compensation_credit="withdrawn",
        profit_conversion="by_market",
        margin_refreshed_nightly=True,
    )
    eurusd = account_conditions(account).instruments["EURUSD"]
    assert (eurusd.profit_conversion, eurusd.margin_refreshed_nightly) == (ProfitConversion.BY_MARKET, True)
    policy = account_conditions(account).policy
    assert (policy.hedged_margin, policy.level_unit) == (HedgedMargin.BASIC, LevelUnit.MONEY)
    assert (policy.margin_call_level, policy.stop_out_level) == (1000, 500)
    assert (policy.stop_out_sequence, policy.stop_out_fully_hedged) == (StopOutSequence.SMART, True)
    assert policy.compensation_credit is CompensationCredit.WITHDRAWN


@pytest.mark.parametrize(
    ("text", "eurusd", "usdjpy"),
    [("", "", ""), ("CHF", "CHF", "CHF"), ("base", "EUR", "USD"), ("quote", "USD", "JPY"), ("margin", "EUR", "USD")],
)
def test_a_commission_for_many_symbols_may_name_their_currencies(account, text, eurusd, usdjpy):
    account.group.instruments.create(
        asset_class="forex", commission_unit="money", commission_currency=text, commission_range_currency=text
    )
    instruments = account_market(account).instruments
    assert [instruments[symbol].commission.currency for symbol in ("EURUSD", "USDJPY")] == [eurusd, usdjpy]
    assert instruments["EURUSD"].commission.range_currency == eurusd


def test_commission_of_a_symbol_and_a_rule_against_it(account):
    Symbol.objects.filter(code="EURUSD").update(
        commission_unit="points", commission_tiers=[[0, 10, "1.0"], [11, None, "0.9"]], commission_minimum=2
    )
    (first, second) = account_market(account).instrument("EURUSD").commission.tiers
    assert (first.start, first.end, first.rate, first.minimum) == (0, 10, 1, 2)
    assert (second.start, second.end, second.rate) == (11, None, Decimal("0.9"))
    assert account_market(account).instrument("USDJPY").commission is None
    account.group.instruments.create(symbol_id="EURUSD", commission_unit="none")
    assert account_market(account).instrument("EURUSD").commission is None


def test_holidays_of_the_market_are_those_of_the_swap(account):
    sessions = {"timezone": "UTC", "hours": [["mon 00:00", "fri 24:00"]]}
    sessions["holidays"] = {"2026-12-25": [], "2026-12-24": [["00:00", "12:00"]]}
    Symbol.objects.filter(code="EURUSD").update(sessions=sessions)
    assert account_market(account).instrument("EURUSD").swap.holidays == {date(2026, 12, 25)}
    Symbol.objects.filter(code="EURUSD").update(swap_considers_holidays=False)
    assert account_market(account).instrument("EURUSD").swap.holidays == frozenset()
