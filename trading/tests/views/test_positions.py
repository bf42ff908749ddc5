from decimal import Decimal

import pytest
from django.urls import reverse

from marketdata.models import Symbol
from trading.engine.state import Side
from trading.selectors import account_state
from trading.tests.factories import make_order, set_price


@pytest.fixture
def position(account):
    """A long of 0.30 EURUSD from 1.10010."""
    return make_order(account, volume="0.30", take_profit="1.2").order_id


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


@pytest.fixture
def opposite(account):
    """A short of 0.10 EURUSD from 1.10000."""
    return make_order(account, side=Side.SELL).order_id


def test_a_position_is_closed_by_an_opposite_one(owner, account, position, opposite, htmx):
    address = reverse("trading:position_close_by", args=[account.pk, position])
    assert address in owner.get(reverse("trading:book", args=[account.pk])).content.decode()
    dialog = owner.get(address, headers=htmx).content.decode()
    assert f"#{opposite} Sell 0.10 EURUSD from 1.10000" in dialog
    for _ in range(2):
        answer = post(
            owner,
            "position_close_by",
            account.pk,
            position,
            htmx=htmx,
            opposite_position_id=opposite,
            idempotency_key="1",
        )
    assert answer.status_code in (204, 404)  # the opposite is gone, and with it the dialog
    assert account_state(account).positions[position].volume == Decimal("0.20")
    assert opposite not in account_state(account).positions


def test_only_an_opposite_position_can_be_chosen(owner, account, position, opposite, htmx):
    answer = post(owner, "position_close_by", account.pk, position, htmx=htmx, opposite_position_id=position)
    assert answer.status_code == 422
    assert len(account_state(account).positions) == 2


def test_without_an_opposite_position_there_is_nothing_to_close_by(owner, account, position, htmx):
    assert post(owner, "position_close_by", account.pk, position, htmx=htmx).status_code == 404
    assert "close-by" not in owner.get(reverse("trading:book", args=[account.pk])).content.decode()


def test_guards_are_set_shown_as_badges_and_removed(owner, account, position, htmx):
    guards = {"trailing_distance": "300", "break_even_profit": "50", "target_1_price": "1.11", "target_1_volume": "0.1"}
    assert post(owner, "position", account.pk, position, htmx=htmx, take_profit="1.2", **guards).status_code == 204
    held = account_state(account).positions[position]
    assert held.guards.trailing_stop.distance_points == 300
    assert held.take_profit == Decimal("1.2")
    book = owner.get(reverse("trading:book", args=[account.pk])).content.decode()
    assert "Trails 300" in book
    assert "Break-even 50" in book
    assert "1 partial TP<" in book
    assert "Takes 0.10 at 1.11." in book

    empty = dict.fromkeys(guards, "") | {"trailing_distance": "200", "trailing_step": "1"}
    post(owner, "position", account.pk, position, htmx=htmx, **empty)
    guards = account_state(account).positions[position].guards
    assert (guards.trailing_stop.distance_points, guards.break_even, guards.partial_take_profits) == (200, None, ())


def test_a_partial_take_profit_that_stays_is_not_judged_again(owner, account, position, htmx):
    target = {"target_1_price": "1.11", "target_1_volume": "0.10"}
    post(owner, "position", account.pk, position, htmx=htmx, **target)
    Symbol.objects.filter(code="EURUSD").update(stops_level_points=5000)
    Symbol.objects.get(code="EURUSD").save()  # makes the change known
    answer = post(owner, "position", account.pk, position, htmx=htmx, **target, stop_loss="1.04")
    assert answer.status_code == 204
    assert account_state(account).positions[position].stop_loss == Decimal("1.04")
    moved = target | {"target_1_price": "1.111"}
    assert post(owner, "position", account.pk, position, htmx=htmx, **moved).status_code == 422


@pytest.mark.parametrize("points", ["-1", "near", "1.5", "0"])
def test_bad_points_are_explained_and_change_nothing(owner, account, position, htmx, points):
    answer = post(owner, "position", account.pk, position, htmx=htmx, trailing_distance=points)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert account_state(account).positions[position].guards is None
