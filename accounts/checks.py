"""System checks of what people sign in with."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts.breached_passwords import fault_of_list


@register(Tags.security)
def breached_passwords_can_be_looked_up(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Refuse to start with a list in which every password, or none, would seem to be breached."""
    path = settings.BREACHED_PASSWORDS_FILE
    fault = fault_of_list(path) if path else ""
    if not fault:
        return []
    message = (
        f"BREACHED_PASSWORDS_FILE={path!r}: {fault}. Set it to a list of SHA-1 hashes sorted by hash, or leave it out."
    )
    return [Error(message, id="forexpro.E003")]
