"""What has had its time: failures that no longer count, sessions that have ended, changes nobody confirmed."""

from datetime import timedelta

from django.utils import timezone

from accounts.links import EMAIL_CHANGE_LIFETIME
from accounts.lockout import attempts_forget
from accounts.models import EmailChange
from forexpro.core.http.sessions import SessionStore

ATTEMPTS_KEPT = timedelta(days=1)


def expired_forget() -> None:
    """Delete what has expired; once a night is enough, for nothing of it has an effect any more."""
    now = timezone.now()
    attempts_forget(before=now - ATTEMPTS_KEPT)
    SessionStore.clear_expired()
    EmailChange.objects.filter(requested_at__lt=now - EMAIL_CHANGE_LIFETIME).delete()
