"""Which desks write down what the house knows of a client, and which set what a client may do."""

from django.db import migrations

from accounts.roles import Role, grant

GRANTS = (
    (["accounts.user.annotate_client"], (Role.SUPPORT, Role.COMPLIANCE, Role.FINANCE, Role.ADMIN)),
    (["accounts.user.limit_client"], (Role.COMPLIANCE, Role.ADMIN)),
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_visits")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [
                    ("suspend_user", "Can suspend and activate clients"),
                    ("manage_staff", "Can invite, suspend and change the roles of staff"),
                    ("reset_totp", "Can reset the two-step sign-in of clients"),
                    ("annotate_client", "Can set flags of clients and write notes about them"),
                    ("limit_client", "Can set access and limits of clients"),
                ],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
        *(migrations.RunPython(grant(permissions, *roles), migrations.RunPython.noop) for permissions, roles in GRANTS),
    ]
