"""What staff are asked before something is done to an account, and how they are told what became of it."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.http.origin import request_origin
from trading.models import AccountGroup, Booking
from trading.services.answers import Answer
from trading.services.dealing import REASON_LENGTH_MAX

KINDS = [
    (kind.value, _("Withdrawal (a negative amount)") if kind is Booking.Kind.WITHDRAWAL else kind.label)
    for kind in Booking.Kind
]


class BalanceForm(BaseDialogForm):
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=KINDS,
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


class GroupForm(BaseDialogForm):
    group = forms.ModelChoiceField(
        label=_("Group"), queryset=AccountGroup.objects.order_by("name"), widget=UnfoldAdminSelectWidget
    )


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH_MAX, widget=UnfoldAdminTextInputWidget)


class Dealing:
    """What buttons have in common: one service is called, and the page tells how it went."""

    def has_manage_trading_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.manage_trading")

    def serve(self, request: HttpRequest, address: str, done: Any, service: Any, **arguments: Any) -> HttpResponse:
        with refusals_told(request):
            answer: Answer = service(**arguments, origin=request_origin(request))
            messages.success(request, done if answer.events else _("That was so already; nothing was changed."))
        return led_to(address)


class DealingWithRows(Dealing):
    """The one button of an order or a position, shown for as long as there is something to end."""

    model: Any
    opts: Any
    # What rows have that can still be ended, and how the service calls the number of one.
    open_rows: ClassVar[Mapping[str, Any]]
    number_argument: ClassVar[str]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        if not self.model.objects.filter(pk=object_id, **self.open_rows).exists():
            return []
        return list(super().get_actions_detail(request, object_id))  # type: ignore[misc]  # of the admin beside it

    def end(self, request: HttpRequest, object_id: str, done: Any, service: Any, form: ReasonForm) -> HttpResponse:
        row = self.model.objects.get(pk=object_id)
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        named = {"account_id": row.account_id, self.number_argument: row.pk}
        return self.serve(request, address, done, service, **named, reason=form.cleaned_data["reason"])
