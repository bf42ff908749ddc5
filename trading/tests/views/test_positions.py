from decimal import Decimal

import pytest
from django.urls import reverse

from trading.engine.state import OrderType, Side, TrailingStop
from trading.selectors import account_state
from trading.services.orders import order_place
from trading.services.positions import position_modify
from trading.tests.factories import ORIGIN, set_price


@pytest.fixture
def position(account):
    """A long of 0.30 EURUSD from 1.10010."""
    return order_place(
        account_id=account.pk,
        symbol="EURUSD",
        side=Side.BUY,
        type=OrderType.MARKET,
        volume=Decimal("0.30"),
        take_profit=Decimal("1.2"),
        origin=ORIGIN,
    ).order_id


def post(client, name, *arguments, htmx, **data):
    return client.post(reverse(f"trading:{name}", args=arguments), data, headers=htmx)


def test_levels_are_set_and_removed(owner, account, position, htmx):
    answer = post(owner, "position", account.pk, position, htmx=htmx, stop_loss="1.09", take_profit="")
    assert answer.status_code == 204
    changed = account_state(account).positions[position]
    assert (changed.stop_loss, changed.take_profit) == (Decimal("1.09"), None)


def test_a_level_that_was_not_sent_stays(owner, account, position, htmx):
    post(owner, "position", account.pk, position, htmx=htmx, stop_loss="1.09")
    assert account_state(account).positions[position].take_profit == Decimal("1.2")


def test_a_trailing_stop_and_break_even_are_set_kept_and_removed(owner, account, position, htmx):
    def guards():
        return account_state(account).positions[position].guards

    assert (
        post(owner, "position", account.pk, position, htmx=htmx, trailing_stop="100", break_even="50").status_code
        == 204
    )
    assert (guards().trailing_stop.distance_points, guards().break_even.profit_points) == (100, 50)
    position_modify(
        account_id=account.pk, position_id=position, trailing_stop=TrailingStop(100, step_points=7), origin=ORIGIN
    )
    post(owner, "position", account.pk, position, htmx=htmx, stop_loss="1.09", trailing_stop="100", break_even="")
    assert (guards().trailing_stop.step_points, guards().break_even) == (7, None)
    post(owner, "position", account.pk, position, htmx=htmx, trailing_stop="")
    assert guards() is None


@pytest.mark.parametrize("points", ["0", "near", "1.5"])
def test_bad_points_are_explained_and_change_nothing(owner, account, position, htmx, points):
    answer = post(owner, "position", account.pk, position, htmx=htmx, trailing_stop=points)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert account_state(account).positions[position].guards is None


@pytest.mark.parametrize("stop_loss", ["1.5", "x", "-1"])
def test_bad_levels_are_explained_and_change_nothing(owner, account, position, htmx, stop_loss):
    before = account_state(account)
    answer = post(owner, "position", account.pk, position, htmx=htmx, stop_loss=stop_loss, take_profit="1.2")
    assert answer.status_code == 422
    assert f'value="{stop_loss}"' in answer.content.decode()
    assert "errorlist" in answer.content.decode()
    assert account_state(account) == before


def test_closing_dialog_says_what_the_position_is_worth(owner, account, position, htmx):
    set_price("EURUSD", "1.10110", "1.10120")
    dialog = owner.get(reverse("trading:position_close", args=[account.pk, position]), headers=htmx).content.decode()
    assert "Close Buy 0.30 EURUSD" in dialog
    assert "+30.00 USD at 1.1011" in dialog


def test_a_part_is_closed(owner, account, position, htmx):
    assert post(owner, "position_close", account.pk, position, htmx=htmx, volume="0.10").status_code == 204
    assert account_state(account).positions[position].volume == Decimal("0.20")


def test_an_empty_volume_closes_all_of_it(owner, account, position, htmx):
    assert post(owner, "position_close", account.pk, position, htmx=htmx, volume="").status_code == 204
    assert not account_state(account).positions


@pytest.mark.parametrize("volume", ["0", "-0.1", "many", "0.31", "0.001"])
def test_a_bad_volume_is_explained_and_closes_nothing(owner, account, position, htmx, volume):
    before = account_state(account)
    answer = post(owner, "position_close", account.pk, position, htmx=htmx, volume=volume)
    assert answer.status_code == 422
    assert account_state(account) == before


def test_closing_twice_with_one_key_closes_one_part(owner, account, position, htmx):
    for _ in range(2):
        post(owner, "position_close", account.pk, position, htmx=htmx, volume="0.10", idempotency_key="once")
    assert account_state(account).positions[position].volume == Decimal("0.20")


def test_close_all_names_and_closes_every_position(owner, account, position, htmx):
    post(owner, "orders", account.pk, htmx=htmx, symbol="GBPUSD", side="sell", type="market", volume="0.05")
    dialog = owner.get(reverse("trading:close_all", args=[account.pk]), headers=htmx).content.decode()
    assert "2 positions: Buy 0.30 EURUSD, Sell 0.05 GBPUSD" in dialog
    assert post(owner, "close_all", account.pk, htmx=htmx, idempotency_key="all").status_code == 204
    assert not account_state(account).positions


def test_close_all_without_scripts_leads_back_to_the_terminal(owner, account, position):
    answer = owner.post(reverse("trading:close_all", args=[account.pk]))
    assert answer["Location"] == reverse("trading:terminal", args=[account.pk])
    assert not account_state(account).positions
