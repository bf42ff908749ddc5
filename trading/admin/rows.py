"""What the lists of orders, positions, deals and movements of money have in common."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from forexpro.core.admin.audited import ReadOnlyModelAdmin


def currency_of_account(row: Any) -> str:
    return str(row.account.currency)


def why_link(account_id: int, seq: int) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:trading_tradingaccount_why", args=[account_id, seq]), _("Why?")
    )


class OfAccountAdmin(ReadOnlyModelAdmin):
    """Rows of accounts, newest first."""

    list_select_related: tuple[str, ...] = ("account",)
    list_per_page = 50
    ordering = ("-id",)
    show_full_result_count = False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        account_id = self.model._default_manager.values_list("account_id", flat=True).get(pk=object_id)
        return {"stream": f"account:{account_id}"}
