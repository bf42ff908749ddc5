"""Movements of money, each with its postings."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from forexpro.core.admin.audited import ReadOnly
from forexpro.core.admin.filters import MomentFilter
from forexpro.core.templatetags.components import money
from trading.admin.columns import money_column, reason_column
from trading.admin.filters import MovementFilter
from trading.admin.rows import OfAccountAdmin, why_link
from trading.models import LedgerTransaction, Posting
from trading.selectors.sentences import BALANCE_REASONS


class PostingInline(ReadOnly, TabularInline):
    model = Posting
    extra = 0
    hide_title = True
    moved = money_column("amount", _("amount"), currency=lambda posting: posting.ledger_account.currency)
    after = money_column("balance_after", _("balance after"), currency=lambda posting: posting.ledger_account.currency)
    fields = readonly_fields = ("ledger_account", "moved", "after")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        return super().get_queryset(request).select_related("ledger_account")


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(OfAccountAdmin):
    list_display = ("id", "account", "because", "amount", "reference", "created_at", "why")
    because = reason_column("reason", _("reason"), BALANCE_REASONS)
    list_filter = (MovementFilter, ("created_at", MomentFilter))
    search_fields = ("=account__number", "reference__startswith")
    search_help_text = _("Number of the account, or how the reference begins")
    inlines = (PostingInline,)
    readonly_fields = ("because", "amount", "why")
    fieldsets = ((None, {"fields": (("id", "account"), ("because", "amount"), ("reference", "created_at"), "why")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerTransaction]:
        return super().get_queryset(request).prefetch_related("postings")

    @display(description=_("amount"))
    def amount(self, movement: LedgerTransaction) -> str:
        (client,) = (posting for posting in movement.postings.all() if posting.balance_after is not None)
        return money(client.amount, movement.account.currency)

    @display(description=_("why"))
    def why(self, movement: LedgerTransaction) -> str:
        return why_link(movement.account_id, movement.event_seq)
