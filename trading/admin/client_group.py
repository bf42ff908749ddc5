"""Moving a client with all their accounts to another group: a preview of what changes, a reason, and then it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from accounts.signed_in import signed_in_person
from forexpro.core.admin.extensions import add_buttons
from forexpro.core.http.origin import request_origin
from forexpro.core.refusals import Refused
from trading.models import AccountGroup, TradingAccount
from trading.selectors.client_group import group_differences, group_previews, shown_state
from trading.services.client_group import client_set_group
from trading.services.client_terms import open_accounts
from trading.services.dealing import REASON_LENGTH_MAX
from trading.services.group_change import ensure_fits


class ChosenGroupForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=AccountGroup.objects.order_by("name"),
        empty_label=_("Choose a group"),
        widget=UnfoldAdminSelectWidget,
    )


class MoveForm(ChosenGroupForm):
    group = forms.ModelChoiceField(queryset=AccountGroup.objects.all(), widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason, which the client can read"), max_length=REASON_LENGTH_MAX, widget=UnfoldAdminTextInputWidget
    )
    # What whoever sends it has looked at.
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


def client_group_page(request: HttpRequest, owner_id: int) -> HttpResponse:
    """Ask for a group, show what it changes for each account, and on POST move them all or none."""
    if not request.user.has_perm("trading.change_account_group"):
        raise PermissionDenied
    owner = get_object_or_404(User, pk=owner_id, is_staff=False)
    form = MoveForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        return _move(request, owner, form)
    chosen = ChosenGroupForm(request.POST if form is not None else request.GET or None)
    group = chosen.cleaned_data["group"] if chosen.is_bound and chosen.is_valid() else None
    context = {
        **admin.site.each_context(request),
        "opts": TradingAccount._meta,
        "title": _("Move %(client)s to another group") % {"client": owner.full_name or owner.email},
        "owner": owner,
        "back": _back(request, owner),
        "chosen": chosen,
        **(_preview(owner, group, form) if group is not None else {"accounts": open_accounts(owner.pk)}),
    }
    return TemplateResponse(request, "back_office/client_group.html", context)


def _preview(owner: User, group: AccountGroup, sent: MoveForm | None) -> dict[str, Any]:
    accounts = open_accounts(owner.pk)
    previews = group_previews(accounts, group, ensure_fits)
    # Each group that accounts come from once, in the order of the accounts.
    sources = {preview.account.group_id: preview.account.group for preview in previews if not preview.stays}
    moves = not any(preview.refusal for preview in previews) and bool(sources)
    form = sent or MoveForm(initial={"group": group.pk, "seen": shown_state(accounts, group)})
    return {
        "group": group,
        "previews": previews,
        "comparisons": [(source, group_differences(source, group)) for source in sources.values()],
        "form": form if moves else None,
        "count": sum(not preview.stays for preview in previews),
    }


def _move(request: HttpRequest, owner: User, form: MoveForm) -> HttpResponse:
    group = form.cleaned_data["group"]
    try:
        moved = client_set_group(
            actor=signed_in_person(request),
            owner_id=owner.pk,
            group_id=group.pk,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            origin=request_origin(request),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        address = reverse("admin:trading_client_group", args=[owner.pk])
        return HttpResponseRedirect(f"{address}?group={group.pk}")
    told = ngettext(
        "%(count)s account is in the group %(group)s now.",
        "%(count)s accounts are in the group %(group)s now.",
        len(moved),
    )
    messages.success(request, told % {"count": len(moved), "group": group.name})
    return HttpResponseRedirect(_back(request, owner))


def _back(request: HttpRequest, owner: User) -> str:
    """Return where whoever moves a client goes on: their page, or their accounts for those who see no people."""
    if request.user.has_perm("accounts.view_user"):
        return reverse("admin:accounts_user_change", args=[owner.pk])
    return f"{reverse('admin:trading_tradingaccount_changelist')}?q={owner.email}"


@action(description=_("Change group"), permissions=["change_account_group"], icon="tune")
def move_client(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Lead to the page that moves all accounts of a client."""
    return HttpResponseRedirect(reverse("admin:trading_client_group", args=[object_id]))


add_buttons("accounts.user", move_client, offered=lambda user: not user.is_staff)
