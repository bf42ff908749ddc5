"""Positions, which a dealer may close, and the deals that opened and closed them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from trading.admin.columns import money_column, price_column, volume_column
from trading.admin.dialogs import Dealing
from trading.admin.rows import OfAccountAdmin, currency_of_account, why_link
from trading.models import Deal, Position
from trading.services.positions import position_close


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
    result = money_column("profit", _("profit"), currency=currency_of_account)
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
    result = money_column("profit", _("profit"), currency=currency_of_account)
    swap_charged = money_column("swap", _("swap"), currency=currency_of_account)
    commission_charged = money_column("commission", _("commission"), currency=currency_of_account)
    list_filter = ("entry", "side", "reason", "symbol")
    search_fields = ("=position_id", "=account__number")
    search_help_text = _("Number of the position or of the account")

    @display(description=_("why"))
    def why(self, deal: Deal) -> str:
        return why_link(deal.account_id, deal.event_seq)
