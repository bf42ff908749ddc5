import json
from decimal import Decimal

import pytest
from django.urls import reverse

from marketdata.models import Symbol
from trading.models import AccountGroup
from trading.selectors import newest_seq
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_account, make_order, set_price
from trading.views.terminal import OPEN_TIMES


def buy(account, volume="0.10", symbol="EURUSD", **levels):
    return make_order(account, symbol=symbol, volume=volume, **levels).order_id


def test_trade_leads_to_the_first_account(owner, account):
    answer = owner.get(reverse("trading:trade"))
    assert answer["Location"] == reverse("trading:terminal", args=[account.pk])


def test_page_carries_account_watchlist_and_positions(owner, account):
    position_id = buy(account, stop_loss=Decimal("1.09000"))
    page = owner.get(reverse("trading:terminal", args=[account.pk]))
    text = page.content.decode()
    assert f'id="position-{position_id}"' in text
    assert "1.09000" in text
    assert 'data-symbol="USDJPY"' in text
    instruments = {one["code"]: one for one in page.context["desk"]["instruments"]}
    assert instruments["EURUSD"]["bid"] == Decimal("1.10000")
    assert page.context["desk"]["urls"]["account_socket"] == f"/ws/account/{account.pk}"


def test_the_page_knows_when_markets_are_open(owner, account, settings):
    settings.TRADING_HOURS_APPLY = True
    hours = {"timezone": "UTC", "hours": [["mon 08:00", "mon 16:00"], ["wed 08:00", "wed 16:00"]]}
    symbol = Symbol.objects.get(code="GBPUSD")
    symbol.sessions, symbol.trade_mode = hours, "close_only"
    symbol.save()
    page = owner.get(reverse("trading:terminal", args=[account.pk]))
    instruments = {one["code"]: one for one in page.context["desk"]["instruments"]}
    assert instruments["EURUSD"]["open_times"] is None
    assert instruments["GBPUSD"]["trade_mode"] == "close_only"
    opens = [opens for opens, _ in instruments["GBPUSD"]["open_times"]]
    assert len(opens) == OPEN_TIMES
    assert {opens.strftime("%a %H:%M") for opens in opens[1:]} == {"Mon 08:00", "Wed 08:00"}


def test_symbol_comes_from_the_address_where_it_is_known(owner, account):
    address = reverse("trading:terminal", args=[account.pk])
    assert owner.get(address, {"symbol": "USDJPY"}).context["desk"]["symbol"] == "USDJPY"
    assert owner.get(address, {"symbol": "<script>"}).context["desk"]["symbol"] == "EURUSD"


def test_page_works_while_prices_are_missing(owner, trader, redis):
    account = make_account(trader)
    assert owner.get(reverse("trading:terminal", args=[account.pk])).status_code == 200


def test_queries_do_not_grow_with_positions(owner, account, django_assert_num_queries):
    address = reverse("trading:terminal", args=[account.pk])
    buy(account)
    owner.get(address)  # loads the group's conditions once per process
    with django_assert_num_queries(QUERIES_OF_PAGE):
        owner.get(address)
    for _ in range(5):
        buy(account, symbol="GBPUSD")
    with django_assert_num_queries(QUERIES_OF_PAGE):
        owner.get(address)


# Session, person, account, its state, symbols for the watchlist, the ticket's symbol, the person's accounts.
QUERIES_OF_PAGE = 7


def test_book_answers_rows_and_tells_what_happened(owner, account, htmx, django_assert_num_queries):
    since = newest_seq(account.pk)
    position_id = buy(account)
    with django_assert_num_queries(5):  # session, person, account, state, events
        answer = owner.get(reverse("trading:book", args=[account.pk]), {"since": since}, headers=htmx)
    triggers = json.loads(answer["HX-Trigger"])
    assert triggers["book-seq"] == newest_seq(account.pk)
    assert [toast["kind"] for toast in triggers["toasts"]["items"]] == ["success"]
    assert "filled: Buy 0.10 EURUSD at 1.10010" in triggers["toasts"]["items"][0]["title"]
    assert f'id="position-{position_id}"' in answer.content.decode()


def test_book_tells_nothing_twice(owner, account, htmx):
    buy(account)
    answer = owner.get(reverse("trading:book", args=[account.pk]), {"since": newest_seq(account.pk)}, headers=htmx)
    assert "toasts" not in json.loads(answer["HX-Trigger"])


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_book_takes_any_since(owner, account, since):
    assert owner.get(reverse("trading:book", args=[account.pk]), {"since": since}).status_code == 200


def test_entry_carries_what_the_chart_draws(owner, account):
    position_id = buy(account, stop_loss=Decimal("1.09000"))
    page = owner.get(reverse("trading:book", args=[account.pk]))
    entry = json.loads(page.context["positions"][0].entry)
    assert entry == {
        "kind": "position",
        "id": position_id,
        "symbol": "EURUSD",
        "side": "buy",
        "label": "",
        "volume": "0.10",
        "price": "1.1001",
        "limit_price": None,
        "armed": False,
        "stop_loss": "1.09",
        "take_profit": None,
        "guards": None,
        "oco_group": "",
        "url": f"/api/v1/accounts/{account.pk}/positions/{position_id}",
        "remove": {"method": "POST", "url": f"/api/v1/accounts/{account.pk}/positions/{position_id}/close"},
    }


def test_history_lists_deals_by_pages(owner, account, monkeypatch):
    monkeypatch.setattr("trading.views.terminal.PAGE_SIZE", 2)
    position_id = buy(account)
    set_price("EURUSD", "1.10110", "1.10120")
    position_close(account_id=account.pk, position_id=position_id, origin=ORIGIN)
    buy(account)
    address = reverse("trading:history", args=[account.pk])

    newest = owner.get(address)
    deals = [row["deal"] for row in newest.context["deals"]]
    assert [(deal.entry, deal.profit) for deal in deals] == [("in", 0), ("out", Decimal("10.00"))]
    assert "+10.00" in newest.content.decode()
    assert "on request" in newest.content.decode()

    older = owner.get(address, {"before": newest.context["older"]})
    assert [row["deal"].entry for row in older.context["deals"]] == ["in"]
    assert older.context["older"] is None


@pytest.mark.parametrize("before", ["", "x", "-3", "9" * 40])
def test_history_takes_any_before(owner, account, before):
    assert owner.get(reverse("trading:history", args=[account.pk]), {"before": before}).status_code == 200


def test_journal_tells_everything_newest_first(owner, account, monkeypatch):
    monkeypatch.setattr("trading.views.terminal.PAGE_SIZE", 3)
    buy(account)
    address = reverse("trading:journal", args=[account.pk])
    newest = owner.get(address)
    seqs = [entry["event"].seq for entry in newest.context["entries"]]
    last = newest_seq(account.pk)
    assert seqs == [last, last - 1, last - 2]
    older = owner.get(address, {"before": newest.context["older"]})
    assert [entry["event"].seq for entry in older.context["entries"]] == list(range(last - 3, max(last - 6, 0), -1))


def test_gauge_shows_levels_in_money_by_the_margin_in_use(owner, account):
    AccountGroup.objects.filter(pk=account.group_id).update(
        level_unit="money", margin_call_level=1000, stop_out_level=500
    )
    buy(account, "1.00")
    page = owner.get(reverse("trading:terminal", args=[account.pk]))
    gauge = page.context["gauge"]
    assert (gauge["min"], gauge["low"]) == (Decimal("45.45"), Decimal("90.90"))  # of 1,100.10
