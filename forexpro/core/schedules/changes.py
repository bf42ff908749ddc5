"""What staff change about a regular task: how often it runs, or at what time, and whether."""

from typing import Any

from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from forexpro.core.schedules.scheduler import every

SECONDS_MAX = 24 * 3600


def schedule_change_apply(
    *, task_id: int, enabled: bool, seconds: int | None = None, hour: int | None = None, minute: int | None = None,
    origin: Origin,
) -> PeriodicTask:  # fmt: skip
    """Let a task run every `seconds`, or every day at `hour`:`minute` (UTC), inside the caller's transaction.

    What a task goes by, an interval or a time of day, stays. Refuses `schedule_invalid`.
    """
    task = PeriodicTask.objects.select_for_update(of=("self",)).select_related("interval", "crontab").get(pk=task_id)
    before = description(task)
    task.enabled = enabled
    if task.interval is not None:
        if seconds is None or not 1 <= seconds <= SECONDS_MAX:
            raise _invalid(_("A task runs every 1 to %(most)s seconds.") % {"most": SECONDS_MAX}, seconds=seconds)
        task.interval = every(seconds)
    elif "time" in before:
        if hour is None or minute is None or not (0 <= hour <= 23 and 0 <= minute <= 59):
            raise _invalid(_("A time of day is from 00:00 to 23:59."), hour=hour, minute=minute)
        task.crontab = _daily(task.crontab, hour, minute)
    after = description(task)
    if after != before:
        task.save()
        payload = {
            "object": f"django_celery_beat.periodictask:{task.pk}",
            "name": task.name,
            "changes": {
                name: {"before": before[name], "after": after[name]} for name in after if after[name] != before[name]
            },
        }
        record([NewEvent(origin.actor, "staff.schedule_changed", payload)], origin=origin)
    return task


def description(task: PeriodicTask) -> dict[str, Any]:
    """Return what staff may change about a task, as it is now."""
    shown: dict[str, Any] = {"enabled": task.enabled}
    if task.interval is not None:
        shown["seconds"] = int(task.interval.schedule.run_every.total_seconds())
    elif task.crontab is not None and task.crontab.hour.isdigit() and task.crontab.minute.isdigit():
        shown["time"] = f"{task.crontab.hour.zfill(2)}:{task.crontab.minute.zfill(2)}"
    return shown


def _daily(crontab: CrontabSchedule, hour: int, minute: int) -> CrontabSchedule:
    changed, _created = CrontabSchedule.objects.get_or_create(
        minute=str(minute),
        hour=str(hour),
        day_of_week=crontab.day_of_week,
        day_of_month=crontab.day_of_month,
        month_of_year=crontab.month_of_year,
        timezone=crontab.timezone,
    )
    return changed


def _invalid(message: str, **details: Any) -> Refused:
    return Refused("schedule_invalid", message, details)
