"""Orders, which a dealer may cancel."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from forexpro.core.admin.filters import MomentFilter, choice_filter
from trading.admin.columns import guards_column, price_column, volume_column
from trading.admin.dialogs import DealingWithRows, ReasonForm
from trading.admin.filters import SideFilter, SymbolFilter
from trading.admin.rows import OfSymbolAdmin
from trading.models import Order
from trading.services.dealing import order_cancel_by_dealer


@admin.register(Order)
class OrderAdmin(DealingWithRows, OfSymbolAdmin):
    list_display = (
        "id", "account", "symbol", "side", "type", "lots", "at", "status", "filled_at", "reason", "placed_at",
    )  # fmt: skip
    lots = volume_column("volume", _("volume"))
    at = price_column("price", _("price"))
    filled_at = price_column("fill_price", _("fill price"))
    limit = price_column("limit_price", _("limit price"))
    stop = price_column("stop_loss", _("stop loss"))
    target = price_column("take_profit", _("take profit"))
    acting = guards_column("guards", _("guards"))
    readonly_fields = ("lots", "at", "filled_at", "limit", "stop", "target", "acting")
    fieldsets = (
        (None, {"fields": (("id", "account"), ("symbol", "side"), ("type", "lots"), ("status", "reason"))}),
        (_("Prices"), {"fields": (("at", "limit"), ("filled_at", "deviation_points"))}),
        (_("Levels"), {"fields": (("stop", "target"), ("acting", "levels_since"))}),
        (_("Time"), {"fields": (("placed_at", "finished_at"), ("time_in_force", "expires_at"))}),
        (_("Other orders"), {"fields": (("oco_group", "parent_id"), ("armed", "comment"))}),
    )
    list_filter = (
        choice_filter("status", _("status"), Order.Status.choices),
        choice_filter("type", _("type"), Order.Type.choices),
        SideFilter,
        SymbolFilter,
        ("placed_at", MomentFilter),
    )
    search_fields = ("=id", "=account__number")
    search_help_text = _("Number of the order or of the account")
    actions_detail = ("cancel",)
    open_rows = {"status": Order.Status.WORKING}
    number_argument = "order_id"

    @action(
        description=_("Cancel"),
        permissions=["manage_trading"],
        icon="cancel",
        dialog={
            "title": _("Cancel this order?"),
            "description": _("The client sees that the dealer cancelled it. Why, only the audit log tells."),
            "form_class": ReasonForm,
            "form_submit_text": _("Cancel the order"),
        },
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self.end(request, object_id, _("The order is cancelled."), order_cancel_by_dealer, form)
