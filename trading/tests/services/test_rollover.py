"""Rolling over accounts in the database: once for each night, whoever does it and however often."""

import threading
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection

from forexpro.core.models import Event
from forexpro.core.tests.at_once import at_once
from marketdata.models import Symbol
from trading.engine.state import Side
from trading.models import Configuration, Deal, Order, Position, Posting, TradingAccount
from trading.selectors.charges import symbol_swap_terms
from trading.selectors.explanations import explained_decision
from trading.selectors.rollover import DUE_ACCOUNTS, accounts_due_for_rollover
from trading.services import rollover
from trading.services.positions import position_close
from trading.services.replay import account_first_difference
from trading.services.rollover import accounts_roll_over, roll_over_due_accounts
from trading.tests.factories import ORIGIN, make_account, make_group, make_order, make_user

D = Decimal


@pytest.fixture
def account(account):
    """An account whose long in EURUSD costs 6.50 a night, every day of the week."""
    Symbol.objects.filter(code="EURUSD").update(
        swap_mode="money_deposit", swap_long=D("-6.50"), swap_short=D("2.00"), swap_week="1 1 1 1 1 1 1"
    )
    return account


def buy(account, volume="1.00", side=Side.BUY):
    return make_order(account, side=side, volume=volume).order_id


def nights_from_now(count):
    """Return the moment just after the end of the `count`-th trading day from now."""
    terms = symbol_swap_terms(Symbol.objects.get(code="EURUSD"))
    first = terms.next_day(datetime.now(UTC))
    return terms.rollover_at(first + timedelta(days=count - 1)) + timedelta(seconds=30)


def charged(account):
    return [
        (event.payload["amount"], event.payload["late"])
        for event in Event.objects.filter(stream=f"account:{account.pk}", type="position.swap_charged").order_by("seq")
    ]


def test_a_night_is_charged_once(account):
    position_id = buy(account)
    assert roll_over_due_accounts(origin=ORIGIN) == 0
    tonight = nights_from_now(1)
    assert [roll_over_due_accounts(now=tonight, origin=ORIGIN) for _ in range(3)] == [1, 0, 0]
    assert charged(account) == [("-6.50", False)]
    position = Position.objects.get(pk=position_id)
    assert position.swap == D("-6.50")
    assert position.swap_day == symbol_swap_terms(Symbol.objects.get(code="EURUSD")).last_charged_day(tonight)
    assert account_first_difference(account.pk) is None


def test_missed_nights_are_caught_up_and_said_to_be_late(account):
    buy(account)
    assert roll_over_due_accounts(now=nights_from_now(3), origin=ORIGIN) == 1
    assert charged(account) == [("-6.50", True), ("-6.50", True), ("-6.50", False)]
    assert accounts_due_for_rollover(nights_from_now(3)) == []
    assert accounts_due_for_rollover(nights_from_now(4)) == [account.pk]


def test_a_missed_night_is_charged_by_the_terms_of_its_moment(account):
    buy(account)
    Symbol.objects.filter(code="EURUSD").update(swap_long=D("-9.00"))
    # As if the terms had changed between the two nights.
    Configuration.objects.update(changed_at=nights_from_now(1) + timedelta(hours=1))
    assert roll_over_due_accounts(now=nights_from_now(2), origin=ORIGIN) == 1
    assert charged(account) == [("-6.50", True), ("-9.00", False)]
    for event in Event.objects.filter(type="position.swap_charged"):
        assert explained_decision(account, event.seq).explanation.first_difference() is None
    assert account_first_difference(account.pk) is None


def test_a_night_is_explained_and_decided_again(account):
    buy(account)
    roll_over_due_accounts(now=nights_from_now(1), origin=ORIGIN)
    event = Event.objects.get(type="position.swap_charged")
    explained = explained_decision(account, event.seq)
    assert explained.explanation.first_difference() is None
    assert event.payload["evidence"]["swap_formula"] == "1 × -6.5 × 1 × 1 = -6.50 USD"


