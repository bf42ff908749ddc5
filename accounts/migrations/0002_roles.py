"""Create the roles and grant them what concerns people and the audit log."""

from django.db import migrations

from accounts.roles import Role, grant


def create_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role in Role:
        Group.objects.get_or_create(name=role.value)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0002_event_append_only"),
    ]

    operations = [
        migrations.RunPython(create_groups, migrations.RunPython.noop),
        migrations.RunPython(
            grant(["accounts.user.view_user", "core.event.view_event"], Role.BACK_OFFICE, Role.ADMIN),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(
            grant(["accounts.user.change_user", "accounts.user.suspend_user"], Role.ADMIN),
            migrations.RunPython.noop,
        ),
    ]
