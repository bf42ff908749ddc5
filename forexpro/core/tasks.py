"""What Celery workers run for the event log."""

from celery import shared_task

from forexpro.core.events.anchor import anchor_take
from forexpro.core.events.verify import events_verify


@shared_task
def take_event_anchor() -> None:
    anchor_take()


@shared_task
def verify_event_log() -> None:
    events_verify()
