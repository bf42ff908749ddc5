from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import Order, Position, TradingAccount
from trading.services import replay
from trading.services.accounts import account_set_leverage, balance_change
from trading.services.orders import order_cancel, order_modify
from trading.services.positions import position_close, position_modify
from trading.services.replay import account_first_difference
from trading.tests.factories import ORIGIN, make_order, process_tick, set_price


def place(account, **terms):
    return make_order(account, **{"volume": "0.50"} | terms).order_id


@pytest.fixture
def busy_account(account):
    """An account on which a bit of everything has happened."""
    first = place(account, stop_loss=Decimal("1.09500"), comment="first")
    place(account, symbol="USDJPY", side=Side.SELL)
    position_modify(account_id=account.pk, position_id=first, take_profit=Decimal("1.20000"), origin=ORIGIN)
    position_close(account_id=account.pk, position_id=first, volume=Decimal("0.20"), origin=ORIGIN)
    waiting = place(account, type=OrderType.LIMIT, price=Decimal("1.09000"))
    order_modify(account_id=account.pk, order_id=waiting, price=Decimal("1.08000"), origin=ORIGIN)
    gone = place(account, type=OrderType.STOP, price=Decimal("1.12000"))
    order_cancel(account_id=account.pk, order_id=gone, origin=ORIGIN)
    place(account, type=OrderType.STOP_LIMIT, price=Decimal("1.10500"), limit_price=Decimal("1.10400"))
    with pytest.raises(Refused):
        place(account, volume=Decimal(90))
    balance_change(account_id=account.pk, amount=Decimal(50), reason=BalanceReason.CREDIT, origin=ORIGIN)
    account_set_leverage(account_id=account.pk, leverage=Decimal(50), origin=ORIGIN)
    for bid, ask in (("1.10600", "1.10610"), ("1.09400", "1.09410")):
        set_price("EURUSD", bid, ask)
        process_tick(account)
    return account


def test_tables_are_what_the_events_say(busy_account):
    assert account_first_difference(busy_account.pk) is None


@pytest.mark.parametrize(
    ("model", "column", "value", "said"),
    [
        (Order, "price", Decimal("1.5"), "price is"),
        (Order, "comment", "changed", "comment is"),
        (Position, "profit", Decimal("1000000"), "profit is"),
        (Position, "take_profit", Decimal("3"), "take_profit is"),
    ],
)
def test_changed_row_is_found(busy_account, model, column, value, said):
    row = model.objects.filter(account=busy_account).order_by("id").first()
    model.objects.filter(pk=row.pk).update(**{column: value})
    difference = account_first_difference(busy_account.pk)
    assert difference.startswith(f"{model.__name__.lower()} {row.pk}: {said}")


def test_an_account_of_another_mode_is_found(busy_account):
    TradingAccount.objects.filter(pk=busy_account.pk).update(position_mode="netting")
    said = f"account {busy_account.pk}: position_mode is hedging by the events and netting in the table"
    assert account_first_difference(busy_account.pk) == said


def test_what_no_column_stands_for_is_found_by_the_hash(busy_account, monkeypatch):
    monkeypatch.setattr(replay, "_ORDER", tuple(column for column in replay._ORDER if column != "comment"))
    order_id = Order.objects.filter(account=busy_account, status="working").earliest("id").pk
    Order.objects.filter(pk=order_id).update(comment="changed")
    assert account_first_difference(busy_account.pk).startswith(f"account {busy_account.pk}: the hash of its state is")


def test_limits_of_the_group_are_no_difference(busy_account):
    busy_account.group.stop_out_level = 30
    busy_account.group.save()
    assert account_first_difference(busy_account.pk) is None


def test_missing_row_is_found(busy_account):
    orders = Order.objects.filter(account=busy_account, status="cancelled")
    order_id = orders.get().pk
    orders.delete()
    assert account_first_difference(busy_account.pk) == f"order {order_id} is in the events and not in the table"


def test_changed_deal_is_found(busy_account):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # none may be pending when the table changes
        cursor.execute("ALTER TABLE trading_deal DISABLE TRIGGER trading_deal_no_rewrite")
        cursor.execute("UPDATE trading_deal SET profit = 1 WHERE entry = 'out'")
    assert account_first_difference(busy_account.pk).startswith("deal of event")


def test_command_names_the_account(busy_account, capsys):
    call_command("replay_account", busy_account.number)
    assert "1 account(s)" in capsys.readouterr().out
    Order.objects.filter(account=busy_account, status="working").update(volume=3)
    with pytest.raises(CommandError, match=rf"Account {busy_account.number}: order \d+: volume is 0.50 by the events"):
        call_command("replay_account", "--all")
    with pytest.raises(CommandError, match="no account 5"):
        call_command("replay_account", 5)
