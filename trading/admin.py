"""Accounts, groups and trading in the back office. Money and state are read-only; every button calls a service."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from forexpro.core.admin.audited import AuditedModelAdmin, ReadOnlyModelAdmin
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from forexpro.core.templatetags.components import money
from marketdata.models.charges import COMMISSION_ROWS
from trading.admin_columns import money_column, price_column, volume_column
from trading.engine.commands import BalanceReason
from trading.models import (
    AccountGroup,
    Deal,
    GroupInstrument,
    LedgerTransaction,
    Order,
    Position,
    Posting,
    TradingAccount,
)
from trading.selectors import account_valuation
from trading.services.accounts import account_set_leverage, account_set_trading, balance_change
from trading.services.answers import Answer
from trading.services.leverage_caps import group_apply_retail_limits
from trading.services.positions import position_close
from trading.views.explanations import explanation_page, signed_document

STAFF_REASONS = (BalanceReason.DEPOSIT, BalanceReason.WITHDRAWAL, BalanceReason.CREDIT, BalanceReason.ADJUSTMENT)
REASON_NAMES = {
    BalanceReason.DEPOSIT: _("Deposit"),
    BalanceReason.WITHDRAWAL: _("Withdrawal (a negative amount)"),
    BalanceReason.CREDIT: _("Credit"),
    BalanceReason.ADJUSTMENT: _("Adjustment"),
}


class BalanceForm(BaseDialogForm):
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[(reason.value, REASON_NAMES[reason]) for reason in STAFF_REASONS],
        widget=UnfoldAdminSelectWidget,
    )
    amount = forms.DecimalField(
        label=_("Amount in the account's currency"),
        max_digits=20,
        decimal_places=8,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    reason = forms.CharField(label=_("Reason"), max_length=100, widget=UnfoldAdminTextInputWidget)
    # The dialog that is sent twice moves the money once.
    submission = forms.CharField(max_length=64, initial=lambda: uuid4().hex, widget=forms.HiddenInput)


class LeverageForm(BaseDialogForm):
    leverage = forms.DecimalField(
        label=_("Leverage, 1 to"), max_digits=8, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )


class Dealing:
    """What buttons have in common: one service is called, and the page tells how it went."""

    def serve(self, request: HttpRequest, address: str, done: Any, service: Any, **arguments: Any) -> HttpResponse:
        try:
            answer: Answer = service(**arguments, origin=request_origin(request))
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done if answer.events else _("That was so already; nothing was changed."))
        return HttpResponse(headers={"HX-Redirect": address})


class GroupInstrumentInline(StackedInline):
    model = GroupInstrument
    extra = 0
    autocomplete_fields = ("symbol",)
    fieldsets = (
        (None, {"fields": (("symbol", "asset_class"), ("trade_mode", "volume_limit"))}),
        (_("Margin"), {"fields": (("leverage_cap", "leverage_tiers"), ("margin_rate", "margin_rates"))}),
        (_("Levels"), {"fields": (("stops_level_points", "freeze_level_points", "gap_level_points"),)}),
        (_("Spread"), {"fields": (("spread_mode", "spread_points"),)}),
        (_("Slippage"), {"fields": (("slippage_mode", "slippage_minimum_points", "slippage_maximum_points"),)}),
        (_("Swap"), {"fields": (("swap_mode", "swap_long", "swap_short"),)}),
        (_("Commission"), {"fields": COMMISSION_ROWS}),
    )


@admin.register(AccountGroup)
class AccountGroupAdmin(AuditedModelAdmin):
    list_display = (
        "name", "is_default", "leverage_max", "margin_call_level", "stop_out_level", "spread_mode", "slippage_mode",
        "orders_per_minute",
    )  # fmt: skip
    search_fields = ("name",)
    inlines = (GroupInstrumentInline,)
    fieldsets = (
        (None, {"fields": (("name", "is_default"), ("leverage_max", "orders_per_minute"))}),
        (_("Margin"), {"fields": (("margin_call_level", "stop_out_level", "level_unit"), "hedged_margin")}),
        (
            _("Stop-out"),
            {
                "fields": (
                    ("stop_out_sequence", "stop_out_fully_hedged"),
                    ("negative_balance_protection", "compensation_credit"),
                )
            },
        ),
        (_("Limits"), {"fields": (("positions_max", "orders_max", "exposure_max"),)}),
        (_("Costs"), {"fields": (("spread_mode", "spread_points"), "swap_free")}),
        (
            _("Execution"),
            {
                "fields": (
                    "limit_price_improvement",
                    ("trigger_side", "gap_policy"),
                    ("trading_hours_enforced", "marketable_stops_accepted"),
                    ("slippage_mode", "slippage_seed"),
                    ("slippage_minimum_points", "slippage_maximum_points"),
                )
            },
        ),
    )

    actions_detail = ("apply_retail_limits",)

    def has_apply_retail_limits_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.change_accountgroup")

    @action(
        description=_("Apply retail limits"),
        permissions=["apply_retail_limits"],
        icon="gavel",
        dialog={
            "title": _("Bring this group within the European limits for retail clients?"),
            "description": _(
                "Leverage is lowered to 30 for major pairs, 20 for other pairs, gold and major indices, 10 for other "
                "indices and commodities, 2 for crypto. Stop-out is at 50 % or earlier, negative balances are "
                "compensated. What is stricter already stays. The margin of open positions changes at once."
            ),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Apply the limits"),
        },
    )
    def apply_retail_limits(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        changed = group_apply_retail_limits(group_id=int(object_id), origin=request_origin(request))
        if changed:
            messages.success(request, _("The group is within the limits for retail clients."))
        else:
            messages.success(request, _("That was so already; nothing was changed."))
        return HttpResponse(headers={"HX-Redirect": reverse("admin:trading_accountgroup_change", args=[object_id])})

    def has_delete_permission(self, request: HttpRequest, obj: AccountGroup | None = None) -> bool:
        if obj is not None and obj.accounts.exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(TradingAccount)
class TradingAccountAdmin(Dealing, ReadOnlyModelAdmin):
    list_display = (
        "number", "owner", "kind", "group", "currency", "ratio", "balance_now", "credit_now", "standing", "opened_at",
    )  # fmt: skip
    list_filter = ("kind", "status", "group", "currency", "trading_enabled", "margin_call")
    list_select_related = ("owner", "group")
    search_fields = ("=number", "owner__email", "owner__full_name")
    search_help_text = _("Number of the account, name or e-mail address of its owner")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": (("number", "owner"), ("kind", "status"), ("group", "opened_at"))}),
        (
            _("Money"),
            {
                "fields": (
                    ("balance", "credit"),
                    ("equity", "blocked"),
                    ("margin", "margin_level"),
                    ("reserved", "currency"),
                )
            },
        ),
        (_("Trading"), {"fields": (("leverage", "trading_enabled"), ("margin_call", "equity_floor"))}),
        (_("What happened"), {"fields": ("links",)}),
    )
    readonly_fields = ("equity", "blocked", "margin", "margin_level", "links")
    actions_detail = ("move_money", "enable_trading", "disable_trading", "set_leverage")

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"account:{object_id}"}

    def get_urls(self) -> list[URLPattern]:
        why = "<int:account_id>/events/<int:seq>/"
        return [
            path(why, self.admin_site.admin_view(self.why_view), name="trading_tradingaccount_why"),
            path(
                f"{why}document/",
                self.admin_site.admin_view(self.why_document_view),
                name="trading_tradingaccount_why_document",
            ),
            *super().get_urls(),
        ]

    def why_view(self, request: HttpRequest, account_id: int, seq: int) -> HttpResponse:
        """Show the decision behind an event of any account."""
        document = reverse("admin:trading_tradingaccount_why_document", args=[account_id, seq])
        return explanation_page(request, self._viewed(request, account_id), seq, document_url=document)

    def why_document_view(self, request: HttpRequest, account_id: int, seq: int) -> HttpResponse:
        """Answer the same as a signed document."""
        return signed_document(self._viewed(request, account_id), seq)

    def _viewed(self, request: HttpRequest, account_id: int) -> TradingAccount:
        account = get_object_or_404(TradingAccount, pk=account_id)
        if not self.has_view_permission(request, account):
            raise PermissionDenied
        return account

    # --- Who may do what -----------------------------------------------------------------------
    def has_move_money_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.move_money")

    def has_manage_trading_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.manage_trading")

    # --- Columns -------------------------------------------------------------------------------
    ratio = price_column("leverage", _("leverage"))
    balance_now = money_column("balance", _("balance"), currency=lambda account: account.currency)
    credit_now = money_column("credit", _("credit"), currency=lambda account: account.currency)

    @display(
        description=_("standing"),
        label={"active": "success", "margin call": "warning", "disabled": "danger", "closed": "info"},
    )
    def standing(self, account: TradingAccount) -> tuple[str, Any]:
        if account.status == TradingAccount.Status.CLOSED:
            return "closed", _("Closed")
        if not account.trading_enabled:
            return "disabled", _("Trading disabled")
        if account.margin_call:
            return "margin call", _("Margin call")
        return "active", _("Active")

    @display(description=_("equity"))
    def equity(self, account: TradingAccount) -> str:
        return self._valued(account, "equity")

    @display(description=_("commission set aside"))
    def blocked(self, account: TradingAccount) -> str:
        return self._valued(account, "blocked")

    @display(description=_("margin"))
    def margin(self, account: TradingAccount) -> str:
        return self._valued(account, "margin")

    @display(description=_("margin level, %"))
    def margin_level(self, account: TradingAccount) -> str:
        return self._valued(account, "margin_level")

    @staticmethod
    def _valued(account: TradingAccount, name: str) -> str:
        try:
            value = getattr(account_valuation(account), name)
        except Refused as refusal:
            return refusal.message
        return "–" if value is None else f"{value:f}"

    @display(description=_("Lists"))
    def links(self, account: TradingAccount) -> str:
        lists = [
            (_("Orders"), "admin:trading_order_changelist", "account__id__exact"),
            (_("Positions"), "admin:trading_position_changelist", "account__id__exact"),
            (_("Deals"), "admin:trading_deal_changelist", "account__id__exact"),
            (_("Ledger"), "admin:trading_ledgertransaction_changelist", "account__id__exact"),
        ]
        anchors = [
            format_html('<a href="{}?{}={}">{}</a>', reverse(view), field, account.pk, label)
            for label, view, field in lists
        ]
        return format_html(" · ".join(["{}"] * len(anchors)), *anchors)

    # --- Buttons -------------------------------------------------------------------------------
    @action(
        description=_("Move money"),
        permissions=["move_money"],
        icon="payments",
        dialog={
            "title": _("Move money into or out of this account"),
            "description": _("It is booked at once and cannot be undone, only booked back."),
            "form_class": BalanceForm,
            "form_submit_text": _("Book"),
        },
    )
    def move_money(self, request: HttpRequest, form: BalanceForm, object_id: str) -> HttpResponse:
        entered = form.cleaned_data
        return self.serve(
            request,
            self._address(object_id),
            _("Booked."),
            balance_change,
            account_id=int(object_id),
            amount=entered["amount"],
            reason=BalanceReason(entered["kind"]),
            reference=entered["reason"],
            idempotency_key=f"staff:{entered['submission']}",
        )

    @action(
        description=_("Enable trading"),
        permissions=["manage_trading"],
        icon="play_circle",
        dialog={
            "title": _("Let this account open positions?"),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Enable trading"),
        },
    )
    def enable_trading(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._set_trading(request, object_id, enabled=True, done=_("Trading is enabled."))

    @action(
        description=_("Disable trading"),
        permissions=["manage_trading"],
        icon="block",
        dialog={
            "title": _("Forbid this account to open positions?"),
            "description": _("What is open stays open and can be closed; stop losses go on working."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Disable trading"),
        },
    )
    def disable_trading(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._set_trading(request, object_id, enabled=False, done=_("Trading is disabled."))

    @action(
        description=_("Set leverage"),
        permissions=["manage_trading"],
        icon="speed",
        dialog={
            "title": _("Change the leverage"),
            "description": _("The margin of what is open changes at once."),
            "form_class": LeverageForm,
            "form_submit_text": _("Change"),
        },
    )
    def set_leverage(self, request: HttpRequest, form: LeverageForm, object_id: str) -> HttpResponse:
        return self.serve(
            request,
            self._address(object_id),
            _("The leverage is changed."),
            account_set_leverage,
            account_id=int(object_id),
            leverage=form.cleaned_data["leverage"],
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer either of enabling and disabling."""
        enabled = TradingAccount.objects.filter(pk=object_id, trading_enabled=True).exists()
        pointless = "enable_trading" if enabled else "disable_trading"
        return [entry for entry in super().get_actions_detail(request, object_id) if entry.path != pointless]

    def _set_trading(self, request: HttpRequest, object_id: str, *, enabled: bool, done: Any) -> HttpResponse:
        return self.serve(
            request,
            self._address(object_id),
            done,
            account_set_trading,
            account_id=int(object_id),
            enabled=enabled,
        )

    @staticmethod
    def _address(object_id: str) -> str:
        return reverse("admin:trading_tradingaccount_change", args=[object_id])


