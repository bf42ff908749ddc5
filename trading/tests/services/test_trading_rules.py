"""The rules of symbols and groups, from their rows to what an account may do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from marketdata.models import Symbol
from trading.engine.market import TradeMode
from trading.engine.state import GapPolicy, OrderType, PartialTakeProfit, TimeInForce, TrailingStop, TriggerSide
from trading.models import AccountGroup, GroupInstrument, Order, Position
from trading.selectors import account_market
from trading.selectors.state import account_state
from trading.services.orders import order_modify
from trading.services.positions import position_modify
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_order

SHUT = {"timezone": "UTC", "hours": [], "holidays": {}}


def refusal(account):
    with pytest.raises(Refused) as refused:
        make_order(account)
    return refused.value.code


@pytest.fixture
def shut(account):
    """EURUSD is on holiday today, and for a few days around it whatever the time zone."""
    today = datetime.now(UTC).date()
    holidays = {(today + timedelta(days=days)).isoformat(): [] for days in range(-1, 3)}
    Symbol.objects.filter(code="EURUSD").update(sessions=SHUT | {"holidays": holidays})
    return account


@pytest.mark.parametrize(
    ("apply", "enforced", "closed"),
    [
        pytest.param(True, True, True, id="a live market and a group that keeps hours"),
        pytest.param(True, False, False, id="a group that does not"),
        pytest.param(False, True, False, id="a market that never closes"),
    ],
)
def test_trading_hours_are_enforced_by_the_group_where_the_market_has_any(shut, settings, apply, enforced, closed):
    settings.TRADING_HOURS_APPLY = apply
    AccountGroup.objects.filter(pk=shut.group_id).update(trading_hours_enforced=enforced)
    if closed:
        assert refusal(shut) == "market_closed"
    else:
        assert make_order(shut).position_ids


def test_the_simulated_market_never_closes_by_default(settings):
    assert (settings.FEED, settings.SIMULATOR_MARKET_HOURS, settings.TRADING_HOURS_APPLY) == (
        "simulator", "always", False,
    )  # fmt: skip


def test_the_rule_of_the_group_goes_before_the_symbol(account):
    Symbol.objects.filter(code="EURUSD").update(
        trade_mode="long_only", volume_limit=5, stops_level_points=10, freeze_level_points=3, gap_level_points=7
    )
    rule = GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", freeze_level_points=0)
    instrument = account_market(account).instrument("EURUSD")
    assert instrument.trade_mode is TradeMode.LONG_ONLY
    assert (instrument.volume_limit, instrument.stops_level_points) == (Decimal(5), 10)
    assert (instrument.freeze_level_points, instrument.gap_level_points) == (0, 7)
    rule.trade_mode, rule.volume_limit, rule.gap_level_points = "disabled", Decimal("0.01"), 0
    rule.save()
    instrument = account_market(account).instrument("EURUSD")
    assert (instrument.trade_mode, instrument.volume_limit, instrument.gap_level_points) == (
        TradeMode.DISABLED, Decimal("0.01"), 0,
    )  # fmt: skip
    assert refusal(account) == "symbol_disabled"


def test_the_policies_of_the_group_reach_the_account(account):
    group = account.group
    group.trigger_side, group.gap_policy, group.marketable_stops_accepted = "mid", "gap_level", True
    group.positions_max, group.orders_max, group.exposure_max = 1, 2, Decimal("50000.00")
    group.save()
    policy = account_state(account).policy
    assert (policy.trigger_side, policy.gap_policy, policy.marketable_stops_accepted) == (
        TriggerSide.MID, GapPolicy.GAP_LEVEL, True,
    )  # fmt: skip
    assert (policy.positions_max, policy.orders_max, policy.exposure_max) == (1, 2, Decimal(50000))
    make_order(account)
    assert refusal(account) == "positions_max"


def test_every_term_of_an_order_comes_back_from_its_row(account):
    terms = {
        "price": Decimal("1.09000"),
        "time_in_force": TimeInForce.GTD,
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "oco_group": "a",
        "trailing_stop": TrailingStop(100, step_points=5),
        "partial_take_profits": (PartialTakeProfit(Decimal("1.10000"), Decimal("0.05")),),
    }
    make_order(account, OrderType.LIMIT, **terms)
    first = Order.objects.get()
    make_order(account, OrderType.STOP, price=Decimal("1.12"), deviation_points=30, parent_id=first.pk)
    order_modify(account_id=account.pk, order_id=first.pk, price=Decimal("1.08"), origin=ORIGIN)
    orders = account_state(account).orders
    kept, waiting = orders[first.pk], orders[first.pk + 1]
    assert (kept.expires_at, kept.oco_group, kept.time_in_force) == (terms["expires_at"], "a", TimeInForce.GTD)
    assert kept.guards.trailing_stop == terms["trailing_stop"]
    assert kept.guards.partial_take_profits == terms["partial_take_profits"]
    assert kept.levels_since > kept.placed_at
    assert (waiting.parent_id, waiting.deviation_points) == (first.pk, 30)
    assert account_first_difference(account.pk) is None


def test_the_guards_of_a_position_come_back_from_its_row(account):
    make_order(account)
    position = Position.objects.get()
    position_modify(account_id=account.pk, position_id=position.pk, trailing_stop=TrailingStop(100), origin=ORIGIN)
    held = account_state(account).positions[position.pk]
    assert held.guards.trailing_stop.moves_at == Decimal("1.10110")
    assert held.guards_since is not None
    assert (held.stop_loss_since, held.take_profit_since) == (None, None)
    assert account_first_difference(account.pk) is None
