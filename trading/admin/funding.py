"""Deposits, withdrawals and transfers in the back office, and the ways in which money comes and goes."""

from abc import abstractmethod
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from accounts.signed_in import signed_in_person
from forexpro.core.admin.audited import AuditedModelAdmin
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.http.origin import request_origin
from forexpro.core.templatetags.components import money
from forexpro.core.uploads.storage import private_file
from trading import names
from trading.admin.columns import money_column, ratio_column
from trading.admin.rows import OfAccountAdmin, currency_of_account
from trading.models import Deposit, DepositProof, FundingLimit, PaymentMethod, PaymentTerms, Transfer, Withdrawal
from trading.models.funding import Status
from trading.selectors.funding import proof_name, proofs_of
from trading.services.funding.decisions import deposit_decide, needs_four_eyes, withdrawal_decide
from trading.services.funding.payouts import payout_details_viewed
from trading.services.funding.proofs import proof_viewed

STATUS_TONES = {
    "requested": "warning",
    "in_review": "info",
    "approved": "info",
    "paid": "success",
    "declined": "danger",
    "failed": "danger",
    "cancelled": "default",
}
# What each button makes of a request.
BUTTONS = {
    "start_review": Status.IN_REVIEW,
    "approve": Status.APPROVED,
    "decline": Status.DECLINED,
    "mark_paid": Status.PAID,
    "mark_failed": Status.FAILED,
}


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(
        label=_("Reason, which the client reads"), max_length=300, widget=UnfoldAdminTextInputWidget
    )


class PlainNumbers(forms.ModelForm):
    """A form whose numbers read as people write them: 10 and not 10.00000000."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = names.plain(value)


class PaymentTermsInline(TabularInline):
    model = PaymentTerms
    form = PlainNumbers
    extra = 0
    hide_title = True


@admin.register(PaymentMethod)
class PaymentMethodAdmin(AuditedModelAdmin):
    list_display = ("name", "kind", "active", "position")
    list_filter = ("active", "kind")
    inlines = (PaymentTermsInline,)
    fieldsets = (
        (None, {"fields": (("name", "kind"), ("active", "position"))}),
        (_("What clients are told and asked"), {"fields": ("instructions", "details_label")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: PaymentMethod | None = None) -> bool:
        return False  # requests name it: it is switched off instead


def decision(
    *, text: Any, icon: str, title: Any, explanation: Any = "", form_class: type[BaseDialogForm] = BaseDialogForm
) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Return the decorator of a button that asks before it decides; its name is one of `BUTTONS`."""
    return action(
        description=text,
        permissions=["decide"],
        icon=icon,
        dialog={"title": title, "description": explanation, "form_class": form_class, "form_submit_text": text},
    )


