"""Filters of the lists of accounts, orders, positions, deals and movements, and of people by what they trade."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from forexpro.core.admin.filters import choice_filter
from marketdata.models import Symbol
from trading.engine.commands import BalanceReason
from trading.engine.events import CloseReason
from trading.models import Deal, LedgerAccount, Position, TradingAccount
from trading.models.order import Side
from trading.selectors.sentences import BALANCE_REASONS, CLOSE_REASONS

Rows = QuerySet[Any]
INACTIVE_DAYS = 30
LARGE_LOTS = (10, 50, 100)


def _symbols() -> list[tuple[str, str]]:
    return [(code, code) for code in Symbol.objects.order_by("code").values_list("code", flat=True)]


def _currencies() -> list[tuple[str, str]]:
    """Every currency of an account has its ledger accounts of the house, of which there are few."""
    house = LedgerAccount.objects.filter(trading_account=None, kind=LedgerAccount.Kind.HOUSE_CASH)
    return [(code, code) for code in house.order_by("currency").values_list("currency", flat=True)]


def _close_reasons() -> list[tuple[str, str]]:
    return [(reason.value, CLOSE_REASONS[reason.value]()) for reason in CloseReason]


# A deal that opens is an order's; so is one that closes on a netting account.
DEAL_REASONS: dict[str, Callable[[], str]] = {**CLOSE_REASONS, "order": lambda: gettext("by an order")}


def _deal_reasons() -> list[tuple[str, str]]:
    return [(code, name()) for code, name in DEAL_REASONS.items()]


SymbolFilter = choice_filter("symbol", _("symbol"), _symbols)
SideFilter = choice_filter("side", _("side"), Side.choices)
CurrencyFilter = choice_filter("currency", _("currency"), _currencies)
CloseReasonFilter = choice_filter("close_reason", _("close reason"), _close_reasons)
DealReasonFilter = choice_filter("reason", _("reason"), _deal_reasons)
MovementFilter = choice_filter(
    "reason", _("reason"), lambda: [(reason.value, BALANCE_REASONS[reason.value]()) for reason in BalanceReason]
)


class ActivityFilter(DropdownFilter):
    """Rows by whether there was a deal lately; subclasses say whose."""

    title, parameter_name = _("volume"), "volume"
    accounts = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return (("7", _("in 7 days")), ("30", _("in 30 days")), ("none", _("none in 30 days")), ("never", _("never")))

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        if value in ("7", "30"):
            return queryset.filter(self._traded(timedelta(days=int(value))))
        if value == "none":
            return self._expected(queryset).exclude(self._traded(timedelta(days=INACTIVE_DAYS)))
        return queryset.exclude(self._traded(None)) if value == "never" else queryset

    def _traded(self, within: timedelta | None) -> Exists:
        deals = Deal.objects.filter(**{self.accounts: OuterRef("pk")})
        return Exists(deals if within is None else deals.filter(executed_at__gte=datetime.now(UTC) - within))

    def _expected(self, queryset: Rows) -> Rows:
        """Return the rows of which some volume could be expected."""
        return queryset


class AccountActivityFilter(ActivityFilter):
    accounts = "account_id"

    def _expected(self, queryset: Rows) -> Rows:
        return queryset.filter(status=TradingAccount.Status.ACTIVE)


class ClientActivityFilter(ActivityFilter):
    accounts = "account__owner_id"

    def _expected(self, queryset: Rows) -> Rows:
        return queryset.filter(is_staff=False, is_active=True)


class ExposureFilter(DropdownFilter):
    """Accounts by how many lots they hold open, whatever the symbol and the direction."""

    title, parameter_name = _("open positions"), "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return (("any", _("any")), *((str(lots), _("%(lots)s lots or more") % {"lots": lots}) for lots in LARGE_LOTS))

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value() or ""
        held = Position.objects.filter(closed_at=None)
        if value == "any":
            return queryset.filter(pk__in=Subquery(held.values("account_id")))
        if value.isdigit():
            large = held.values("account_id").annotate(lots=Sum("volume")).filter(lots__gte=Decimal(value))
            return queryset.filter(pk__in=Subquery(large.values("account_id")))
        return queryset


class ClientMarginCallFilter(DropdownFilter):
    """People by whether one of their accounts is in margin call."""

    title, parameter_name = _("margin call"), "margin_call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return (("1", _("on an account")),)

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=TradingAccount.objects.filter(margin_call=True).values("owner_id"))
