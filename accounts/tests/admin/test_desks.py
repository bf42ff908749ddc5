"""What each desk sees and does about people, through the pages that they use."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from accounts.models import User
from accounts.roles import Role
from accounts.tests.conftest import user_roles
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db
DESKS = [role for role in Role if role.is_staff]
SEES = {*DESKS} - {Role.DEALER}
CORRECTS = {Role.SUPPORT, Role.ADMIN, Role.SUPER_ADMIN}
SUSPENDS = {Role.COMPLIANCE, Role.ADMIN, Role.SUPER_ADMIN}
READS_THE_LOG = {Role.READ_ONLY, Role.COMPLIANCE, Role.BACK_OFFICE, Role.ADMIN, Role.SUPER_ADMIN}
SETS_SCHEDULES = {Role.ADMIN, Role.SUPER_ADMIN}
READS_SCHEDULES = {Role.READ_ONLY, Role.BACK_OFFICE, *SETS_SCHEDULES}
LIST = "/admin/accounts/user/"


@pytest.fixture
def desk(person, client):
    """Return what signs somebody of a role in."""

    def enter(role):
        client.force_login(person(f"{role.name.lower()}@example.org", role))
        return client

    return enter


@pytest.fixture
def stranger(person):
    return person("stranger@example.org", full_name="A Stranger", verified=False)


def press(client, user, action, **fields):
    return client.post(f"{LIST}{user.pk}/{action}/", {"_form_submitted": "True", **fields})


def state(user):
    user.refresh_from_db()
    return user.full_name, user.is_active, user_roles(user), Event.objects.filter(stream=user.stream).count()


@pytest.mark.parametrize("role", DESKS)
def test_who_sees_people(desk, stranger, role):
    status = 200 if role in SEES else 403
    client = desk(role)
    assert client.get(LIST).status_code == status
    assert client.get(f"{LIST}{stranger.pk}/change/").status_code == status


@pytest.mark.parametrize("role", DESKS)
def test_who_corrects_a_profile(desk, stranger, role):
    client = desk(role)
    before = state(stranger)
    client.post(f"{LIST}{stranger.pk}/change/", {"full_name": "Corrected", "time_zone": "UTC"})
    assert (state(stranger) != before) == (role in CORRECTS)


@pytest.mark.parametrize("role", DESKS)
def test_who_suspends(desk, stranger, role):
    client = desk(role)
    before = state(stranger)
    press(client, stranger, "suspend", reason="Chargeback")
    if role in SUSPENDS:
        assert not state(stranger)[1]
    else:
        assert state(stranger) == before


@pytest.mark.parametrize("role", DESKS)
@pytest.mark.parametrize("action", ["resend_verification", "send_password_reset"])
def test_who_has_mails_sent(desk, stranger, role, action, committing):
    client = desk(role)
    with committing():
        press(client, stranger, action)
    assert [message.to for message in mail.outbox] == [[stranger.email]] * (role in CORRECTS)


@pytest.mark.parametrize("role", DESKS)
def test_only_super_admins_manage_staff(desk, person, stranger, role):
    colleague = person("colleague@example.org", Role.SUPPORT)
    client = desk(role)
    before = state(colleague)
    press(client, colleague, "suspend", reason="x")
    press(client, colleague, "change_role", role=Role.ADMIN.value)
    client.post(f"{LIST}{colleague.pk}/change/", {"full_name": "Renamed", "time_zone": "UTC"})
    client.post(f"{LIST}add/", {"email": "new@example.org", "full_name": "New", "role": Role.ADMIN.value})
    assert (state(colleague) != before) == (role is Role.SUPER_ADMIN)
    assert User.objects.filter(email="new@example.org").exists() == (role is Role.SUPER_ADMIN)


@pytest.mark.parametrize("role", DESKS)
def test_who_reads_the_audit_log(desk, stranger, role):
    client = desk(role)
    status = 200 if role in READS_THE_LOG else 403
    assert client.get("/admin/core/event/").status_code == status
    exports = Event.objects.filter(type="staff.audit_log_exported")
    assert client.get("/admin/core/event/export/").status_code == status
    assert exports.exists() == (role in READS_THE_LOG)
    if role in SEES:
        page = client.get(f"{LIST}{stranger.pk}/change/").content.decode()
        assert ("What happened" in page) == (role in READS_THE_LOG)


@pytest.mark.parametrize("role", DESKS)
def test_who_sets_schedules(desk, role):
    from django.conf import settings
    from django_celery_beat.models import PeriodicTask

    from forexpro.core.schedules.scheduler import schedule_install

    schedule_install(settings.CELERY_BEAT_SCHEDULE)
    task = PeriodicTask.objects.get(name="sweep-margins")
    client = desk(role)
    address = f"/admin/django_celery_beat/periodictask/{task.pk}/change/"
    assert client.get("/admin/django_celery_beat/periodictask/").status_code == (
        200 if role in READS_SCHEDULES else 403
    )
    client.post(address, {"enabled": "on", "seconds": "45"})
    task.refresh_from_db()
    assert task.interval.every == (45 if role in SETS_SCHEDULES else 30)
    assert Event.objects.filter(type="staff.schedule_changed").exists() == (role in SETS_SCHEDULES)


def test_a_schedule_says_when_it_ran_last(desk):
    from django_celery_beat.models import PeriodicTask

    from forexpro.core.schedules.scheduler import schedule_install

    schedule_install({"sweep": {"task": "trading.tasks.sweep_margins", "schedule": 30}})
    page = f"/admin/django_celery_beat/periodictask/{PeriodicTask.objects.get().pk}/change/"
    client = desk(Role.ADMIN)
    assert "29 Nov 2026, 06:07" not in client.get(page).content.decode()
    PeriodicTask.objects.update(last_run_at=datetime(2026, 11, 29, 6, 7, 8, tzinfo=UTC))
    assert "29 Nov 2026, 06:07" in client.get(page).content.decode()


@pytest.mark.parametrize("role", DESKS)
def test_everybody_on_the_staff_has_a_home_and_sees_what_runs(desk, role):
    client = desk(role)
    for address in ("/admin/", "/admin/status/"):
        assert client.get(address).status_code == 200


def test_read_only_changes_nothing_anywhere(desk, stranger):
    """Whatever has been added to the back office, this desk has no permission but to look."""
    client = desk(Role.READ_ONLY)
    reader = User.objects.get(email="read_only@example.org")
    allowed = {name.rpartition(".")[2] for name in reader.get_all_permissions()}
    assert allowed
    assert all(name.startswith("view_") for name in allowed)
    assert not any("document" in name for name in allowed)
    assert client.get("/admin/").status_code == 200
