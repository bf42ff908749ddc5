"""An engine that ends without a word: what waits for a price meets every tick since it was set, once."""

import time
from decimal import Decimal

import pytest

from forexpro.core.events.reader import Position as LogPosition
from trading.engine.state import OrderType, Side
from trading.models import Order, Position
from trading.runner import engine_runner
from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard
from trading.runner.watched_accounts import WatchedAccounts
from trading.services.orders import order_modify
from trading.services.positions import position_modify
from trading.tests.factories import ORIGIN, make_account, make_order
from trading.tests.runner.driving import deals, publish, tick, work

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal


class Killed(BaseException):
    """The end of a process, which nothing catches."""


def work_without_the_log(engine, monkeypatch):
    """Let the engine work through the ticks and save how far it is, before it learns what the web has done."""
    with monkeypatch.context() as patched:
        patched.setattr(engine, "_follow_when_due", lambda: None)
        while engine.step(block_ms=1):
            pass
        engine._save_checkpoint()


def restarted(**options):
    engine = EngineRunner(Shard(), **options)
    engine.start()
    return engine


def test_a_level_that_the_killed_engine_had_not_heard_of_meets_the_ticks_since_it_was_set(account, runner, monkeypatch):
    make_order(account, OrderType.LIMIT, price="1.09000", stop_loss="1.08000")
    publish(tick("EURUSD", "1.08990", "1.08995"), tick("EURUSD", "1.07990", "1.07995"), tick("EURUSD", "1.1", "1.1001"))
    work_without_the_log(runner, monkeypatch)
    work(restarted())
    assert deals() == [("in", "order", "1.08995"), ("out", "stop_loss", "1.0799")]


def test_many_levels_of_one_account_are_held_against_the_ticks_once(account, runner, monkeypatch):
    for points in range(30):
        make_order(account, OrderType.LIMIT, price=f"1.05{points:03}")
    quotes = [tick("EURUSD", "1.10000", f"1.100{number:02}") for number in range(1, 40)]
    publish(*quotes)
    work_without_the_log(runner, monkeypatch)
    looked_at = []
    account_reached = WatchedAccounts.account_reached

    def counted(self, account_id, tick):
        looked_at.append(tick.id)
        return account_reached(self, account_id, tick)

    monkeypatch.setattr(WatchedAccounts, "account_reached", counted)
    restarted()
    assert len(quotes) <= len(looked_at) == len(set(looked_at))


def test_after_a_long_outage_such_a_level_waits_for_a_fresh_quote(account, runner, monkeypatch):
    make_order(account, OrderType.STOP, price="1.10500")
    publish(tick("EURUSD", "1.10700", "1.10710"), tick("EURUSD", "1.10000", "1.10010"))
    work_without_the_log(runner, monkeypatch)
    time.sleep(0.4)
    for _crash in range(2):
        second = restarted(outage_seconds=0.3)
        second._save_checkpoint()
        assert deals() == []
    publish(tick("EURUSD", "1.10200", "1.10210"))
    work(second)
    assert deals() == [("in", "order", "1.1021")]


def test_a_modified_level_meets_the_ticks_since_it_was_modified(account, runner, monkeypatch):
    order_id = make_order(account, OrderType.LIMIT, price="1.07000").order_id
    position_id = make_order(account).position_ids[0]
    work(runner)
    early = tick("EURUSD", "1.08990", "1.08995")
    time.sleep(0.002)
    order_modify(account_id=account.pk, order_id=order_id, price=D("1.09000"), origin=ORIGIN)
    position_modify(account_id=account.pk, position_id=position_id, take_profit=D("1.12"), origin=ORIGIN)
    publish(early, tick("EURUSD", "1.12010", "1.12020"), tick("EURUSD", "1.08980", "1.08985"))
    work_without_the_log(runner, monkeypatch)
    work(restarted())
    assert deals()[1:] == [("out", "take_profit", "1.1201"), ("in", "order", "1.08985")]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_tick_from_before_a_modification_does_not_reach_the_new_level(account, runner, monkeypatch, restarts):
    first = make_order(account, stop_loss="1.09000", take_profit="1.20000").position_ids[0]
    second = make_order(account, stop_loss="1.09500").position_ids[0]
    work(runner)
    publish(tick("EURUSD", "1.09400", "1.09410"), tick("EURUSD", "1.10000", "1.10010"))
    time.sleep(0.02)
    position_modify(account_id=account.pk, position_id=first, stop_loss=D("1.09600"), origin=ORIGIN)
    if restarts:
        runner = restarted()
    else:  # a wake-up may be late; what is decided holds all the same
        monkeypatch.setattr(runner, "_follow_when_due", lambda: None)
    while runner.step(block_ms=1):
        pass
    assert deals()[2:] == [("out", "stop_loss", "1.094")]
    assert Position.objects.get(closed_at=None).pk == first
    assert Position.objects.exclude(closed_at=None).get().pk == second
    publish(tick("EURUSD", "1.09590", "1.09600"))
    work(runner)
    assert deals()[3:] == [("out", "stop_loss", "1.0959")]


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_no_account_of_a_tick_is_skipped_when_the_engine_ends_between_its_commits(
    market, trader, runner, monkeypatch, commits
):
    monkeypatch.setattr(engine_runner, "BATCH_ACCOUNTS", 2)
    for _ in range(6):
        make_order(make_account(trader), OrderType.STOP, price="1.10500")
    work(runner)
    runner._log.start_from(LogPosition(xid=2**62))  # the checkpoint alone has to bring the orders back
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10900", "1.10910"))
    left = [None] * commits
    original = runner._process_batch

    def process_batch(*arguments):
        if not left:
            raise Killed
        left.pop()
        original(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(runner, "_process_batch", process_batch)
        with pytest.raises(Killed):
            runner.step(block_ms=1)
    assert Order.objects.filter(status="filled").count() == 2 * commits
    work(restarted())
    assert deals() == [("in", "order", "1.1051")] * 6


def test_an_account_that_was_traded_while_the_tick_waited_is_decided_by_what_stood_at_the_tick(
    account, runner, monkeypatch
):
    stop = make_order(account, OrderType.STOP, price="1.10500").order_id
    late = make_order(account, OrderType.LIMIT, side=Side.BUY, price="1.08000").order_id
    work(runner)
    publish(tick("EURUSD", "1.10500", "1.10510"), tick("EURUSD", "1.10900", "1.10910"))
    time.sleep(0.02)
    order_modify(account_id=account.pk, order_id=late, price=D("1.10550"), origin=ORIGIN)
    monkeypatch.setattr(runner, "_follow_when_due", lambda: None)
    while runner.step(block_ms=1):
        pass
    assert list(Order.objects.filter(status="filled").values_list("pk", flat=True)) == [stop]
