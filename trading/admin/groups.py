"""Account groups: the conditions that accounts trade under."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from forexpro.core.admin.buttons import led_to
from forexpro.core.admin.planned_changes import PlannableInlineFormSet, PlannableModelAdmin
from forexpro.core.http.origin import request_origin
from marketdata.models.charges import COMMISSION_ROWS
from trading.models import AccountGroup, GroupInstrument
from trading.services.leverage_caps import group_apply_retail_limits


class GroupInstrumentInline(StackedInline):
    model = GroupInstrument
    formset = PlannableInlineFormSet
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
class AccountGroupAdmin(PlannableModelAdmin):
    list_display = (
        "name", "is_default", "currencies", "leverage_max", "margin_call_level", "stop_out_level", "spread_mode",
        "slippage_mode", "orders_per_minute",
    )  # fmt: skip
    search_fields = ("name",)
    search_help_text = _("Name of the group")
    inlines = (GroupInstrumentInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "is_default"),
                    ("currencies", "position_mode"),
                    ("leverage_max", "orders_per_minute"),
                )
            },
        ),
        (
            _("Margin"),
            {
                "fields": (
                    ("margin_call_level", "stop_out_level", "level_unit"),
                    "hedged_margin",
                    "margin_refreshed_nightly",
                )
            },
        ),
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
        (_("Costs"), {"fields": (("spread_mode", "spread_points"), "profit_conversion", "swap_free")}),
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
        return led_to(reverse("admin:trading_accountgroup_change", args=[object_id]))

    def has_delete_permission(self, request: HttpRequest, obj: AccountGroup | None = None) -> bool:
        if obj is not None and obj.accounts.exists():
            return False
        return super().has_delete_permission(request, obj)
