"""Orders."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from trading.admin.columns import price_column, volume_column
from trading.admin.rows import OfAccountAdmin
from trading.models import Order


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
