"""Who else looks at symbols."""

from django.db import migrations

from accounts.roles import Role, grant


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_desks"),
        ("marketdata", "0007_commission_currencies"),
    ]

    operations = [
        migrations.RunPython(
            grant(["marketdata.symbol.view_symbol"], Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.DEALER),
            migrations.RunPython.noop,
        ),
    ]
