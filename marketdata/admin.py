from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from forexpro.core.admin.planned_changes import PlannableModelAdmin
from marketdata.models import Symbol
from marketdata.models.charges import COMMISSION_ROWS


@admin.register(Symbol)
class SymbolAdmin(PlannableModelAdmin):
    list_display = ("code", "name", "asset_class", "digits", "typical_spread_points", "leverage_cap", "is_active")
    list_filter = ("asset_class", "is_active", "margin_mode", "quote_currency")
    search_fields = ("code", "name")
    search_help_text = _("Symbol or name, such as EURUSD or Gold")
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("code", "name", "asset_class", "is_active")}),
        (_("Prices"), {"fields": ("base_currency", "quote_currency", "digits", "typical_spread_points")}),
        (_("Trading"), {"fields": ("trade_mode", "sessions")}),
        (_("Volume"), {"fields": ("contract_size", "volume_min", "volume_max", "volume_step", "volume_limit")}),
        (_("Levels"), {"fields": (("stops_level_points", "freeze_level_points", "gap_level_points"),)}),
        (
            _("Margin"),
            {
                "fields": (
                    ("margin_mode", "margin_currency"),
                    ("margin_rate", "margin_rates"),
                    ("leverage_cap", "leverage_tiers"),
                    ("initial_margin", "maintenance_margin", "hedged_margin"),
                )
            },
        ),
        (
            _("Indices and futures"),
            {"fields": (("tick_size", "tick_value"), ("settlement_price", "margin_currency_rate"))},
        ),
        (
            _("Swap"),
            {
                "fields": (
                    "swap_mode",
                    ("swap_long", "swap_short"),
                    ("swap_week", "swap_considers_holidays"),
                    ("rollover_time", "rollover_timezone"),
                    ("swap_days_in_year", "swap_conversion"),
                    "swap_rounds_point_value",
                )
            },
        ),
        (_("Commission"), {"fields": COMMISSION_ROWS}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Symbol | None = None) -> tuple[str, ...]:
        # Quotes, candles, orders and positions know a symbol by its code.
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Symbol | None = None) -> bool:
        # They know it for ever. What is not traded any more is not active.
        return False
