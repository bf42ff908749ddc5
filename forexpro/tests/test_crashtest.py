"""The crash test runs and finds nothing, and what it looks for it would find."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection

from forexpro.crashtest import books
from forexpro.crashtest.clients import DEPOSIT, SYMBOL, Request
from trading.api.representations import answer_json
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import TradingAccount
from trading.services.accounts import balance_change
from trading.services.orders import order_place
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_account, make_symbols, set_price


def crashtest(*arguments: str) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", "crashtest", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "No acknowledged order is lost, doubled or half done." in done.stdout


def test_nothing_is_lost_when_each_part_is_killed_once() -> None:
    crashtest("--kills", "3", "--backend-kills", "1", "--redis-kills", "1", "--rounds", "0")


@pytest.mark.long
def test_nothing_is_lost_when_parts_are_killed_again_and_again_and_at_every_commit_point() -> None:
    crashtest("--kills", "30", "--backend-kills", "5", "--redis-kills", "2", "--rounds", "1")


@pytest.fixture
def account(transactional_db: None) -> TradingAccount:
    make_symbols()
    set_price(SYMBOL, "1.10000", "1.10010")
    return make_account(deposit=str(DEPOSIT))


def placed(account: TradingAccount) -> Request:
    request = Request(account.pk, "orders", {})
    answer = order_place(
        account_id=account.pk,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.MARKET,
        volume=Decimal("0.01"),
        comment=request.key,
        origin=ORIGIN,
        idempotency_key=request.key,
    )
    request.status, request.answer = 201, answer_json(answer)
    return request


def closed(account: TradingAccount, position_id: str) -> Request:
    request = Request(account.pk, f"positions/{position_id}/close", {})
    answer = position_close(
        account_id=account.pk, position_id=int(position_id), origin=ORIGIN, idempotency_key=request.key
    )
    request.status, request.answer = 200, answer_json(answer)
    return request


def faults(account: TradingAccount, *log: Request) -> list[str]:
    return list(books.faults(log, [account.pk]))


def test_books_that_agree_with_the_clients_have_no_faults(account: TradingAccount) -> None:
    order = placed(account)
    assert faults(account, order, closed(account, order.answer["position_ids"][0])) == []


def test_an_acknowledged_order_that_is_lost_is_found(account: TradingAccount) -> None:
    lost = Request(account.pk, "orders", {}, status=201, answer={"order_id": "7", "events": []})
    assert faults(account, placed(account), lost) == [f"key {lost.key} was answered and has had no effect"]


def test_an_order_that_nobody_asked_for_is_found(account: TradingAccount) -> None:
    request, unknown = placed(account), placed(account)
    effect, order = faults(account, request)
    assert effect == f"key {unknown.key} has had an effect, and nobody asked for it"
    assert order == f"order ['{unknown.answer['order_id']}'] was placed, and nobody asked for it"


def test_an_answer_that_the_log_does_not_bear_out_is_found(account: TradingAccount) -> None:
    request = placed(account)
    request.answer = request.answer | {"order_id": "1", "events": request.answer["events"][:1]}
    told, other = faults(account, request)
    assert "the client was told" in told
    assert "lost, doubled, or another one" in other


def test_money_that_no_deal_moved_is_found(account: TradingAccount) -> None:
    balance_change(account_id=account.pk, amount=Decimal(1), reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    (fault,) = faults(account)
    assert "deposit and deals make 1000000" in fault


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE trading_order SET status = 'cancelled', fill_price = NULL",
            "is cancelled and has 1 opening deals",
        ),
        ("UPDATE trading_position SET volume = 5, initial_volume = 5", "lots, its deals make 0.01"),
    ],
)
def test_half_of_a_decision_is_found(account: TradingAccount, damage: str, words: str) -> None:
    request = placed(account)
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert any(words in fault for fault in faults(account, request))
