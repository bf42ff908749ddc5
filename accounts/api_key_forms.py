"""What a person says about a new API key."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.forms import AttentiveForm
from accounts.models import Scope

NETWORKS_MAX = 20
LIFETIMES_IN_DAYS = (30, 90, 365)


class NetworksField(forms.CharField):
    """IP addresses and networks, separated by spaces, commas or lines; they come out in canonical form."""

    def __init__(self, **options: Any):
        super().__init__(max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **options)

    def clean(self, value: Any) -> list[str]:
        written = super().clean(value).replace(",", " ").split()
        networks = []
        for one in written:
            try:
                networks.append(str(ip_network(one, strict=False)))
            except ValueError:
                raise forms.ValidationError(
                    _("%(text)s is neither an address such as 203.0.113.7 nor a network such as 203.0.113.0/24."),
                    code="invalid_network",
                    params={"text": one},
                ) from None
        if len(networks) > NETWORKS_MAX:
            raise forms.ValidationError(
                _("At most %(limit)s addresses and networks."), code="too_many", params={"limit": NETWORKS_MAX}
            )
        return list(dict.fromkeys(networks))


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
