"""Back office looks at symbols; admins change them, too."""

from django.db import migrations

from accounts.roles import Role, grant


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("marketdata", "0002_candle"),
    ]

    operations = [
        migrations.RunPython(
            grant(["marketdata.symbol.view_symbol"], Role.BACK_OFFICE, Role.ADMIN), migrations.RunPython.noop
        ),
        migrations.RunPython(
            grant(["marketdata.symbol.add_symbol", "marketdata.symbol.change_symbol"], Role.ADMIN),
            migrations.RunPython.noop,
        ),
    ]
