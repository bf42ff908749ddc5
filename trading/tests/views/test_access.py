"""Every address of the terminal belongs to the account's owner alone."""

from decimal import Decimal

import pytest
from django.urls import reverse

from trading.engine.state import OrderType, Side
from trading.selectors import account_state, newest_seq
from trading.tests.factories import make_order

ACCOUNT_PAGES = ["terminal", "book", "history", "journal", "close_all"]


@pytest.fixture
def addresses(account):
    position = place(account, OrderType.MARKET)
    place(account, OrderType.MARKET, side=Side.SELL)
    order = place(account, OrderType.LIMIT, price=Decimal("1.05"))
    return [
        *(reverse(f"trading:{name}", args=[account.pk]) for name in ACCOUNT_PAGES),
        reverse("trading:position", args=[account.pk, position]),
        reverse("trading:position_close", args=[account.pk, position]),
        reverse("trading:position_close_by", args=[account.pk, position]),
        reverse("trading:order", args=[account.pk, order]),
        reverse("trading:order_cancel", args=[account.pk, order]),
    ]


def place(account, type, side=Side.BUY, **prices):
    return make_order(account, side=side, type=type, **prices).order_id


def test_owner_sees_every_page(owner, addresses):
    assert [owner.get(address).status_code for address in addresses] == [200] * len(addresses)


@pytest.mark.parametrize("name", ["stranger", "staff"])
def test_for_others_the_account_does_not_exist(strangers, addresses, name):
    assert {strangers[name].get(address).status_code for address in addresses} == {404}


def test_nobody_is_asked_to_sign_in(strangers, addresses):
    for address in addresses:
        answer = strangers["anonymous"].get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("name", ["stranger", "staff", "anonymous"])
def test_others_change_nothing(account, strangers, addresses, name):
    before = account_state(account), newest_seq(account.pk)
    for address in [*addresses, reverse("trading:orders", args=[account.pk])]:
        strangers[name].post(address, {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"})
    assert (account_state(account), newest_seq(account.pk)) == before


def test_what_is_not_there_is_not_found(owner, account):
    for name in ("position", "position_close", "position_close_by", "order", "order_cancel"):
        for id in (0, 999, 10**30):
            assert owner.get(reverse(f"trading:{name}", args=[account.pk, id])).status_code == 404
    assert owner.get(reverse("trading:terminal", args=[10**30])).status_code == 404


def test_reading_addresses_take_no_post(owner, account):
    for name in ("terminal", "book", "history", "journal"):
        assert owner.post(reverse(f"trading:{name}", args=[account.pk])).status_code == 405
    assert owner.get(reverse("trading:orders", args=[account.pk])).status_code == 405
