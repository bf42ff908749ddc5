from datetime import datetime, timedelta

import pytest
from celery import schedules
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from forexpro.celery import app
from forexpro.core.events.chain import Origin
from forexpro.core.events.sentences import sentence
from forexpro.core.heartbeat import beat_age
from forexpro.core.models import Event
from forexpro.core.refusals import Refused
from forexpro.core.schedules.changes import SECONDS_MAX, schedule_change_apply
from forexpro.core.schedules.scheduler import SUPPLIED, Scheduler, schedule_install

STAFF = Origin(actor="staff:7")
ENTRIES = {
    "sweep": {"task": "trading.tasks.sweep_margins", "schedule": 30},
    "expire": {"task": "trading.tasks.expire_orders", "schedule": 60, "options": {"expires": 60}},
    "verify": {"task": "forexpro.core.tasks.verify_event_log", "schedule": schedules.crontab(hour=0, minute=20)},
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def installed():
    schedule_install(ENTRIES)


def task(name):
    return PeriodicTask.objects.get(name=name)


def change(name, *, enabled=True, **times):
    return schedule_change_apply(task_id=task(name).pk, enabled=enabled, origin=STAFF, **times)


def test_every_task_of_the_code_is_taken_into_the_database():
    schedule_install(settings.CELERY_BEAT_SCHEDULE)
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == set(settings.CELERY_BEAT_SCHEDULE)
    assert set(PeriodicTask.objects.values_list("description", flat=True)) == {SUPPLIED}
    app.loader.import_default_modules()
    assert all(entry.task in app.tasks for entry in PeriodicTask.objects.all())


def test_takes_interval_time_and_expiry_of_a_task(installed):
    assert task("sweep").schedule.run_every == timedelta(seconds=30)
    assert task("expire").expire_seconds == 60
    assert (task("verify").crontab.hour, task("verify").crontab.minute) == ("0", "20")


def test_what_staff_changed_outlives_the_next_start_of_beat(installed):
    change("sweep", seconds=45)
    change("expire", enabled=False, seconds=60)
    schedule_install(ENTRIES)
    assert task("sweep").interval.every == 45
    assert not task("expire").enabled


def test_a_task_that_has_left_the_code_leaves_the_database_and_one_of_staff_stays(installed):
    interval = IntervalSchedule.objects.first()
    PeriodicTask.objects.create(name="of our own", task="trading.tasks.roll_over", interval=interval)
    before = PeriodicTasks.last_change()
    schedule_install({"sweep": ENTRIES["sweep"]})
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {"sweep", "of our own"}
    assert PeriodicTasks.last_change() > before, "a running beat must notice"


def test_a_task_that_moved_in_the_code_moves(installed):
    schedule_install(ENTRIES | {"sweep": {"task": "trading.tasks.roll_over", "schedule": 30}})
    assert task("sweep").task == "trading.tasks.roll_over"


def test_a_change_is_an_event_with_before_and_after(installed):
    change("sweep", enabled=False, seconds=45)
    event = Event.objects.get(stream="staff:7")
    assert event.payload == {
        "object": f"django_celery_beat.periodictask:{task('sweep').pk}",
        "name": "sweep",
        "changes": {"enabled": {"before": True, "after": False}, "seconds": {"before": 30, "after": 45}},
    }
    assert sentence(event) == "Schedule of sweep changed: enabled False, seconds 45."


def test_another_time_of_day(installed):
    change("verify", hour=3, minute=5)
    assert Event.objects.get(stream="staff:7").payload["changes"] == {"time": {"before": "00:20", "after": "03:05"}}
    assert task("verify").schedule == schedules.crontab(hour=3, minute=5)


def test_a_task_that_runs_at_several_times_is_switched_on_and_off_only():
    schedule_install({"hourly": {"task": "trading.tasks.roll_over", "schedule": schedules.crontab(minute=15)}})
    change("hourly", enabled=False)
    assert not task("hourly").enabled
    assert task("hourly").schedule == schedules.crontab(minute=15)
    assert Event.objects.get(stream="staff:7").payload["changes"] == {"enabled": {"before": True, "after": False}}


def test_what_is_as_it_was_is_no_event(installed):
    change("sweep", seconds=30)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("sweep", {"seconds": 0}),
        ("sweep", {"seconds": SECONDS_MAX + 1}),
        ("sweep", {}),
        ("sweep", {"hour": 1, "minute": 1}),
        ("verify", {"hour": 24, "minute": 0}),
        ("verify", {"hour": 0, "minute": 60}),
        ("verify", {"seconds": 5}),
    ],
)
def test_nonsense_is_refused(installed, name, times):
    before = task(name).schedule
    with pytest.raises(Refused, match="schedule_invalid"):
        change(name, **times)
    assert task(name).schedule == before
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_beat_runs_what_the_database_says_and_tells_that_it_runs(redis, monkeypatch):
    sent = []
    monkeypatch.setattr(Scheduler, "setup_schedule", lambda self: schedule_install({"sweep": ENTRIES["sweep"]}))
    monkeypatch.setattr(Scheduler, "apply_async", lambda self, entry, **options: sent.append(entry.task))
    assert beat_age() is None
    scheduler = Scheduler(app)
    scheduler._finalize.cancel()  # it would write once more when the tests have ended
    assert scheduler.tick() <= 5
    assert beat_age() < 60
    assert sent == []

    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(minutes=5))
    PeriodicTasks.update_changed()
    scheduler.tick()  # notices
    scheduler.tick()
    assert sent == ["trading.tasks.sweep_margins"]
    assert isinstance(scheduler.schedule["sweep"].last_run_at, datetime)
