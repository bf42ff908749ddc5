"""What Celery workers run for this app."""

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings

from crm.services.calls import answered_calls_forget, counted_reads_forget

CALLS_KEPT = timedelta(days=7)


@shared_task
def forget_answered_calls() -> None:
    """Forget idempotency keys so old that nobody repeats their calls."""
    answered_calls_forget(before=datetime.now(UTC) - CALLS_KEPT)


@shared_task
def forget_counted_reads() -> None:
    """Forget what service keys have read so long ago that nobody asks any more."""
    counted_reads_forget(before=datetime.now(UTC) - timedelta(days=settings.SERVICE_READS_DAYS))
