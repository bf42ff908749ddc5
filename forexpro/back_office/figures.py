"""The figures on the first page of the back office: each with a chart, for those who may see what it is made of."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.cache import cache
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from redis import RedisError

from accounts.selectors import PeopleFigures, people_figures
from forexpro.core.charts import BarChart, bar_chart
from forexpro.core.http.traffic import Minute, percentile, traffic_of
from forexpro.core.templatetags.components import money, signed_money
from trading.engine.conversion import VEHICLE_CURRENCY
from trading.models import TradingAccount
from trading.selectors.figures import (
    ALL_KINDS,
    DayFigures,
    Exposure,
    TradingFigures,
    has_live_accounts,
    trading_figures,
)

logger = logging.getLogger(__name__)

CACHE_SECONDS = 60
TRAFFIC_MINUTES = 60
KINDS = {"live": (TradingAccount.Kind.LIVE.value,), "demo": (TradingAccount.Kind.DEMO.value,), "all": ALL_KINDS}

# Under which names figures are kept.
KEPT = ("home:people", *(f"home:trading:{kind}" for kind in KINDS))

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is compared to and how it came about."""

    title: str
    value: str
    detail: str
    chart: BarChart | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """What the page shows; `kind` is of which accounts, `note` what is missing from the sums."""

    people: list[Figure]
    trading: list[Figure]
    exposure: list[Exposure]
    traffic: list[Figure]
    kind: str
    currency: str = VEHICLE_CURRENCY
    note: str = ""


def home_figures(user: Any, *, kind: str = "") -> HomeFigures:
    """Return what this member of staff may see, of `live`, `demo` or `all` accounts; a minute old at most."""
    may_trade, may_money = user.has_perm("trading.view_deal"), user.has_perm("trading.view_ledgertransaction")
    people = list(_people(_kept("people", people_figures))) if user.has_perm("accounts.view_user") else []
    trading: list[Figure] = []
    exposure: list[Exposure] = []
    note = ""
    if may_trade:
        if kind not in KINDS:
            kind = "live" if has_live_accounts() else "all"
        figures = _kept(f"trading:{kind}", lambda: trading_figures(kinds=KINDS[kind]))
        trading, exposure = list(_trading(figures, with_money=may_money)), figures.exposure
        if figures.missing_rates:
            note = _("Without amounts in %(currencies)s, for which there is no price yet.") % {
                "currencies": ", ".join(figures.missing_rates)
            }
    return HomeFigures(people, trading, exposure, list(_traffic()), kind, note=note)


def _kept(name: str, load: Callable[[], Value]) -> Value:
    """Return what was loaded in the last minute; without Redis it is loaded every time."""
    key = f"home:{name}"
    try:
        kept: Value | None = cache.get(key)
        if kept is None:
            kept = load()
            cache.set(key, kept, CACHE_SECONDS)
        return kept
    except RedisError as error:
        logger.warning("figures are not kept: %s", error)
        return load()


def _people(figures: PeopleFigures) -> Iterator[Figure]:
    new = sum(count for _day, count in figures.registrations)
    yield Figure(
        _("Clients"),
        _count(figures.clients),
        _("%(verified)s verified, %(suspended)s suspended")
        % {"verified": _count(figures.verified), "suspended": _count(figures.suspended)},
    )
    yield Figure(
        _("New in 30 days"),
        _count(new),
        _("%(week)s in the last 7") % {"week": _count(sum(count for _day, count in figures.registrations[-7:]))},
        _days(_("Registrations"), [(day, count, _count(count)) for day, count in figures.registrations]),
    )
    yield Figure(
        _("Signed in within 30 days"),
        _count(figures.signed_in_month),
        _("%(week)s within 7") % {"week": _count(figures.signed_in_week)},
    )


