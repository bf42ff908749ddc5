"""Money moved by hand that a second member of staff lets go: what waits, and what became of the others."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.signed_in import signed_in_person
from forexpro.core.admin.buttons import led_to, refusals_told
from forexpro.core.admin.extensions import ReadyFilter, add_ready_filters
from forexpro.core.http.origin import request_origin
from trading.admin.columns import money_column
from trading.admin.rows import OfAccountAdmin, currency_of_account, why_link
from trading.models import Booking
from trading.services.bookings import booking_approve, booking_decline


class WhyNotForm(BaseDialogForm):
    answer = forms.CharField(label=_("Why not, for whoever asked"), max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(Booking)
class BookingAdmin(OfAccountAdmin):
    list_display = ("id", "account", "kind", "moved", "reason", "status_label", "asked_by", "asked_at", "decided_by")
    list_select_related = ("account", "asked_by", "decided_by")
    list_filter = ("status", "kind", ("asked_at", admin.DateFieldListFilter))
    search_fields = ("=id", "=account__number", "reason", "asked_by__email")
    search_help_text = _("Number of the booking or account, reason, e-mail address of whoever asked")
    live_streams = ("booking:",)
    actions_detail = ("approve", "decline")
    moved = money_column("amount", _("amount"), currency=currency_of_account)
    readonly_fields = ("moved", "why")
    fieldsets = (
        (None, {"fields": (("id", "status"), ("account", "kind"), ("moved", "reason"), ("asked_by", "asked_at"))}),
        (_("Decision"), {"fields": (("decided_by", "decided_at"), "answer", "why")}),
    )

    def audit_filter(self, object_id: str) -> dict[str, str]:
        return {"stream": f"booking:{object_id}"}

    def streams(self, instance: Any) -> list[str]:
        return [instance.stream]

    # A method, because unfold looks named permissions up in the database before that has its tables.
    def has_move_money_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("trading.move_money")

    @display(description=_("status"), label={"waiting": "warning", "booked": "success", "declined": "danger"})
    def status_label(self, booking: Booking) -> tuple[str, Any]:
        return booking.status, booking.get_status_display()

    @display(description=_("movement"))
    def why(self, booking: Booking) -> str:
        return "–" if booking.booked_seq is None else why_link(booking.account_id, booking.booked_seq)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer to decide while it waits; whoever has asked can only take it back."""
        booking = Booking.objects.filter(pk=object_id, status=Booking.Status.WAITING).first()
        if booking is None:
            return []
        pointless = {"approve"} if booking.asked_by_id == request.user.pk else set()
        return [entry for entry in super().get_actions_detail(request, object_id) if entry.path not in pointless]

    @action(
        description=_("Approve"),
        permissions=["move_money"],
        icon="check_circle",
        dialog={
            "title": _("Book what your colleague has asked for?"),
            "description": _("It is booked at once and cannot be undone, only booked back."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Approve"),
        },
    )
    def approve(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, booking_approve, _("Booked."))

    @action(
        description=_("Decline"),
        permissions=["move_money"],
        icon="block",
        dialog={
            "title": _("Let nothing be booked"),
            "form_class": WhyNotForm,
            "form_submit_text": _("Decline"),
        },
    )
    def decline(self, request: HttpRequest, form: WhyNotForm, object_id: str) -> HttpResponse:
        answer = form.cleaned_data["answer"]
        return self._decide(request, object_id, booking_decline, _("Declined; nothing is booked."), answer=answer)

    def _decide(
        self, request: HttpRequest, object_id: str, service: Callable[..., Booking], done: Any, **arguments: str
    ) -> HttpResponse:
        actor = signed_in_person(request)
        with refusals_told(request):
            service(actor=actor, booking_id=int(object_id), origin=request_origin(request), **arguments)
            messages.success(request, done)
        return led_to(reverse("admin:trading_booking_change", args=[object_id]))


add_ready_filters(
    "trading.booking",
    ReadyFilter(_("Waiting for a second person"), "status__exact=waiting"),
    permission="trading.view_booking",
)
