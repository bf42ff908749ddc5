"""Everything that can happen to an account, happening at once on real PostgreSQL; and what happens without the lock."""

import contextlib
import random
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import Count, Sum

from forexpro.core.events.verify import events_verify
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.tests.at_once import at_once
from marketdata.models import Symbol
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import Deal, Order, Position, Posting
from trading.selectors import account_state
from trading.selectors.market import newest_ticks
from trading.services import accounts, execution, rollover, ticks
from trading.services.accounts import account_set_leverage, balance_change
from trading.services.orders import order_cancel, order_modify
from trading.services.positions import position_close, position_modify
from trading.services.replay import account_first_difference
from trading.services.rollover import accounts_roll_over
from trading.services.ticks import account_check_margin
from trading.tasks import sweep_margins
from trading.tests.factories import ORIGIN, make_account, make_order, process_tick, set_price, tick

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
WORKERS = 16
POSITIONS = 5


def buy(account, volume="0.15", *, side=Side.BUY, type=OrderType.MARKET, **prices):
    return make_order(account, type, side, volume, **prices).order_id


def at(bid):
    """Return the newest ticks with EURUSD at another price, come after all that was done before."""
    moved = tick("EURUSD", str(bid), str(D(bid) + D("0.0001")), age_seconds=-1)
    return {**newest_ticks(), "EURUSD": moved}


def price_comes(account, bid):
    return process_tick(account, ticks=at(bid))


def assert_clean(account):
    """Fail unless log, tables and ledger of an account agree."""
    assert account_first_difference(account.pk) is None
    numbers = Event.objects.filter(stream=f"account:{account.pk}").order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))
    posted = Posting.objects.filter(ledger_account__trading_account=account).aggregate(total=Sum("amount"))["total"]
    state = account_state(account)
    assert posted == state.balance + state.credit


@pytest.mark.parametrize("count", [8, pytest.param(200, marks=pytest.mark.long)])
def test_a_position_has_one_closing_deal_whoever_wants_to_close_it(market, trader, count):
    """Stop loss, take profit, stop-out and the client close the same positions, each by prices that it saw."""
    for number in range(count):
        set_price("EURUSD", "1.10000", "1.10010")
        account = make_account(trader, deposit="1000")
        held = [buy(account, stop_loss="1.09500", take_profit="1.10500") for _ in range(POSITIONS)]

        def closes(account=account, held=held):
            closed = 0
            for position_id in held:
                with contextlib.suppress(Refused):
                    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)
                    closed += 1
            return closed

        actors = [
            lambda account=account: price_comes(account, "1.10600"),
            lambda account=account: price_comes(account, "1.09400"),
            lambda account=account: account_check_margin(account_id=account.pk, ticks=at("1.07000"), origin=ORIGIN),
            closes,
        ]
        results = at_once(actors[number % 4 :] + actors[: number % 4])
        assert not [result for result in results if isinstance(result, str)], "nobody is refused"
        assert_clean(account)

    assert not Position.objects.filter(closed_at=None).exists()
    closings = Deal.objects.filter(entry="out").values("position_id").annotate(deals=Count("id"))
    assert [entry["deals"] for entry in closings] == [1] * count * POSITIONS
    reasons = set(Deal.objects.filter(entry="out").values_list("reason", flat=True))
    assert reasons <= {"stop_loss", "take_profit", "stop_out", "client"}
    assert len(reasons) > 1, "nobody was always first"


class Worker:
    """Does what comes to its mind to an account that others work on too."""

    def __init__(self, account, seed):
        self.account = account
        self.random = random.Random(seed)
        self.terms = {"account_id": account.pk, "origin": ORIGIN}

    def act(self, times):
        """Do several things; some are refused."""
        for _ in range(times):
            with contextlib.suppress(Refused):
                self.random.choice(self.choices)()

    @property
    def choices(self):
        return [
            self.place, self.place, self.rest, self.rest, self.modify_order, self.cancel, self.protect, self.close,
            self.close, self.price, self.price, self.crash, self.crash, self.sweep, self.roll_over, self.pay, self.pay,
            self.lever,
        ]  # fmt: skip

    def one_of(self, rows):
        ids = list(rows.values_list("id", flat=True))
        return self.random.choice(ids) if ids else 0

    def place(self):
        side = self.random.choice(list(Side))
        levels = {} if self.random.random() < 0.5 else {"stop_loss": D("1.1") - side.sign * D("0.004")}
        buy(self.account, "0.50", side=side, **levels)

    def rest(self):
        buy(self.account, "0.20", type=OrderType.LIMIT, price=str(D("1.1") - D(self.random.randint(1, 40)) / 10_000))

    def modify_order(self):
        order_id = self.one_of(Order.objects.filter(account=self.account, status="working"))
        order_modify(order_id=order_id, price=D("1.1") - D(self.random.randint(1, 40)) / 10_000, **self.terms)

    def cancel(self):
        order_cancel(order_id=self.one_of(Order.objects.filter(account=self.account, status="working")), **self.terms)

    def protect(self):
        position_id = self.one_of(Position.objects.filter(account=self.account, closed_at=None, side="buy"))
        position_modify(position_id=position_id, take_profit=D("1.103"), **self.terms)

    def close(self):
        position_id = self.one_of(Position.objects.filter(account=self.account, closed_at=None))
        volume = self.random.choice([None, D("0.10")])
        position_close(position_id=position_id, volume=volume, **self.terms)

    def price(self):
        price_comes(self.account, D("1.1") + D(self.random.randint(-60, 60)) / 10_000)

    def crash(self):
        side = self.random.choice(list(Side))
        buy(self.account, "0.50", side=side)
        account_check_margin(ticks=at(D("1.1") - side.sign * D("0.3")), **self.terms)

    def sweep(self):
        bid = self.random.choice(["1.10000", "1.06000"])
        set_price("EURUSD", bid, str(D(bid) + D("0.0001")))
        sweep_margins()

    def roll_over(self):
        night = datetime.now(UTC) + timedelta(days=self.random.randint(1, 3))
        accounts_roll_over(account_ids=[self.account.pk], now=night, origin=ORIGIN)

    def pay(self):
        balance_change(amount=D(self.random.choice([-100, 4000])), reason=BalanceReason.ADJUSTMENT, **self.terms)

    def lever(self):
        account_set_leverage(leverage=D(self.random.choice([50, 100])), **self.terms)


