"""What each desk may see and do about accounts and trading."""

from django.db import migrations

from accounts.roles import Role, grant


def view(*models):
    return [f"trading.{model}.view_{model}" for model in models]


TRADES = view("tradingaccount", "order", "position", "deal")
CONDITIONS = view("accountgroup", "groupinstrument", "conditionsversion")
MONEY = view("ledgertransaction", "posting")
GRANTS = (
    ([*TRADES, *CONDITIONS, *MONEY], (Role.READ_ONLY, Role.COMPLIANCE)),
    (TRADES, (Role.SUPPORT,)),
    ([*TRADES, *CONDITIONS], (Role.DEALER,)),
    ([*TRADES, *MONEY], (Role.FINANCE,)),
    (view("conditionsversion"), (Role.BACK_OFFICE, Role.ADMIN)),
    (["trading.tradingaccount.manage_trading"], (Role.DEALER,)),
    (["trading.tradingaccount.change_account_group"], (Role.DEALER, Role.ADMIN)),
    (["trading.tradingaccount.move_money"], (Role.FINANCE,)),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_desks"),
        ("trading", "0018_back_office"),
    ]

    operations = [
        migrations.RunPython(grant(permissions, *roles), migrations.RunPython.noop) for permissions, roles in GRANTS
    ]
