from decimal import Decimal

import pytest

from trading.engine.state import PositionMode, Side
from trading.models import Deal, Position
from trading.services.positions import position_close_by
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_account, make_order, set_price


@pytest.fixture
def netting_account(market):
    return make_account(position_mode=PositionMode.NETTING)


def place(account, side, volume, **levels):
    return make_order(account, side=side, volume=volume, **levels).order_id


def test_orders_make_up_one_position(netting_account):
    set_price("EURUSD", "1.10000", "1.10010")
    first = place(netting_account, Side.BUY, "0.10", stop_loss=Decimal("1.09"))
    set_price("EURUSD", "1.10100", "1.10110")
    place(netting_account, Side.BUY, "0.20")
    place(netting_account, Side.SELL, "0.10")
    row = Position.objects.get(account=netting_account)
    assert (row.id, row.volume, row.initial_volume) == (first, Decimal("0.20"), Decimal("0.30"))
    assert row.open_price == Decimal("1.100766666666667")
    assert row.stop_loss is None
    reversing = place(netting_account, Side.SELL, "0.50")
    row.refresh_from_db()
    assert row.closed_at is not None
    assert row.close_reason == "order"
    turned = Position.objects.get(account=netting_account, closed_at=None)
    assert (turned.id, turned.side, turned.volume) == (reversing, "sell", Decimal("0.30"))
    deals = Deal.objects.filter(account=netting_account, order_id=reversing).values_list(
        "entry", "volume", "position_id"
    )
    assert sorted(deals) == [("in", Decimal("0.30"), reversing), ("out", Decimal("0.20"), first)]
    assert account_first_difference(netting_account.pk) is None


def test_positions_are_closed_by_each_other(account):
    long, short = place(account, Side.BUY, "0.30"), place(account, Side.SELL, "0.20")
    answer = position_close_by(account_id=account.pk, position_id=long, opposite_position_id=short, origin=ORIGIN)
    assert answer.position_ids == [long, short]
    assert Position.objects.get(pk=long).volume == Decimal("0.10")
    assert Position.objects.get(pk=short).close_reason == "close_by"
    assert account_first_difference(account.pk) is None
