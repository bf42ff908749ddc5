from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from marketdata.models import Symbol
from trading.engine.state import OrderType, Side
from trading.models import GroupInstrument, Position
from trading.selectors import account_market
from trading.selectors.conditions import account_conditions
from trading.services.orders import order_place
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN


def prices(account, symbol="EURUSD"):
    quote = account_market(account).quotes[symbol]
    return quote.bid, quote.ask


def place(account):
    return order_place(
        account_id=account.pk,
        symbol="EURUSD",
        side=Side.BUY,
        type=OrderType.MARKET,
        volume=Decimal("0.10"),
        origin=ORIGIN,
    ).order_id


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
    position_id = place(account)
    assert Position.objects.get(pk=position_id).open_price == Decimal("1.10013")


def test_disabled_symbol_can_only_be_closed(account):
    position_id = place(account)
    Symbol.objects.filter(pk="EURUSD").update(is_active=False)
    with pytest.raises(Refused, match="symbol_disabled"):
        place(account)
    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)


def test_symbol_disabled_for_the_group(account):
    GroupInstrument.objects.create(group=account.group, symbol_id="EURUSD", trade_mode="close_only")
    with pytest.raises(Refused, match="symbol_disabled"):
        place(account)
