"""Back office looks; admins act, too."""

from django.db import migrations

from accounts.roles import Role, grant

VIEW = [
    f"trading.{model}.view_{model}"
    for model in (
        "accountgroup",
        "groupinstrument",
        "tradingaccount",
        "order",
        "position",
        "deal",
        "ledgertransaction",
        "posting",
    )
]
ACT = [
    "trading.tradingaccount.move_money",
    "trading.tradingaccount.manage_trading",
    "trading.accountgroup.add_accountgroup",
    "trading.accountgroup.change_accountgroup",
    "trading.groupinstrument.add_groupinstrument",
    "trading.groupinstrument.change_groupinstrument",
    "trading.groupinstrument.delete_groupinstrument",
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("trading", "0004_default_group"),
    ]

    operations = [
        migrations.RunPython(grant(VIEW, Role.BACK_OFFICE, Role.ADMIN), migrations.RunPython.noop),
        migrations.RunPython(grant(ACT, Role.ADMIN), migrations.RunPython.noop),
    ]
