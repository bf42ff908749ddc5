"""Celery beat on schedules that the database holds, which the code supplies and staff may change."""

import logging
import time
from typing import Any

from celery import schedules
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler
from redis import RedisError

from forexpro.core.heartbeat import beat_record

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5
# In the description of a task that the code supplies: one that has left the code leaves the database.
SUPPLIED = "Supplied by the platform."


class Scheduler(DatabaseScheduler):
    """Takes each task of the code into the database once and keeps what staff have made of it since."""

    _next_sign_of_life = 0.0

    def setup_schedule(self) -> None:
        schedule_install(self.app.conf.beat_schedule)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._next_sign_of_life:
            self._next_sign_of_life = time.monotonic() + BEAT_SECONDS
            try:
                beat_record()
            except RedisError as error:  # tasks cannot be sent either, which the log tells at length
                logger.warning("beat cannot say that it runs: %s", error)
        return min(super().tick(*args, **kwargs), BEAT_SECONDS)


def schedule_install(entries: dict[str, dict[str, Any]]) -> None:
    """Add the tasks that are new, drop those that the code does not have any more, and leave the others as they are."""
    with transaction.atomic():
        gone = PeriodicTask.objects.filter(description=SUPPLIED).exclude(name__in=entries)
        if gone.exists():
            gone.delete()
            PeriodicTasks.update_changed()
        known = dict(PeriodicTask.objects.filter(name__in=entries).values_list("name", "task"))
        for name, entry in entries.items():
            if name not in known:
                PeriodicTask.objects.create(
                    name=name,
                    task=entry["task"],
                    description=SUPPLIED,
                    expire_seconds=entry.get("options", {}).get("expires"),
                    **schedule_fields(entry["schedule"]),
                )
            elif known[name] != entry["task"]:
                PeriodicTask.objects.filter(name=name).update(task=entry["task"])
                PeriodicTasks.update_changed()


def schedule_fields(schedule: Any) -> dict[str, Any]:
    """Return what a `PeriodicTask` has of a schedule of the settings: seconds, or a crontab."""
    if isinstance(schedule, schedules.crontab):
        crontab, _created = CrontabSchedule.objects.get_or_create(
            minute=schedule._orig_minute,
            hour=schedule._orig_hour,
            day_of_week=schedule._orig_day_of_week,
            day_of_month=schedule._orig_day_of_month,
            month_of_year=schedule._orig_month_of_year,
            timezone="UTC",
        )
        return {"crontab": crontab, "interval": None}
    return {"interval": every(int(schedule)), "crontab": None}


def every(seconds: int) -> IntervalSchedule:
    """Return the interval of so many seconds."""
    interval, _created = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    return interval
