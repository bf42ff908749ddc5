"""System checks of the encryption keys."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from forexpro.core.crypto.keys import parse_keys


@register(Tags.security)
def encryption_keys_are_well_formed(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Refuse to start with keys that nothing could be decrypted with."""
    try:
        parse_keys(settings.ENCRYPTION_KEYS)
    except ValueError as error:
        return [Error(str(error), id="forexpro.E001")]
    return []
