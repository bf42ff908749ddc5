"""What reviewers fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from kyc.checklist import checklist
from kyc.models import Document
from kyc.requirements import DATED_KINDS
from kyc.selectors import offered_reasons

CHECK = "check_"


class DayInput(UnfoldAdminTextInputWidget):
    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if hasattr(value, "isoformat") else super().format_value(value)


class ApproveForm(forms.Form):
    """The checklist of a document, and what is to be read on it, which the second of two people finds filled in."""

    number = forms.CharField(
        label=_("Number on the document"), max_length=64, required=False, widget=UnfoldAdminTextInputWidget
    )
    expires_on = forms.DateField(label=_("Valid until"), required=False, widget=DayInput)

    def __init__(self, data: Any = None, *, document: Document):
        initial = {"number": document.number or "", "expires_on": document.expires_on}
        super().__init__(data, initial=initial)
        self.fields["expires_on"].required = document.kind in DATED_KINDS
        if document.kind == Document.Kind.SELFIE:  # there is nothing to read on it
            del self.fields["number"], self.fields["expires_on"]
        for name, question in checklist(document.kind).items():
            self.fields[CHECK + name] = forms.BooleanField(
                label=question, error_messages={"required": _("Answer this.")}, widget=UnfoldBooleanWidget
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(CHECK)]

    @property
    def readings(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(CHECK)]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the service is told."""
        checked = [
            name.removeprefix(CHECK) for name, value in self.cleaned_data.items() if name.startswith(CHECK) and value
        ]
        return {
            "checked": checked,
            "number": self.cleaned_data.get("number", ""),
            "expires_on": self.cleaned_data.get("expires_on"),
        }


class RejectForm(forms.Form):
    """A reason to choose, words of one's own, or both."""

    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=1000,
        help_text=_("The client reads this behind the reason."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None):
        super().__init__(data)
        self.fields["reason"] = forms.ModelChoiceField(
            offered_reasons(),
            label=_("Reason"),
            required=False,
            empty_label=_("None of these"),
            widget=UnfoldAdminSelectWidget,
        )

    @property
    def answers(self) -> dict[str, Any]:
        """Return what the service is told."""
        reason = self.cleaned_data["reason"]
        return {"reason_id": reason.pk if reason else None, "note": self.cleaned_data["note"]}