def _currency_of_account(row: Any) -> str:
    return str(row.account.currency)


def _why_link(account_id: int, seq: int) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:trading_tradingaccount_why", args=[account_id, seq]), _("Why?")
    )


class OfAccountAdmin(ReadOnlyModelAdmin):
    """Rows of accounts, newest first."""

    list_select_related = ("account",)
    list_per_page = 50
    ordering = ("-id",)
    show_full_result_count = False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        account_id = self.model._default_manager.values_list("account_id", flat=True).get(pk=object_id)
        return {"stream": f"account:{account_id}"}


@admin.register(Order)
class OrderAdmin(OfAccountAdmin):
    list_display = (
        "id", "account", "symbol", "side", "type", "lots", "at", "status", "filled_at", "reason", "placed_at",
    )  # fmt: skip
    lots = volume_column("volume", _("volume"))
    at = price_column("price", _("price"))
    filled_at = price_column("fill_price", _("fill price"))
    list_filter = ("status", "type", "side", "symbol")
    search_fields = ("=id", "=account__number")
    search_help_text = _("Number of the order or of the account")


@admin.register(Position)
class PositionAdmin(Dealing, OfAccountAdmin):
    list_display = (
        "id", "account", "symbol", "side", "lots", "opened_price", "stop", "target", "result",
        "close_reason", "opened_at", "closed_at",
    )  # fmt: skip
    lots = volume_column("volume", _("volume"))
    opened_price = price_column("open_price", _("open price"))
    stop = price_column("stop_loss", _("stop loss"))
    target = price_column("take_profit", _("take profit"))
    result = money_column("profit", _("profit"), currency=_currency_of_account)
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "side", "close_reason", "symbol")
    search_fields = ("=id", "=account__number")
    search_help_text = _("Number of the position or of the account")
    actions_detail = ("close",)

    def has_manage_trading_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.manage_trading")

    @action(
        description=_("Close"),
        permissions=["manage_trading"],
        icon="cancel",
        dialog={
            "title": _("Close this position at the market?"),
            "description": _("The client sees that the dealer closed it."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Close the position"),
        },
    )
    def close(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self.serve(
            request,
            reverse("admin:trading_position_change", args=[object_id]),
            _("The position is closed."),
            position_close,
            account_id=Position.objects.get(pk=object_id).account_id,
            position_id=int(object_id),
            by_dealer=True,
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        if not Position.objects.filter(pk=object_id, closed_at=None).exists():
            return []
        return list(super().get_actions_detail(request, object_id))


@admin.register(Deal)
class DealAdmin(OfAccountAdmin):
    list_display = (
        "id", "account", "symbol", "side", "entry", "lots", "at", "result", "swap_charged", "commission_charged",
        "reason", "executed_at", "why",
    )  # fmt: skip
    lots = volume_column("volume", _("volume"))
    at = price_column("price", _("price"))
    result = money_column("profit", _("profit"), currency=_currency_of_account)
    swap_charged = money_column("swap", _("swap"), currency=_currency_of_account)
    commission_charged = money_column("commission", _("commission"), currency=_currency_of_account)
    list_filter = ("entry", "side", "reason", "symbol")
    search_fields = ("=position_id", "=account__number")
    search_help_text = _("Number of the position or of the account")

    @display(description=_("why"))
    def why(self, deal: Deal) -> str:
        return _why_link(deal.account_id, deal.event_seq)


class PostingInline(TabularInline):
    model = Posting
    extra = 0
    can_delete = False
    fields = readonly_fields = ("ledger_account", "amount", "balance_after")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(OfAccountAdmin):
    list_display = ("id", "account", "reason", "amount", "reference", "created_at", "why")
    list_filter = ("reason",)
    search_fields = ("=account__number", "reference")
    search_help_text = _("Number of the account, or the reference")
    inlines = (PostingInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerTransaction]:
        return super().get_queryset(request).prefetch_related("postings")

    @display(description=_("amount"))
    def amount(self, movement: LedgerTransaction) -> str:
        (client,) = (posting for posting in movement.postings.all() if posting.balance_after is not None)
        return money(client.amount, movement.account.currency)

    @display(description=_("why"))
    def why(self, movement: LedgerTransaction) -> str:
        return _why_link(movement.account_id, movement.event_seq)
