"""What Celery workers run for the ground."""

from celery import shared_task

from forexpro.core.events.anchor import anchor_take
from forexpro.core.events.verify import events_verify
from forexpro.core.heartbeat import heartbeat_record
from forexpro.core.planned_changes import planned_changes_carry_out


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
