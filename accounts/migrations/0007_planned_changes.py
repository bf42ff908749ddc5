"""Who sees what is planned about groups and symbols, and who may withdraw it: who sees and changes them."""

from django.db import migrations

from accounts.roles import Role, grant


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_desk_permissions"), ("core", "0004_planned_changes")]

    operations = [
        migrations.RunPython(
            grant(
                ["core.plannedchange.view_plannedchange"],
                *(Role.READ_ONLY, Role.COMPLIANCE, Role.DEALER, Role.BACK_OFFICE, Role.ADMIN),
            ),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(
            grant(["core.plannedchange.change_plannedchange"], Role.ADMIN), migrations.RunPython.noop
        ),
    ]
