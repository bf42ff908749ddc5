"""What people type about themselves."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
    validate_password,
)
from django.utils.functional import lazy
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Hashing a megabyte is an attack; no password manager generates as much as this.
PASSWORD_LENGTH = 256


class AttentiveForm(forms.Form):
    """A form that puts the cursor where work is needed: the first field with an error, else the first missing."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self._focus(name for name in self.fields if self._is_missing(name))

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        wrong = [name for name in self.fields if name in self.errors]
        self._focus(wrong or (name for name in self.fields if self._is_missing(name)))

    def _is_missing(self, name: str) -> bool:
        field = self.fields[name]
        # A password is not sent back.
        return field.required and (not self[name].value() or isinstance(field.widget, forms.PasswordInput))

    def _focus(self, candidates: Iterable[str]) -> None:
        first = next(iter(candidates), None)
        for name, field in self.fields.items():
            field.widget.attrs["autofocus"] = name == first


class EmailField(forms.EmailField):
    def __init__(self, *, autocomplete: str = "username", **kwargs: Any):
        kwargs.setdefault("label", _("E-mail address"))
        super().__init__(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": autocomplete}), **kwargs)


class PasswordField(forms.CharField):
    """A password as typed; `new` ones list the rules and are checked by the form that knows whose it is."""

    def __init__(self, *, label: Any, new: bool = False, **kwargs: Any):
        super().__init__(
            label=label,
            strip=False,
            max_length=PASSWORD_LENGTH,
            help_text=_password_rules() if new else "",
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
            **kwargs,
        )


def _rules() -> str:
    """Say in one breath what the validators want; theirs is a sentence each."""
    (length,) = (one.min_length for one in get_default_password_validators() if isinstance(one, MinimumLengthValidator))
    return _("At least %(length)s characters; no common password, and nothing like your name or address.") % {
        "length": length
    }


_password_rules = lazy(_rules, str)


CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """Return the time zones that are named after places, UTC first."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in CONTINENTS)
    return [(name, name.replace("_", " ")) for name in ("UTC", *names)]


def language_choices() -> list[tuple[str, Any]]:
    """Return the languages of this installation by their own names; first, what the browser asks for."""
    own_names = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
    return [("", _("As the browser asks")), *own_names]


class RegisterForm(AttentiveForm):
    full_name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = EmailField()
    password = PasswordField(label=_("Password"), new=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            user = User(email=cleaned.get("email", ""), full_name=cleaned.get("full_name", ""))
            _validate_password(self, "password", password, user)
        return cleaned


class SignInForm(AttentiveForm):
    email = EmailField()
    password = PasswordField(label=_("Password"))


class CodeField(forms.CharField):
    """A code as typed, with whatever stands between its characters."""

    def __init__(self, *, autocomplete: str, inputmode: str, **kwargs: Any):
        attrs = {"autocomplete": autocomplete, "inputmode": inputmode, "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(max_length=32, widget=forms.TextInput(attrs=attrs), **kwargs)


class CodeForm(AttentiveForm):
    """Asks for a code of the authenticator app."""

    code = CodeField(
        label=_("Six-digit code"),
        help_text=_("Your authenticator app shows it."),
        autocomplete="one-time-code",
        inputmode="numeric",
    )


class FirstCodeForm(CodeForm):
    """Asks for the first code of an app that has to be set up by what stands above: that comes first."""

    def _focus(self, candidates: Iterable[str]) -> None:
        if self.is_bound:
            super()._focus(candidates)


class BackupCodeForm(AttentiveForm):
    """Asks for one of the backup codes."""

    code = CodeField(
        label=_("Backup code"),
        help_text=_("One of the ten that you were shown when you set two-step sign-in up, such as 4abcd-efghj."),
        autocomplete="off",
        inputmode="text",
    )


class PasswordForm(AttentiveForm):
    """Asks for the password once more."""

    password = PasswordField(label=_("Password"))


class NewEmailForm(AttentiveForm):
    """Asks for another address of the person who is signed in."""

    email = EmailField(label=_("New e-mail address"), autocomplete="email")


class EmailForm(AttentiveForm):
    """Asks for an address to mail something to."""

    email = EmailField()


class NewPasswordForm(AttentiveForm):
    """Sets a password without the old one, after a reset link."""

    new_password = PasswordField(label=_("New password"), new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("new_password"):
            _validate_password(self, "new_password", password, self.user)
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    old_password = PasswordField(label=_("Present password"))
    field_order = ["old_password", "new_password"]


class ProfileForm(AttentiveForm):
    full_name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices, required=False)


def _validate_password(form: AttentiveForm, field: str, password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except forms.ValidationError as error:
        form.add_error(field, error)
