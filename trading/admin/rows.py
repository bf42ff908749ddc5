"""What the lists of orders, positions, deals and movements of money have in common."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forexpro.core.admin.audited import ReadOnlyModelAdmin
from forexpro.core.admin.pages import LongList
from marketdata.models import Symbol
from trading.models import TradingAccount


def currency_of_account(row: Any) -> str:
    return str(row.account.currency)


def why_link(account_id: int, seq: int) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:trading_tradingaccount_why", args=[account_id, seq]), _("Why?")
    )


class OfAccountAdmin(LongList, ReadOnlyModelAdmin):
    """Rows of accounts, newest first: millions of them, which are neither counted nor sorted by anything else."""

    list_select_related: tuple[str, ...] = ("account",)
    list_filter_submit = True
    ordering = ("-id",)
    sortable_by = ()
    live_streams = ("account:",)

    # What a row is searched by, beside the number of its account.
    number_field = "pk"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not (text.isascii() and text.isdigit()):
            return super().get_search_results(request, queryset, search_term)
        # One after the other, so that each is found by its index.
        account_id = TradingAccount.objects.filter(number=int(text)).values_list("pk", flat=True).first()
        meant = Q(**{self.number_field: int(text)})
        return queryset.filter(meant if account_id is None else meant | Q(account_id=account_id)), False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        account_id = self.model._default_manager.values_list("account_id", flat=True).get(pk=object_id)
        return {"stream": f"account:{account_id}"}


class OfSymbolAdmin(OfAccountAdmin):
    """Rows of accounts that have prices of a symbol."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows with `symbol_digits`: None for a symbol that the catalogue has lost."""
        digits = Symbol.objects.filter(code=OuterRef("symbol")).values("digits")
        return super().get_queryset(request).annotate(symbol_digits=Subquery(digits))
