"""Positions, which a dealer may close, and the deals that opened and closed them."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from forexpro.core.admin.filters import MomentFilter, choice_filter
from trading import names
from trading.admin.columns import guards_column, money_column, price_column, ratio_column, reason_column, volume_column
from trading.admin.dialogs import DealingWithRows, ReasonForm
from trading.admin.filters import DEAL_REASONS, CloseReasonFilter, DealReasonFilter, SideFilter, SymbolFilter
from trading.admin.rows import OfSymbolAdmin, currency_of_account, why_link
from trading.models import Deal, Position
from trading.selectors.sentences import CLOSE_REASONS
from trading.services.dealing import position_close_by_dealer


@admin.register(Position)
class PositionAdmin(DealingWithRows, OfSymbolAdmin):
    list_display = (
        "id", "account", "symbol", "side", "lots", "opened_price", "stop", "target", "result",
        "closed_because", "opened_at", "closed_at",
    )  # fmt: skip
    open_lots = volume_column("volume", _("open volume"))
    opened_price = price_column("open_price", _("open price"))
    stop = price_column("stop_loss", _("stop loss"))
    target = price_column("take_profit", _("take profit"))
    result = money_column("profit", _("realised"), currency=currency_of_account)
    closed_because = reason_column("close_reason", _("close reason"), CLOSE_REASONS)
    opened_lots = volume_column("initial_volume", _("opened volume"))
    swap_charged = money_column("swap", _("swap"), currency=currency_of_account)
    commission_charged = money_column("commission", _("commission"), currency=currency_of_account)
    closed_price = price_column("close_price", _("close price"))
    margin_rate = ratio_column("margin_conversion", _("margin conversion rate"))
    acting = guards_column("guards", _("guards"))
    readonly_fields = (
        "open_lots", "opened_price", "stop", "target", "result", "closed_because", "opened_lots", "swap_charged",
        "commission_charged", "closed_price", "margin_rate", "acting",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": (("id", "account"), ("symbol", "side"), ("open_lots", "opened_lots"))}),
        (_("Opened"), {"fields": (("opened_price", "opened_at"), ("margin_rate", "comment"))}),
        (
            _("Levels"),
            {"fields": (("stop", "stop_loss_since"), ("target", "take_profit_since"), ("acting", "guards_since"))},
        ),
        (_("Money"), {"fields": (("result", "commission_charged"), ("swap_charged", "swap_day"))}),
        (_("Closed"), {"fields": (("closed_price", "closed_at"), "closed_because")}),
    )
    list_filter = (
        ("closed_at", admin.EmptyFieldListFilter),
        SideFilter,
        SymbolFilter,
        CloseReasonFilter,
        ("opened_at", MomentFilter),
    )
    search_fields = ("=id", "=account__number")
    search_help_text = _("Number of the position or of the account")
    actions_detail = ("close",)
    open_rows = {"closed_at": None}
    number_argument = "position_id"

    @display(description=_("volume"), ordering="initial_volume")
    def lots(self, position: Position) -> str:
        """Say what is open; of a closed position, of which nothing is, what was opened."""
        return names.lots(position.volume if position.closed_at is None else position.initial_volume)

    @action(
        description=_("Close"),
        permissions=["manage_trading"],
        icon="cancel",
        dialog={
            "title": _("Close this position at the market?"),
            "description": _("The client sees that the dealer closed it. Why, only the audit log tells."),
            "form_class": ReasonForm,
            "form_submit_text": _("Close the position"),
        },
    )
    def close(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self.end(request, object_id, _("The position is closed."), position_close_by_dealer, form)


@admin.register(Deal)
class DealAdmin(OfSymbolAdmin):
    list_display = (
        "id", "account", "symbol", "side", "entry", "lots", "at", "result", "swap_charged", "commission_charged",
        "because", "executed_at", "why",
    )  # fmt: skip
    lots = volume_column("volume", _("volume"))
    at = price_column("price", _("price"))
    result = money_column("profit", _("profit"), currency=currency_of_account)
    swap_charged = money_column("swap", _("swap"), currency=currency_of_account)
    because = reason_column("reason", _("reason"), DEAL_REASONS)
    commission_charged = money_column("commission", _("commission"), currency=currency_of_account)
    readonly_fields = ("lots", "at", "result", "swap_charged", "commission_charged", "because", "why")
    fieldsets = (
        (None, {"fields": (("id", "account"), ("symbol", "side"), ("entry", "lots"), ("position_id", "order_id"))}),
        (_("Money"), {"fields": (("at", "result"), ("swap_charged", "commission_charged"))}),
        (_("Why"), {"fields": (("because", "why"), ("executed_at", "market_time"))}),
    )
    list_filter = (
        choice_filter("entry", _("entry"), Deal.Entry.choices),
        SideFilter,
        SymbolFilter,
        DealReasonFilter,
        ("executed_at", MomentFilter),
    )
    search_fields = ("=position_id", "=account__number")
    number_field = "position_id"
    search_help_text = _("Number of the position or of the account")

    @display(description=_("why"))
    def why(self, deal: Deal) -> str:
        return why_link(deal.account_id, deal.event_seq)
