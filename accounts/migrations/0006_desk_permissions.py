"""What each desk may see and do about people, the audit log and the schedules."""

from django.db import migrations

from accounts.roles import Role, grant

GRANTS = (
    (["accounts.user.view_user"], (Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE)),
    (["accounts.user.change_user"], (Role.SUPPORT,)),
    (["accounts.user.suspend_user"], (Role.COMPLIANCE,)),
    (["core.event.view_event"], (Role.READ_ONLY, Role.COMPLIANCE)),
    (["django_celery_beat.periodictask.view_periodictask"], (Role.READ_ONLY, Role.BACK_OFFICE, Role.ADMIN)),
    (["django_celery_beat.periodictask.change_periodictask"], (Role.ADMIN,)),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_notices_beside_sign_in"),
        ("accounts", "0005_tokens_and_keys"),
        ("core", "0003_verification"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunPython(grant(permissions, *roles), migrations.RunPython.noop) for permissions, roles in GRANTS
    ]
