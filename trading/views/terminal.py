"""The trading terminal and the fragments that it fetches."""

import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import redis
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from forexpro.core.events.sentences import sentence
from forexpro.core.http.parameters import whole_number
from marketdata.feeds import Interval
from marketdata.models import Symbol
from marketdata.selectors import day_summaries, symbol_catalogue
from marketdata.selectors.days import Day
from marketdata.sessions import TradingHours
from trading.engine.profit import lot_size
from trading.selectors.accounts import accounts_of_user
from trading.selectors.explanations import UNEXPLAINED
from trading.selectors.history import deals as deals_of
from trading.selectors.journal import NEWEST, events_between, newest_events
from trading.selectors.sentences import CLOSE_REASONS
from trading.views.access import own_account
from trading.views.announcements import announce
from trading.views.desk import Desk, book_context, load_desk, page_urls, scripts_context
from trading.views.ticket import Ticket, new_form, ticket_context

logger = logging.getLogger(__name__)

PAGE_SIZE = 50
START_SYMBOL = "EURUSD"
# How many openings ahead a page knows; one that is left open for longer still learns of them from refusals.
OPEN_TIMES = 5


@login_required
@require_safe
def trade(request: HttpRequest) -> HttpResponse:
    """Lead to the person's first trading account, or offer to open one."""
    account = accounts_of_user(request.user).first()
    if account is None:
        return HttpResponseRedirect(reverse("trading:open_demo"))
    return HttpResponseRedirect(reverse("trading:terminal", args=[account.pk]))


@login_required
@require_safe
def terminal(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show the terminal of one account."""
    account = own_account(request, account_id)
    desk = load_desk(account)
    watchlist = watchlist_groups(desk)
    codes = [row["code"] for group in watchlist for row in group["rows"]]
    wanted = request.GET.get("symbol", START_SYMBOL)
    symbol = wanted if wanted in codes else next(iter(codes), START_SYMBOL)
    context = {
        **ticket_context(desk, Ticket(symbol), new_form()),
        **book_context(desk),
        "accounts": accounts_of_user(request.user),
        "valuation": desk.valuation,
        "gauge": margin_gauge(desk),
        "watchlist": watchlist,
        "intervals": [interval.value for interval in Interval],
        "seq": desk.seq,
        "desk": scripts_context(desk, symbol, watchlist),
    }
    return render(request, "trading/terminal.html", context)


@login_required
@require_safe
def book(request: HttpRequest, account_id: int) -> HttpResponse:
    """Answer positions and orders as they are now; messages tell what has happened after the event `since`."""
    desk = load_desk(own_account(request, account_id))
    since = whole_number(request.GET.get("since", ""))
    if since is not None:
        announce(request, events_between(account_id, since + 1, desk.seq))
    response = render(request, "trading/partials/book.html", book_context(desk))
    return trigger_client_event(response, "book-seq", desk.seq)  # type: ignore[arg-type]  # a number is JSON too


@login_required
@require_safe
def history(request: HttpRequest, account_id: int) -> HttpResponse:
    """Answer a page of the account's deals."""
    account = own_account(request, account_id)
    older = Q(pk__lt=before) if (before := _before(request)) else Q()
    deals = list(deals_of(account).filter(older)[:PAGE_SIZE])
    digits = {code: symbol.digits for code, symbol in symbol_catalogue().items()}
    context = {
        "account": account,
        "urls": page_urls(account),
        "deals": [
            {
                "deal": deal,
                "digits": digits.get(deal.symbol, 5),
                "reason": CLOSE_REASONS[deal.reason]() if deal.entry == deal.Entry.OUT else "",
            }
            for deal in deals
        ],
        "older": deals[-1].pk if len(deals) == PAGE_SIZE else None,
    }
    return render(request, "trading/partials/history.html", context)


@login_required
@require_safe
def journal_page(request: HttpRequest, account_id: int) -> HttpResponse:
    """Answer a page of everything that has happened on the account, newest first."""
    account = own_account(request, account_id)
    events = newest_events(account.pk, before_seq=_before(request) or NEWEST, limit=PAGE_SIZE)
    context = {
        "account": account,
        "urls": page_urls(account),
        "entries": [
            {"event": event, "sentence": sentence(event), "explained": event.type not in UNEXPLAINED}
            for event in events
        ],
        "older": events[-1].seq if events and events[-1].seq > 1 else None,
    }
    return render(request, "trading/partials/journal.html", context)


def watchlist_groups(desk: Desk) -> list[dict[str, Any]]:
    """Return the symbols that the account trades by asset class, with their present prices."""
    symbols = [symbol for code, symbol in symbol_catalogue().items() if code in desk.market.instruments]
    days = symbol_days([symbol.code for symbol in symbols])
    open_times = MarketHours(desk.market.now)
    groups = []
    for asset_class in Symbol.AssetClass:
        rows = []
        for symbol in symbols:
            if symbol.asset_class != asset_class:
                continue
            quote = desk.market.quotes.get(symbol.code)
            instrument = desk.market.instruments[symbol.code]
            rows.append(
                {
                    "code": symbol.code,
                    "name": symbol.name,
                    "digits": symbol.digits,
                    "quote_currency": symbol.quote_currency,
                    "lot_size": lot_size(instrument),
                    "volume_min": instrument.volume_min,
                    "volume_max": instrument.volume_max,
                    "volume_step": instrument.volume_step,
                    "trade_mode": instrument.trade_mode,
                    "open_times": open_times.of(instrument.hours),
                    "bid": quote and quote.bid,
                    "ask": quote and quote.ask,
                    "day_open": days[symbol.code].reference if symbol.code in days else None,
                }
            )
        if rows:
            groups.append({"asset_class": asset_class.value, "name": asset_class.label, "rows": rows})
    return groups


class MarketHours:
    """When markets are open from a moment on; many symbols keep the same hours, which are worked out once."""

    def __init__(self, now: datetime):
        self._now = now
        self._known: dict[TradingHours, list[tuple[datetime, datetime | None]] | None] = {}

    def of(self, hours: TradingHours) -> list[tuple[datetime, datetime | None]] | None:
        """Return the next openings and closings, None for a market that never closes."""
        if hours not in self._known:
            always = not hours.sessions and not hours.holidays
            self._known[hours] = None if always else hours.open_times(self._now, OPEN_TIMES)
        return self._known[hours]


def symbol_days(codes: Sequence[str]) -> dict[str, Day]:
    """Return the running day of the symbols; none while Redis is away."""
    try:
        return day_summaries(codes)
    except redis.RedisError as error:
        logger.warning("days cannot be read: %s", error)
        return {}


def margin_gauge(desk: Desk) -> dict[str, Decimal]:
    """Return the bounds of the margin level's gauge: empty at the stop-out, full where there is room to spare."""
    policy, valuation = desk.state.policy, desk.valuation
    call, stop_out = policy.margin_call_level, policy.stop_out_level
    if valuation is not None:
        call, stop_out = (valuation.in_percent(each, policy.level_unit) for each in (call, stop_out))
    full = call * 3
    level = valuation.margin_level if valuation else None
    return {
        "min": stop_out,
        "low": call,
        "high": call * Decimal("1.5"),
        "max": full,
        "value": full if level is None else min(level, full),
    }


def _before(request: HttpRequest) -> int | None:
    return whole_number(request.GET.get("before", ""))
