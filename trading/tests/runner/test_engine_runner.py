"""The engine process against a real database, log and tick stream."""

import time
from decimal import Decimal

import psycopg
import pytest
from django.db import connection

from forexpro.core.events.reader import current_position
from forexpro.core.realtime.connections import name, redis_client
from marketdata.stream import newest_id
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import Order, Position
from trading.runner.checkpoints import Checkpoint, claim_checkpoint, load_checkpoint
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.selectors.journal import events_since
from trading.services.accounts import balance_change
from trading.services.orders import order_cancel
from trading.services.positions import position_modify
from trading.tests.factories import ORIGIN, make_account, make_order, set_price
from trading.tests.runner.driving import deals, publish, tick, work

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
BUY = Side.BUY


def test_an_order_placed_by_the_web_is_triggered_by_the_next_tick_that_reaches_it(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    work(runner)
    publish(tick("EURUSD", "1.10480", "1.10490"))
    work(runner)
    assert deals() == []
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10600", "1.10610"))
    work(runner)
    assert deals() == [("in", "order", "1.1051")]
    assert Order.objects.get().status == "filled"


def test_what_it_fills_itself_is_protected_from_the_next_tick_on(account, runner):
    make_order(account, OrderType.STOP, price="1.10500", stop_loss="1.10400", take_profit="1.10600")
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10390", "1.10400"), tick("EURUSD", "1.2", "1.2001"))
    work(runner)
    assert deals() == [("in", "order", "1.1051"), ("out", "stop_loss", "1.1039")]
    account.refresh_from_db()
    assert account.balance == D("9988.00")


def test_a_tick_between_the_order_and_its_event_is_not_missed(account, runner):
    make_order(account, OrderType.LIMIT, price="1.09000")
    time.sleep(0.002)
    publish(tick("EURUSD", "1.08990", "1.08995"), tick("EURUSD", "1.10000", "1.10010"))
    while runner.step(block_ms=1):
        pass
    work(runner)
    assert deals() == [("in", "order", "1.08995")]


def test_what_a_late_event_leads_to_is_held_against_the_ticks_since_as_well(account, runner, monkeypatch):
    make_order(account, OrderType.LIMIT, price="1.09000", stop_loss="1.08000")
    publish(tick("EURUSD", "1.08990", "1.08995"), tick("EURUSD", "1.07990", "1.07995"), tick("EURUSD", "1.1", "1.1001"))
    with monkeypatch.context() as patched:
        patched.setattr(runner, "_follow_when_due", lambda: None)
        while runner.step(block_ms=1):
            pass
    assert deals() == []
    work(runner)
    assert deals() == [("in", "order", "1.08995"), ("out", "stop_loss", "1.0799")]


def test_the_log_as_a_whole_reaches_what_no_wake_up_told(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    for _ in range(100):  # other transactions of the server may hold the log back for a moment
        runner.follow()
        if runner._accounts.seq(account.pk) == 3:
            break
        time.sleep(0.05)
    publish(tick("EURUSD", "1.10500", "1.10510"))
    while runner.step(block_ms=1):
        pass
    assert deals() == [("in", "order", "1.1051")]


def test_a_tick_from_before_the_order_does_not_fill_it(account, runner):
    spike = tick("EURUSD", "1.08990", "1.08995")
    time.sleep(0.002)
    make_order(account, OrderType.LIMIT, price="1.09000")
    work(runner)
    publish(spike)
    work(runner)
    assert deals() == []
    publish(tick("EURUSD", "1.08990", "1.08999"))
    work(runner)
    assert deals() == [("in", "order", "1.08999")]


def test_cancelled_and_moved_levels_leave_the_index(account, runner):
    order_id = make_order(account, OrderType.STOP, price="1.10500").order_id
    position_id = make_order(account, stop_loss="1.09000").position_ids[0]
    work(runner)
    order_cancel(account_id=account.pk, order_id=order_id, origin=ORIGIN)
    position_modify(account_id=account.pk, position_id=position_id, stop_loss=D("1.08000"), origin=ORIGIN)
    work(runner)
    publish(tick("EURUSD", "1.10600", "1.10610"), tick("EURUSD", "1.08500", "1.08510"))
    work(runner)
    assert deals() == [("in", "order", "1.1001")]


def test_margin_call_and_stop_out_come_with_the_tick_that_causes_them(account, runner):
    make_order(account, volume="5")
    work(runner)
    publish(tick("EURUSD", "1.09000", "1.09010"))
    work(runner)
    account.refresh_from_db()
    assert account.margin_call
    publish(tick("EURUSD", "1.08700", "1.08710"), tick("EURUSD", "1.08500", "1.08510"))
    work(runner)
    types = [event.type for event in events_since(account.pk, 0)]
    assert types.count("account.margin_call") == types.count("account.stop_out") == 1
    assert deals()[-1] == ("out", "stop_out", "1.085")


def test_a_deposit_ends_the_margin_call_at_the_next_tick(account, runner):
    make_order(account, volume="5")
    publish(tick("EURUSD", "1.09000", "1.09010"))
    work(runner)
    balance_change(account_id=account.pk, amount=D(100_000), reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    work(runner)
    publish(tick("EURUSD", "1.09001", "1.09011"))
    work(runner)
    account.refresh_from_db()
    assert not account.margin_call


def test_a_conversion_rate_alone_can_cause_a_margin_call(market, trader):
    account = make_account(trader, currency="EUR", deposit="1000")
    set_price("USDJPY", "150.000", "150.010")
    make_order(account, symbol="USDJPY", volume=1)
    engine = EngineRunner(Shard())
    engine.start()
    publish(tick("USDJPY", "149.940", "149.950"))
    work(engine)
    account.refresh_from_db()
    assert not account.margin_call
    publish(tick("EURUSD", "0.40000", "0.40010"))
    work(engine)
    account.refresh_from_db()
    assert account.margin_call
    engine.stop()


def test_a_restart_works_through_what_it_missed_at_the_price_of_each_tick(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    work(runner)
    runner.stop()
    publish(tick("EURUSD", "1.10700", "1.10710", age_seconds=-0.01), tick("EURUSD", "1.10000", "1.10010"))
    second = EngineRunner(Shard())
    second.start()
    work(second)
    assert deals() == [("in", "order", "1.1071")]


def test_after_a_long_outage_the_first_fresh_quote_fills_and_the_event_says_so(account, market):
    make_order(account, OrderType.STOP, price="1.10500")
    make_order(account, OrderType.LIMIT, price="1.09000")
    claim_checkpoint(Shard(), Checkpoint(newest_id(), current_position()))
    publish(tick("EURUSD", "1.10700", "1.10710"), tick("EURUSD", "1.08500", "1.08510"))
    time.sleep(0.4)
    engine = EngineRunner(Shard(), outage_seconds=0.3)
    engine.start()
    work(engine)
    assert deals() == []
    engine.stop()
    assert load_checkpoint(Shard()).tick_id == "0-0", "what was missed and not carried out yet would be lost by a crash"
    engine = EngineRunner(Shard(), outage_seconds=0.3)
    engine.start()
    publish(tick("EURUSD", "1.10200", "1.10210"))
    work(engine)
    assert deals() == [("in", "order", "1.1021")], "the limit is not reached at the fresh quote and keeps waiting"
    (filled,) = [event for event in events_since(account.pk, 0) if event.type == "order.filled"]
    assert filled.payload["evidence"]["filled_at"] == "first_fresh_quote"
    assert engine._missed == {}


def test_shards_share_the_accounts(market, trader):
    accounts = [make_account(trader) for _ in range(4)]
    for account in accounts:
        make_order(account, OrderType.STOP, price="1.10500")
    engines = [EngineRunner(Shard(index, 2)) for index in range(2)]
    for engine in engines:
        engine.start()
    publish(tick("EURUSD", "1.10700", "1.10710"))
    work(engines[0])
    assert {position.account_id % 2 for position in Position.objects.all()} == {0}
    work(engines[1])
    assert Position.objects.count() == 4


def test_a_lost_database_connection_is_survived_without_doing_anything_twice(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    work(runner)
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10600", "1.10610"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    values = connection.settings_dict
    with psycopg.connect(
        host=values["HOST"],
        port=values["PORT"],
        user=values["USER"],
        password=values["PASSWORD"],
        dbname=values["NAME"],
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    rounds = iter(range(200))
    original = runner.step

    def step(**options):
        runner.stopping = next(rounds) > 3
        return original(block_ms=1)

    runner.step = step
    runner.run()
    assert deals() == [("in", "order", "1.1051")]


def test_redis_that_lost_everything_is_survived(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    publish(tick("EURUSD", "1.10000", "1.10010"))
    work(runner)
    redis_client().delete(*redis_client().scan_iter(match=name("*")))
    publish(tick("EURUSD", "1.10500", "1.10510"))
    work(runner)
    assert deals() == [("in", "order", "1.1051")]


def test_changed_spreads_of_a_group_reload_what_waits_for_a_price(account, runner):
    make_order(account, OrderType.STOP, price="1.10500")
    work(runner)
    account.group.spread_mode, account.group.spread_points = "markup", 100
    account.group.save()
    runner._next_housekeeping = 0.0
    work(runner)
    publish(tick("EURUSD", "1.10460", "1.10470"))
    work(runner)
    assert deals() == [("in", "order", "1.1052")]
