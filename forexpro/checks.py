"""What `manage.py check --deploy` looks at beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Name what suits a laptop only."""
    warnings: list[CheckMessage] = []
    if settings.DEMO:
        hint = "Set DEMO=false: in demo mode everybody can read all mail and use the demo sign-ins."
        warnings.append(Warning("Demo mode is on.", hint=hint, id="forexpro.W001"))
    if settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in {"console", "filebased", "dummy", "locmem"}:
        hint = "Set EMAIL_URL, for instance smtp+tls://user:password@mail.example.com:587."
        warnings.append(Warning("Mail is not sent to anybody.", hint=hint, id="forexpro.W002"))
    if not settings.SITE_URL.startswith("https://"):
        hint = "Set SITE_URL to the https:// address of this installation."
        warnings.append(Warning("Pages are served without encryption.", hint=hint, id="forexpro.W003"))
    if not settings.STAFF_TOTP_REQUIRED:
        hint = "Set STAFF_TOTP_REQUIRED=true: a stolen password is all it takes to get into the back office."
        warnings.append(Warning("Staff need no second factor.", hint=hint, id="forexpro.W004"))
    return warnings
