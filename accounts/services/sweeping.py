"""What has had its time: failures that no longer count, sessions that have ended, changes nobody confirmed."""

from axes.handlers.proxy import AxesProxyHandler
from django.utils import timezone

from accounts.links import EMAIL_CHANGE_LIFETIME
from accounts.models import EmailChange
from forexpro.core.http.sessions import SessionStore

FAILURES_KEPT_DAYS = 1


def expired_forget() -> None:
    """Delete what has expired; once a night is enough, for nothing of it has an effect any more."""
    AxesProxyHandler.reset_failure_logs(age_days=FAILURES_KEPT_DAYS)
    SessionStore.clear_expired()
    EmailChange.objects.filter(requested_at__lt=timezone.now() - EMAIL_CHANGE_LIFETIME).delete()