class FundingRequestAdmin(OfAccountAdmin):
    """A list of requests; every button calls the service that decides, nothing is edited."""

    list_display = (
        "id", "account", "owner", "method", "money", "payment", "status_label", "requested_at", "decided_at",
    )  # fmt: skip
    list_select_related = ("account__owner", "method")
    list_filter: tuple[Any, ...] = ("status", "method", "payment_currency", ("requested_at", admin.DateFieldListFilter))
    search_fields = ("=id", "=account__number", "account__owner__email", "account__owner__full_name", "reference")
    search_help_text = _("Number of the request or account, name or e-mail address of the client, reference")
    actions_detail: tuple[str, ...] = ()
    decide_permission = ""
    main_fields: tuple[Any, ...] = (("id", "status"), ("account", "owner"), ("method", "reference"))
    money_fields: tuple[Any, ...] = (("money", "fee_charged", "net"), ("payment", "exchange"), "base")
    decision_fields: tuple[Any, ...] = (("requested_at", "decided_at"), ("decided_by", "reason"))
    readonly_fields: tuple[str, ...] = ("owner", "money", "fee_charged", "net", "payment", "exchange", "base")

    money = money_column("amount", _("amount"), currency=currency_of_account)
    fee_charged = money_column("fee", _("fee"), currency=currency_of_account)
    net = money_column("net_amount", _("amount after the fee"), currency=currency_of_account)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": self.main_fields}),
            (_("Money"), {"fields": self.money_fields}),
            (_("Decision"), {"fields": self.decision_fields}),
        )

    # A method, because unfold looks named permissions up in the database before that has its tables.
    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(self.decide_permission)

    # --- Columns -------------------------------------------------------------------------------
    @display(description=_("client"), ordering="account__owner__email")
    def owner(self, row: Any) -> str:
        address = reverse("admin:accounts_user_change", args=[row.account.owner_id])
        return format_html('<a href="{}">{}</a>', address, row.account.owner)

    @display(description=_("payment"))
    def payment(self, row: Any) -> str:
        return money(row.payment_amount, row.payment_currency)

    @display(description=_("rate"))
    def exchange(self, row: Any) -> str:
        return names.plain(row.rate) if row.is_converted else "–"

    @display(description=_("value for limits"))
    def base(self, row: Any) -> str:
        return money(row.base_amount, settings.FUNDING_BASE_CURRENCY)

    @display(description=_("status"), ordering="status", label=STATUS_TONES)
    def status_label(self, row: Any) -> tuple[str, Any]:
        # An approved deposit is credited; an approved withdrawal waits to be paid.
        tone = row.status if row.is_pending or row.status != Status.APPROVED else Status.PAID
        return tone, row.get_status_display()

    # --- Buttons -------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what can become of the request now."""
        row = self.model._default_manager.filter(pk=object_id).first()
        if row is None:
            return []
        offered = super().get_actions_detail(request, object_id)
        return [entry for entry in offered if row.allows(BUTTONS[entry.path])]

    def _decide(self, request: HttpRequest, object_id: str, button: str, reason: str = "") -> HttpResponse:
        status = BUTTONS[button]
        with refusals_told(request):
            decided = self.carry_out(signed_in_person(request), int(object_id), status, reason, request)
            if decided.status == status:
                messages.success(
                    request,
                    _("Done: %(request)s is %(status)s.")
                    % {"request": str(decided).lower(), "status": decided.get_status_display().lower()},
                )
            else:
                messages.info(request, _("Your approval is noted. A colleague has to approve it, too."))
        return led_to(reverse(f"admin:trading_{self.opts.model_name}_change", args=[object_id]))

    @abstractmethod
    def carry_out(self, actor: User, request_id: int, status: Status, reason: str, request: HttpRequest) -> Any:
        """Have the service decide, and return the request as it is then."""

    @decision(text=_("Start review"), icon="visibility", title=_("Take this into review?"))
    def start_review(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "start_review")

    @decision(
        text=_("Decline"),
        icon="block",
        title=_("Decline this request"),
        explanation=_("The client is told why. Reserved money is free again."),
        form_class=ReasonForm,
    )
    def decline(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "decline", form.cleaned_data["reason"])

    @decision(
        text=_("Mark as failed"),
        icon="error",
        title=_("The payment has failed"),
        explanation=_("The client is told why. Reserved money is free again."),
        form_class=ReasonForm,
    )
    def mark_failed(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "mark_failed", form.cleaned_data["reason"])


@admin.register(FundingLimit)
class FundingLimitAdmin(AuditedModelAdmin):
    form = PlainNumbers
    list_display = ("level", "most", "withdrawals_allowed")
    readonly_fields = ("level",)
    most = money_column("deposits_maximum", _("most deposits in all"), lambda row: settings.FUNDING_BASE_CURRENCY)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # there is one for each level

    def has_delete_permission(self, request: HttpRequest, obj: FundingLimit | None = None) -> bool:
        return False


