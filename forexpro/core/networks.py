"""IP addresses and networks as people and programs write them."""

from ipaddress import ip_network
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NETWORKS_MAX = 20
NOT_A_NETWORK = gettext_lazy("%(text)s is neither an address such as 203.0.113.7 nor a network such as 203.0.113.0/24.")


def network(text: str) -> str:
    """Return an address or a network in canonical form; raises ValueError for anything else."""
    return str(ip_network(text, strict=False))


class NetworksField(forms.CharField):
    """Addresses and networks, separated by spaces, commas or lines; a list of them comes out, each once."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(self, **options: Any):
        super().__init__(max_length=1000, **options)

    def clean(self, value: Any) -> list[str]:
        networks = []
        for text in super().clean(value).replace(",", " ").split():
            try:
                networks.append(network(text))
            except ValueError:
                raise forms.ValidationError(NOT_A_NETWORK, code="invalid_network", params={"text": text}) from None
        if len(networks) > NETWORKS_MAX:
            raise forms.ValidationError(
                _("At most %(limit)s addresses and networks."), code="too_many", params={"limit": NETWORKS_MAX}
            )
        return list(dict.fromkeys(networks))
