"""Trading accounts: what they are worth, what happened on them, and what staff may do to them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from accounts.models import User
from accounts.signed_in import signed_in_person
from forexpro.core.admin.audited import ReadOnlyModelAdmin
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.admin.filters import MomentFilter
from forexpro.core.admin.pages import LongList
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from forexpro.core.templatetags.components import money
from trading.admin.client_group import client_group_page
from trading.admin.columns import money_column, ratio_column
from trading.admin.dialogs import BalanceForm, Dealing, GroupForm, LeverageForm
from trading.admin.filters import AccountActivityFilter, CurrencyFilter, ExposureFilter
from trading.engine.valuation import Valuation
from trading.models import Booking, TradingAccount
from trading.selectors import account_valuation
from trading.selectors.bookings import booking_streams
from trading.selectors.journal import account_stream
from trading.services.accounts import account_set_leverage, account_set_trading
from trading.services.bookings import money_book
from trading.services.group_change import account_set_group
from trading.views.explanations import explanation_page, signed_document


@admin.register(TradingAccount)
class TradingAccountAdmin(Dealing, LongList, ReadOnlyModelAdmin):
    list_display = (
        "number", "owner", "kind", "group", "currency", "ratio", "balance_now", "credit_now", "standing", "opened_at",
    )  # fmt: skip
    list_filter = (
        "kind", "status", "group", CurrencyFilter, "trading_enabled", "margin_call", ExposureFilter,
        AccountActivityFilter, ("opened_at", MomentFilter),
    )  # fmt: skip
    list_filter_submit = True
    live_streams = ("account:",)
    list_select_related = ("owner", "group")
    search_fields = ("=number", "owner__email", "owner__full_name")
    search_help_text = _("Number of the account, name or e-mail address of its owner")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": (("number", "owner"), ("kind", "status"), ("group", "opened_at"))}),
        (
            _("Money"),
            {
                "fields": (
                    ("balance_now", "credit_now"),
                    ("equity", "blocked"),
                    ("margin", "margin_level"),
                    ("reserved_now", "currency"),
                )
            },
        ),
        (_("Trading"), {"fields": (("ratio", "trading_enabled"), ("called", "floor"))}),
    )
    readonly_fields = (
        "balance_now", "credit_now", "reserved_now", "equity", "blocked", "margin", "margin_level", "ratio", "floor",
        "called",
    )  # fmt: skip
    actions_detail = ("move_money", "enable_trading", "disable_trading", "set_leverage", "change_group", "move_owner")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TradingAccount], search_term: str
    ) -> tuple[QuerySet[TradingAccount], bool]:
        text = search_term.strip()
        if text.isascii() and text.isdigit():
            return queryset.filter(number=int(text)), False
        # Owners first, whose table alone is read through, and then their accounts by the index.
        owners = User.objects.filter(Q(email__contains=text.lower()) | Q(full_name__icontains=text))
        return queryset.filter(owner__in=owners.values("pk")), False

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"account:{object_id}"}

    def streams(self, instance: Any) -> list[str]:
        return [account_stream(instance.pk), *booking_streams([instance.pk])]

    def get_urls(self) -> list[URLPattern]:
        why = "<int:account_id>/events/<int:seq>/"
        return [
            path(
                "of-client/<int:owner_id>/group/",
                self.admin_site.admin_view(self.client_group_view),
                name="trading_client_group",
            ),
            path(why, self.admin_site.admin_view(self.why_view), name="trading_tradingaccount_why"),
            path(
                f"{why}document/",
                self.admin_site.admin_view(self.why_document_view),
                name="trading_tradingaccount_why_document",
            ),
            *super().get_urls(),
        ]

    def client_group_view(self, request: HttpRequest, owner_id: int) -> HttpResponse:
        """Show what moving a client to another group changes, and move them."""
        return client_group_page(request, owner_id)

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

    def has_change_group_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.change_account_group")

    # --- Columns -------------------------------------------------------------------------------
    ratio = ratio_column("leverage", _("leverage"))
    balance_now = money_column("balance", _("balance"), currency=lambda account: account.currency)
    credit_now = money_column("credit", _("credit"), currency=lambda account: account.currency)
    reserved_now = money_column("reserved", _("reserved for withdrawals"), currency=lambda account: account.currency)
    floor = money_column("equity_floor", _("equity floor"), currency=lambda account: account.currency)

    @display(description=_("margin call"))
    def called(self, account: TradingAccount) -> Any:
        return _("Yes") if account.margin_call else _("No")

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
        # The row of a page is one instance, whose fields ask one after the other.
        valuation: Valuation | Refused | None = getattr(account, "_valuation", None)
        if valuation is None:
            valuation = account._valuation = _valuation(account)  # type: ignore[attr-defined]  # kept for these fields
        if isinstance(valuation, Refused):
            return valuation.message
        value = getattr(valuation, name)
        if value is None:
            return "–"
        return (
            number_format(value, 2, force_grouping=True) if name == "margin_level" else money(value, account.currency)
        )

    # --- Buttons -------------------------------------------------------------------------------
    @action(
        description=_("Move money"),
        permissions=["move_money"],
        icon="payments",
        dialog={
            "title": _("Move money into or out of this account"),
            "description": _(
                "It is booked at once, or when a colleague has approved it where the house wants that. It cannot be "
                "undone, only booked back."
            ),
            "form_class": BalanceForm,
            "form_submit_text": _("Book"),
        },
    )
    def move_money(self, request: HttpRequest, form: BalanceForm, object_id: str) -> HttpResponse:
        entered = form.cleaned_data
        with refusals_told(request):
            moved = money_book(
                actor=signed_in_person(request),
                account_id=int(object_id),
                kind=Booking.Kind(entered["kind"]),
                amount=entered["amount"],
                reason=entered["reason"],
                submission=entered["submission"],
                origin=request_origin(request),
            )
            if isinstance(moved, Booking):
                messages.info(request, _("%(booking)s waits: a colleague has to approve it.") % {"booking": moved})
            else:
                messages.success(request, _("Booked."))
        return led_to(self._address(object_id))

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

    @action(
        description=_("Change group"),
        permissions=["change_group"],
        icon="tune",
        dialog={
            "title": _("Move this account to another group"),
            "description": _(
                "The conditions of that group apply from now on, to open positions too. Nights that are due are "
                "charged first, by the present ones."
            ),
            "form_class": GroupForm,
            "form_submit_text": _("Move"),
        },
    )
    def change_group(self, request: HttpRequest, form: GroupForm, object_id: str) -> HttpResponse:
        return self.serve(
            request,
            self._address(object_id),
            _("The account is in the group %(group)s now.") % {"group": form.cleaned_data["group"]},
            account_set_group,
            account_id=int(object_id),
            group_id=form.cleaned_data["group"].pk,
        )

    @action(description=_("Move the client"), permissions=["change_group"], icon="group")
    def move_owner(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the page that moves all accounts of the owner."""
        owner_id = TradingAccount.objects.values_list("owner_id", flat=True).get(pk=object_id)
        return HttpResponseRedirect(reverse("admin:trading_client_group", args=[owner_id]))

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


def _valuation(account: TradingAccount) -> Valuation | Refused:
    try:
        return account_valuation(account)
    except Refused as refusal:
        return refusal
