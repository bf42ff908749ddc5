"""What staff are asked before they change what the house has set for a client, with what is set now."""

import re
from abc import abstractmethod
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import AccessLevel, User
from crm.models.note import TEXT_LENGTH
from crm.selectors.clients import etag_of
from crm.services.clients import FLAG_LENGTH, FLAG_PATTERN, FLAGS_MAX


class ClientForm(BaseDialogForm):
    """A dialog that shows what is set, and knows which state of the client whoever sends it has seen."""

    version = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        client = User.objects.filter(pk=self.object_id).first()
        if client is not None:
            self.initial = {"version": etag_of(client)} | self.values_of(client)

    @abstractmethod
    def values_of(self, client: User) -> dict[str, Any]:
        """Return what is set for a client, by the names of the fields."""


class FlagsForm(ClientForm):
    flags = forms.CharField(
        label=_("Flags"),
        required=False,
        max_length=(FLAG_LENGTH + 2) * FLAGS_MAX,
        widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("All that the client is to have, with spaces between: names of your own in small letters."),
    )

    def values_of(self, client: User) -> dict[str, Any]:
        return {"flags": " ".join(client.flags)}

    def clean_flags(self) -> list[str]:
        flags = list(dict.fromkeys(self.cleaned_data["flags"].replace(",", " ").split()))
        for flag in flags:
            if len(flag) > FLAG_LENGTH or not re.fullmatch(FLAG_PATTERN, flag):
                raise forms.ValidationError(
                    _(
                        "%(flag)s is no flag: small letters, digits, - and _, at most %(length)s, "
                        "and a letter or digit first."
                    ),
                    params={"flag": flag, "length": FLAG_LENGTH},
                )
        if len(flags) > FLAGS_MAX:
            raise forms.ValidationError(_("At most %(limit)s flags."), params={"limit": FLAGS_MAX})
        return flags


class LimitsForm(ClientForm):
    access_level = forms.ChoiceField(label=_("Access"), choices=AccessLevel.choices, widget=UnfoldAdminSelectWidget)
    withdrawals_allowed = forms.BooleanField(
        label=_("Withdrawals allowed"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    deposits_maximum = forms.DecimalField(
        label=_("Most deposits in all"),
        required=False,
        max_digits=20,
        decimal_places=8,
        validators=[MinValueValidator(0)],
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the currency in which limits are set; empty for what the verification allows."),
    )
    leverage_max = forms.DecimalField(
        label=_("Highest leverage, 1 to"),
        required=False,
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(1)],
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Accounts with more come down to it at once; empty for the group's."),
    )
    reason = forms.CharField(
        label=_("Reason, which the client does not see"), max_length=300, widget=UnfoldAdminTextInputWidget
    )

    def values_of(self, client: User) -> dict[str, Any]:
        return {
            "access_level": client.access_level,
            "withdrawals_allowed": client.withdrawals_allowed,
            "deposits_maximum": _plain(client.deposits_maximum),
            "leverage_max": _plain(client.leverage_max),
        }


class NoteForm(BaseDialogForm):
    text = forms.CharField(label=_("Note"), max_length=TEXT_LENGTH, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}))


def _plain(number: Any) -> str | None:
    return None if number is None else f"{number.normalize():f}"
