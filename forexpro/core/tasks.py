"""What Celery workers run for the ground."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from forexpro.core.events.anchor import anchor_take
from forexpro.core.events.verify import events_verify
from forexpro.core.heartbeat import heartbeat_record
from forexpro.core.planned_changes import planned_changes_carry_out
from forexpro.core.webhooks.replay import forget_old
from forexpro.core.webhooks.shifts import shift_work

# A shift that nobody has begun within this many seconds was begun by another message.
SHIFT_EXPIRES_SECONDS = 5


@shared_task
def take_event_anchor() -> None:
    anchor_take()


@shared_task
def verify_event_log() -> None:
    events_verify()


@shared_task
def record_heartbeat() -> None:
    heartbeat_record()


@shared_task
def carry_out_planned_changes() -> None:
    planned_changes_carry_out()


@shared_task
def send_webhooks() -> None:
    shift_work(hand_over=lambda: send_webhooks.apply_async(expires=SHIFT_EXPIRES_SECONDS))


@shared_task
def forget_old_webhooks() -> None:
    forget_old(before=timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS))
