"""What staff enter about people."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from accounts.forms import time_zone_choices
from accounts.models import User
from accounts.roles import Role


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class ForceLogoutForm(ReasonForm):
    with_api_keys = forms.BooleanField(
        label=_("Revoke the API keys too"), required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )


class RoleForm(BaseDialogForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=UnfoldAdminSelectWidget)


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = User
        fields = ("full_name", "time_zone")


class InvitationForm(forms.ModelForm):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in Role if role.is_staff],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = User
        fields = ("email", "full_name")

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])
