"""What a person says about a new API key."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.forms import AttentiveForm
from accounts.models import Scope
from forexpro.core.networks import NetworksField

LIFETIMES_IN_DAYS = (30, 90, 365)


class ApiKeyForm(AttentiveForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("Which program will have it.")
    )
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        coerce=Scope,
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("Expires after"),
        choices=[(days, ngettext_lazy("%d day", "%d days", days) % days) for days in LIFETIMES_IN_DAYS],
        coerce=lambda days: timedelta(days=int(days)),
        initial=90,
    )
    networks = NetworksField(
        label=gettext_lazy("Allowed addresses"),
        required=False,
        help_text=gettext_lazy("IP addresses or networks from which it works; from everywhere when left empty."),
    )