@admin.register(Deposit)
class DepositAdmin(FundingRequestAdmin):
    actions_detail = ("start_review", "approve", "decline", "mark_failed")
    decide_permission = "trading.decide_deposit"
    readonly_fields = (*FundingRequestAdmin.readonly_fields, "proofs")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show proofs only to those who may look at them."""
        main, *others = super().get_fieldsets(request, obj)
        if not request.user.has_perm("trading.view_depositproof"):
            return (main, *others)
        return (main, (_("Proof of payment"), {"fields": ("proofs",)}), *others)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.proof_view)
        address = "<int:deposit_id>/proofs/<int:proof_id>/"
        return [path(address, view, name="trading_deposit_proof"), *super().get_urls()]

    @method_decorator(require_safe)
    def proof_view(self, request: HttpRequest, deposit_id: int, proof_id: int) -> HttpResponseBase:
        """Show a proof of payment; that it was looked at is recorded."""
        if not request.user.has_perm("trading.view_depositproof"):
            raise PermissionDenied
        kept = DepositProof.objects.filter(erased_at=None).select_related("deposit")
        proof = get_object_or_404(kept, pk=proof_id, deposit_id=deposit_id)
        proof_viewed(proof=proof, origin=request_origin(request))
        return private_file(request, proof.file, media_type=proof.media_type, filename=proof_name(proof))

    @display(description=_("files"))
    def proofs(self, deposit: Deposit) -> str:
        links = [
            (
                reverse("admin:trading_deposit_proof", args=[deposit.pk, proof.pk]),
                _("File %(number)s") % {"number": number},
            )
            for number, proof in enumerate(proofs_of(deposit), 1)
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', links) or "–"

    def carry_out(self, actor: User, request_id: int, status: Status, reason: str, request: HttpRequest) -> Deposit:
        origin = request_origin(request)
        return deposit_decide(actor=actor, deposit_id=request_id, status=status, reason=reason, origin=origin)

    @decision(
        text=_("Approve"),
        icon="check_circle",
        title=_("Has this money arrived?"),
        explanation=_("It is credited to the account at once, and cannot be undone, only booked back."),
    )
    def approve(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "approve")


@admin.register(Withdrawal)
class WithdrawalAdmin(FundingRequestAdmin):
    list_filter = (*FundingRequestAdmin.list_filter, ("first_approved_by", admin.EmptyFieldListFilter))
    actions_detail = ("start_review", "approve", "decline", "mark_paid", "mark_failed")
    decide_permission = "trading.decide_withdrawal"
    main_fields = (*FundingRequestAdmin.main_fields, ("four_eyes", "first_approved_by"))
    readonly_fields = (*FundingRequestAdmin.readonly_fields, "pay_to", "to_pay_to", "four_eyes")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Lead those who pay to where it goes; it is shown at an address of its own, where every look is recorded."""
        main, *others = super().get_fieldsets(request, obj)
        if not self.has_decide_permission(request):
            return (main, *others)
        field = "pay_to" if getattr(request, "shows_payout_details", False) else "to_pay_to"
        return (main, (_("Where to pay to"), {"fields": (field,)}), *others)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.payout_view)
        address = "<int:withdrawal_id>/payout-details/"
        return [path(address, view, name="trading_withdrawal_payout_details"), *super().get_urls()]

    @method_decorator(require_safe)
    def payout_view(self, request: HttpRequest, withdrawal_id: int) -> HttpResponse:
        """Show a withdrawal with its payout details; that they were looked at is recorded first."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        withdrawal = get_object_or_404(Withdrawal, pk=withdrawal_id)
        payout_details_viewed(withdrawal=withdrawal, origin=request_origin(request))
        request.shows_payout_details = True  # type: ignore[attr-defined]  # for the fields of this one page
        return self.change_view(request, str(withdrawal_id))

    def carry_out(self, actor: User, request_id: int, status: Status, reason: str, request: HttpRequest) -> Withdrawal:
        origin = request_origin(request)
        return withdrawal_decide(actor=actor, withdrawal_id=request_id, status=status, reason=reason, origin=origin)

    @display(description=_("payout details"))
    def pay_to(self, row: Withdrawal) -> str:
        return row.payout_details or "–"

    @display(description=_("payout details"))
    def to_pay_to(self, row: Withdrawal) -> str:
        address = reverse("admin:trading_withdrawal_payout_details", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Show (this is recorded)"))

    @display(description=_("approvals needed"))
    def four_eyes(self, row: Withdrawal) -> Any:
        return _("Two members of staff") if needs_four_eyes(row) else _("One")

    @decision(
        text=_("Approve"),
        icon="check_circle",
        title=_("Approve this withdrawal?"),
        explanation=_("It can be paid then, and no longer be cancelled. A large one takes a second approval."),
    )
    def approve(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "approve")

    @decision(
        text=_("Mark as paid"),
        icon="paid",
        title=_("Has this been paid?"),
        explanation=_("The reserved money leaves the account."),
    )
    def mark_paid(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "mark_paid")


@admin.register(Transfer)
class TransferAdmin(OfAccountAdmin):
    list_display = ("id", "source", "target", "sent", "arrived", "created_at")
    list_select_related = ("source", "target")
    search_fields = ("=id", "=source__number", "=target__number", "source__owner__email")
    search_help_text = _("Number of the transfer or of an account, e-mail address of the client")
    sent = money_column("amount", _("amount"), currency=lambda transfer: transfer.source.currency)
    arrived = money_column("received", _("received"), currency=lambda transfer: transfer.target.currency)
    exchange = ratio_column("rate", _("rate"))
    readonly_fields = ("sent", "arrived", "exchange")
    fieldsets = (
        (None, {"fields": (("id", "created_at"), ("source", "target"))}),
        (_("Money"), {"fields": (("sent", "arrived"), "exchange")}),
        (_("Events"), {"fields": (("source_seq", "target_seq"),)}),
    )

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"account:{Transfer.objects.values_list('source_id', flat=True).get(pk=object_id)}"}