def test_swap_reaches_the_balance_with_the_closing_deal(account):
    position_id = buy(account)
    roll_over_due_accounts(now=nights_from_now(2), origin=ORIGIN)
    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)
    account.refresh_from_db()
    assert account.balance == D("10000") - D("10.00") - D("13.00")
    assert Deal.objects.get(entry="out").swap == D("-13.00")
    assert Posting.objects.get(ledger_account__kind="house_swap").amount == D("13.00")
    assert account_first_difference(account.pk) is None


def test_only_accounts_with_something_due_are_looked_at(account):
    buy(account)
    closed = make_account(account.owner)
    position_close(account_id=closed.pk, position_id=buy(closed), origin=ORIGIN)
    idle = make_account(account.owner)
    assert accounts_due_for_rollover(nights_from_now(1)) == [account.pk]
    assert idle.pk not in accounts_due_for_rollover(nights_from_now(9))


def test_finding_them_takes_two_queries_however_many_there_are(account, django_assert_num_queries):
    for _ in range(5):
        buy(account, "0.01")
        buy(make_account(account.owner), "0.01")
    tonight = nights_from_now(1)
    with django_assert_num_queries(2):
        assert len(accounts_due_for_rollover(tonight)) == 6


def test_due_positions_are_found_by_their_index(account):
    now = datetime.now(UTC)
    # Enough of them that the plan does not hang on what autovacuum last saw.
    rows = [{"id": id, "account": account, "symbol": "EURUSD", "side": "buy", "volume": 1} for id in range(1, 2001)]
    filled = {"type": "market", "price": 1, "placed_at": now, "status": "filled", "finished_at": now, "fill_price": 1}
    opened = {"initial_volume": 1, "open_price": 1, "opened_at": now, "margin_conversion": 1, "swap_day": now.date()}
    Order.objects.bulk_create(Order(**row, **filled) for row in rows)
    Position.objects.bulk_create(Position(**row, **opened) for row in rows)
    like = {"owner": account.owner, "group": account.group, "kind": "demo", "currency": "USD", "leverage": 100}
    TradingAccount.objects.bulk_create(TradingAccount(**like, opened_at=now) for _ in rows)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE trading_position, trading_tradingaccount")
        cursor.execute(f"EXPLAIN {DUE_ACCOUNTS}", [["EURUSD"], [now.date()], [now], now])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "position_swap_due" in plan, plan
    assert "swap_day < " in plan
    assert "account_commission_due" in plan


def test_a_swap_free_group_is_charged_nothing_and_its_nights_are_settled(account):
    free = make_account(make_user("free@example.com"), group=make_group("Islamic", swap_free=True))
    buy(free)
    roll_over_due_accounts(now=nights_from_now(1), origin=ORIGIN)
    assert charged(free) == [("0.00", False)]
    assert accounts_due_for_rollover(nights_from_now(1)) == []


def test_a_group_may_have_rates_of_its_own(account):
    group = make_group("Cheap")
    group.instruments.create(symbol_id="EURUSD", swap_mode="points", swap_long=D("-1.5"))
    cheap = make_account(make_user("cheap@example.com"), group=group)
    buy(cheap, "2.00")
    roll_over_due_accounts(now=nights_from_now(1), origin=ORIGIN)
    assert charged(cheap) == [("-3.00", False)]


def test_each_symbol_has_its_own_end_of_the_day(account):
    buy(account)
    Symbol.objects.filter(code="GBPUSD").update(
        swap_week="1 1 1 1 1 1 1", rollover_time=time(0), rollover_timezone="Europe/Prague"
    )
    make_order(account, symbol="GBPUSD", volume="0.01")
    roll_over_due_accounts(now=nights_from_now(8), origin=ORIGIN)
    days = Position.objects.order_by("id").values_list("symbol", "swap_day")
    assert [symbol for symbol, _ in days] == ["EURUSD", "GBPUSD"]
    prague = symbol_swap_terms(Symbol.objects.get(code="GBPUSD"))
    assert dict(days)["GBPUSD"] == prague.last_charged_day(nights_from_now(8))
    assert prague.rollover_at(dict(days)["GBPUSD"]).astimezone(prague.timezone).time() == time(0)


