"""What the calls for tokens take and give."""

from typing import Any

from rest_framework import serializers

from accounts.forms import PASSWORD_LENGTH
from forexpro.core.http.fields import TextInput

# People put spaces and hyphens into codes.
CODE_LENGTH = 40
# Ours are a third as long.
TOKEN_LENGTH = 2000


class PasswordInput(TextInput):
    """Whatever somebody has chosen."""

    character = r"[^\u0000]"


class TokenInput(serializers.Serializer[Any]):
    email = TextInput(max_length=254)
    password = PasswordInput(max_length=PASSWORD_LENGTH, trim_whitespace=False)
    code = TextInput(
        max_length=CODE_LENGTH,
        required=False,
        help_text="Of the authenticator app, or a backup code; only for whoever signs in with two steps.",
    )


class RefreshInput(serializers.Serializer[Any]):
    refresh = TextInput(max_length=TOKEN_LENGTH)


class TokenPairOutput(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="Send it as `Authorization: Bearer <access>`.")
    access_expires_at = serializers.DateTimeField()
    refresh = serializers.CharField(help_text="Good for one refresh. Keep it as secret as a password.")
    refresh_expires_at = serializers.DateTimeField()