@pytest.fixture
def charged(account):
    """The account, in a symbol that costs swap every night."""
    Symbol.objects.filter(code="EURUSD").update(
        swap_mode="money_deposit", swap_long=D("-6.50"), swap_short=D("2.00"), swap_week="1 1 1 1 1 1 1"
    )
    return account


@pytest.mark.parametrize("times", [8, pytest.param(100, marks=pytest.mark.long)])
def test_sixteen_workers_of_one_account_leave_true_books(charged, times):
    workers = [Worker(charged, seed) for seed in range(WORKERS)]
    at_once([partial(worker.act, times) for worker in workers])

    assert_clean(charged)
    assert events_verify().faults == []
    assert Posting.objects.aggregate(total=Sum("amount"))["total"] == 0, "what one side gets the other gives"
    traded = Deal.objects.filter(account=charged)
    for position in Position.objects.filter(account=charged):
        lots = {"in": D(0), "out": D(0)}
        for deal in traded.filter(position_id=position.pk):
            lots[deal.entry] += deal.volume
        assert lots["in"] == position.initial_volume
        assert lots["in"] - lots["out"] == position.volume
    nights = Event.objects.filter(type="position.swap_charged").values_list("payload__position_id", "payload__day")
    assert len(nights) == len(set(nights)), "a night is charged once"
    assert {"order.filled", "position.closed", "position.swap_charged", "account.stop_out"} <= set(
        Event.objects.values_list("type", flat=True)
    )


@pytest.fixture
def different(charged):
    """Eight ways to change an account, each of which does so by itself."""
    terms = {"account_id": charged.pk, "origin": ORIGIN}
    held = [buy(charged, "0.50", stop_loss="1.09500") for _ in range(4)]
    waiting = [buy(charged, "0.10", type=OrderType.LIMIT, price="1.05000") for _ in range(2)]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    crashed = at("1.04000")
    return [
        lambda: buy(charged, "0.10"),
        lambda: order_modify(order_id=waiting[0], price=D("1.06"), **terms),
        lambda: order_cancel(order_id=waiting[1], **terms),
        lambda: position_close(position_id=held[0], **terms),
        lambda: position_modify(position_id=held[1], take_profit=D("1.2"), **terms),
        lambda: price_comes(charged, "1.09400"),
        lambda: account_check_margin(ticks=crashed, **terms),
        lambda: accounts_roll_over(account_ids=[charged.pk], now=tomorrow, origin=ORIGIN),
    ]


@pytest.fixture
def meeting(different, monkeypatch):
    """Let all decisions wait for each other, for a moment: only without a lock can all be there."""
    barrier = threading.Barrier(len(different))

    def meet(decide):
        def decide_together(*arguments):
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=2)
            return decide(*arguments)

        return decide_together

    for module in (execution, ticks, rollover):
        monkeypatch.setattr(module, "decide", meet(module.decide))
    return barrier


def test_no_two_decisions_on_an_account_meet(charged, different, meeting):
    at_once(different)
    assert meeting.broken
    assert_clean(charged)


def test_control_without_the_lock_all_decide_on_the_same_state(charged, different, meeting, monkeypatch):
    monkeypatch.setattr(execution, "locking", lambda account_id: ("SELECT %s", [account_id]))
    for module in (ticks, rollover, accounts):
        monkeypatch.setattr(module, "lock_accounts", sorted)
    before = Event.objects.filter(stream=f"account:{charged.pk}").count()
    results = at_once(different, errors=(IntegrityError,))
    assert not meeting.broken
    # All were decided on the same state; the numbering of the event stream still lets only one of them be recorded.
    assert [type(result) for result in results].count(IntegrityError) == len(different) - 1
    recorded = Event.objects.filter(stream=f"account:{charged.pk}").count() - before
    assert 0 < recorded < 30
    assert_clean(charged)