def test_commission_is_set_aside_until_the_day_ends(account):
    Symbol.objects.filter(code="EURUSD").update(
        commission_unit="money", commission_rate=D("3.5"), commission_settlement="daily"
    )
    buy(account, "2.00")
    account.refresh_from_db()
    assert account.balance == 10_000
    assert account.commission_settles_at is not None
    assert Deal.objects.get().commission == D("-7.00")
    assert account_first_difference(account.pk) is None

    roll_over_due_accounts(now=nights_from_now(1), origin=ORIGIN)
    account.refresh_from_db()
    assert account.balance == D("9993.00")
    assert (account.blocked_commission, account.commission_settles_at) == ("[]", None)
    assert Posting.objects.get(ledger_account__kind="house_commission").amount == D("7.00")
    assert account_first_difference(account.pk) is None


def test_an_account_that_fails_does_not_keep_the_others_from_it(account, monkeypatch, caplog):
    good = make_account(account.owner)
    buy(account)
    buy(good)
    decide = rollover.decide

    def fail_for_one(state, command, market):
        if state.id == account.pk:
            raise ArithmeticError("broken")
        return decide(state, command, market)

    monkeypatch.setattr(rollover, "decide", fail_for_one)
    assert roll_over_due_accounts(now=nights_from_now(1), origin=ORIGIN) == 1
    assert (len(charged(account)), len(charged(good))) == (0, 1)
    assert f"account {account.pk} cannot be rolled over" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_charge_a_night_once(account):
    buy(account)
    tonight = nights_from_now(1)
    roll_over = partial(accounts_roll_over, account_ids=[account.pk], now=tonight, origin=ORIGIN)
    answers = [answer for (answer,) in at_once([roll_over] * 16)]
    assert sorted(len(answer.events) for answer in answers) == [0] * 15 + [1]
    assert charged(account) == [("-6.50", False)]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_decide_the_same_night(account, monkeypatch):
    buy(account)
    tonight = nights_from_now(1)
    barrier = threading.Barrier(2)
    decide = rollover.decide
    decided = []

    def decide_together(*arguments):
        barrier.wait(timeout=5)
        decided.append(decide(*arguments))
        return decided[-1]

    monkeypatch.setattr(rollover, "decide", decide_together)
    monkeypatch.setattr(rollover, "lock_accounts", lambda account_ids: list(account_ids))
    roll_over = partial(accounts_roll_over, account_ids=[account.pk], now=tonight, origin=ORIGIN)
    at_once([roll_over] * 2, errors=(IntegrityError,))
    assert [len(events) for events in decided] == [1, 1]
    assert TradingAccount.objects.get(pk=account.pk).balance == 10_000


@pytest.mark.django_db(transaction=True)
def test_trading_and_rolling_over_at_once_leaves_true_books(account):
    held = [buy(account, "0.10") for _ in range(4)]
    tonight = nights_from_now(1)

    def act(number):
        if number % 4 == 0:
            return buy(account, "0.01")
        if number % 4 == 1:
            return position_close(account_id=account.pk, position_id=held[number // 4], origin=ORIGIN)
        return accounts_roll_over(account_ids=[account.pk], now=tonight, origin=ORIGIN)

    assert not [result for result in at_once([partial(act, number) for number in range(16)]) if isinstance(result, str)]
    roll_over_due_accounts(now=tonight, origin=ORIGIN)
    nights = Event.objects.filter(type="position.swap_charged").values_list("payload__position_id", "payload__day")
    assert len(nights) == len(set(nights))
    assert {position_id for position_id, _ in nights} >= set(
        Position.objects.filter(closed_at=None).values_list("id", flat=True)
    )
    assert account_first_difference(account.pk) is None
