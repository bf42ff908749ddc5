"""Who manages webhooks: admins, and super admins, who need no grant."""

from django.db import migrations

from accounts.roles import Role, grant


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_planned_changes"), ("core", "0005_webhooks"), ("crm", "0001_service_api")]

    operations = [
        migrations.RunPython(
            grant(
                [
                    "core.webhookendpoint.view_webhookendpoint",
                    "core.webhookendpoint.add_webhookendpoint",
                    "core.webhookendpoint.change_webhookendpoint",
                    "core.webhookdelivery.view_webhookdelivery",
                    "core.webhookdelivery.change_webhookdelivery",
                ],
                Role.ADMIN,
            ),
            migrations.RunPython.noop,
        )
    ]