def _trading(figures: TradingFigures, *, with_money: bool) -> Iterator[Figure]:
    activity = figures.activity
    yield Figure(
        _("Traded within 30 days"),
        _count(activity.month),
        _("%(week)s within 7") % {"week": _count(activity.week)},
    )
    yield Figure(
        _("Retention"),
        _percent(activity.retention),
        _("%(kept)s of the %(before)s who traded in the 30 days before")
        % {"kept": _count(activity.kept), "before": _count(activity.before)},
    )
    if with_money:
        for title, name in ((_("Deposits"), "deposits"), (_("Withdrawals"), "withdrawals")):
            yield _amount(title, name, figures.days, figures.total(name))
    yield Figure(
        _("Volume, lots"),
        number_format(figures.total("volume"), decimal_pos=2, force_grouping=True),
        _("%(deals)s deals") % {"deals": _count(figures.total("deals"))},
        _days(_("Volume"), [(day.day, day.volume, number_format(day.volume, 2)) for day in figures.days]),
    )
    yield Figure(
        _("Win rate"),
        _percent(figures.win_rate),
        _("%(won)s of %(closed)s closing deals")
        % {"won": _count(figures.total("won")), "closed": _count(figures.total("closed"))},
    )
    result = figures.total("result")
    yield Figure(
        _("Clients' result"),
        signed_money(result, VEHICLE_CURRENCY),
        _("%(floating)s floating now") % {"floating": signed_money(figures.floating_result, VEHICLE_CURRENCY)},
        _days(
            _("Clients' result"),
            [(day.day, day.result, signed_money(day.result, VEHICLE_CURRENCY)) for day in figures.days],
        ),
        _tone(result),
    )


def _amount(title: str, name: str, days: Sequence[DayFigures], total: Decimal) -> Figure:
    values = [(day.day, getattr(day, name), money(getattr(day, name), VEHICLE_CURRENCY)) for day in days]
    week = sum((value for _day, value, _text in values[-7:]), Decimal(0))
    detail = _("%(week)s in the last 7 days") % {"week": money(week, VEHICLE_CURRENCY)}
    return Figure(title, money(total, VEHICLE_CURRENCY), detail, _days(title, values))


def _traffic() -> Iterator[Figure]:
    try:
        minutes = traffic_of(TRAFFIC_MINUTES)
    except RedisError:  # the list above says that Redis does not answer
        return
    requests, errors = sum(one.requests for one in minutes), sum(one.errors for one in minutes)
    yield Figure(
        _("Requests in an hour"),
        _count(requests),
        _("%(rate)s a second in the last 5 minutes")
        % {"rate": number_format(sum(one.requests for one in minutes[-5:]) / 300, 2)},
        _minutes(_("Requests"), minutes, "requests"),
    )
    share = Decimal(100 * errors) / requests if requests else None
    yield Figure(
        _("Errors in an hour"),
        _count(errors),
        _("%(share)s of all requests") % {"share": _percent(share, digits=2)},
        _minutes(_("Errors"), minutes, "errors"),
        "down" if errors else "",
    )
    middle, most, nearly_all = (percentile(minutes, percent) for percent in (50, 95, 99))
    yield Figure(
        _("Response time, 95 of 100 within"),
        _milliseconds(most),
        _("half within %(half)s, 99 of 100 within %(nearly)s")
        % {"half": _milliseconds(middle), "nearly": _milliseconds(nearly_all)},
        bar_chart(
            [(_clock(one), percentile([one], 95) or 0, _milliseconds(percentile([one], 95))) for one in minutes],
            summary=_("95th percentile of the response time in each of the last %(count)s minutes")
            % {"count": len(minutes)},
        ),
    )


def _days(title: str, values: Sequence[tuple[date, Any, str]]) -> BarChart:
    summary = _("%(title)s on each of the last %(count)s days") % {"title": title, "count": len(values)}
    return bar_chart(
        [(date_format(day, "SHORT_DATE_FORMAT"), value, text) for day, value, text in values], summary=summary
    )


def _minutes(title: str, minutes: Sequence[Minute], name: str) -> BarChart:
    summary = _("%(title)s in each of the last %(count)s minutes") % {"title": title, "count": len(minutes)}
    return bar_chart(
        [(_clock(one), getattr(one, name), _count(getattr(one, name))) for one in minutes], summary=summary
    )


def _clock(minute: Minute) -> str:
    return date_format(minute.moment, "TIME_FORMAT")


def _count(number: int) -> str:
    return number_format(number, decimal_pos=0, force_grouping=True)


def _percent(number: Decimal | None, *, digits: int = 1) -> str:
    return "–" if number is None else f"{number_format(number, decimal_pos=digits)} %"


def _milliseconds(number: int | None) -> str:
    return "–" if number is None else _("%(number)s ms") % {"number": _count(number)}


def _tone(amount: Decimal) -> str:
    return "up" if amount > 0 else "down" if amount < 0 else ""
