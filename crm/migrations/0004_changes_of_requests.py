"""Deposits and withdrawals in the order of their last change, whichever program wrote the row."""

import django.db.models.deletion
from django.db import migrations, models

FOLLOW = """
CREATE FUNCTION crm_{kind}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm_{kind}change ({kind}_id, changed_xid, updated_at)
    VALUES (NEW.id, pg_current_xact_id()::text::bigint, clock_timestamp())
    ON CONFLICT ({kind}_id) DO UPDATE SET changed_xid = excluded.changed_xid, updated_at = excluded.updated_at;
    RETURN NULL;
END $$;
CREATE TRIGGER crm_{kind}_changed AFTER INSERT OR UPDATE ON trading_{kind}
    FOR EACH ROW EXECUTE FUNCTION crm_{kind}_changed();
INSERT INTO crm_{kind}change ({kind}_id, changed_xid, updated_at)
    SELECT id, 0, COALESCE(decided_at, requested_at) FROM trading_{kind};
"""
FORGET = """
DROP TRIGGER crm_{kind}_changed ON trading_{kind};
DROP FUNCTION crm_{kind}_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_counted_reads"), ("trading", "0020_house_cash_by_currency")]

    operations = [
        migrations.CreateModel(
            name='DepositChange',
            fields=[
                ('changed_xid', models.BigIntegerField()),
                ('updated_at', models.DateTimeField(verbose_name='changed')),
                ('deposit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='change', serialize=False, to='trading.deposit')),
            ],
            options={
                'verbose_name': 'change of a deposit',
                'verbose_name_plural': 'changes of deposits',
                'abstract': False,
                'indexes': [models.Index(fields=['changed_xid'], name='depositchange_order')],
            },
        ),
        migrations.CreateModel(
            name='WithdrawalChange',
            fields=[
                ('changed_xid', models.BigIntegerField()),
                ('updated_at', models.DateTimeField(verbose_name='changed')),
                ('withdrawal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='change', serialize=False, to='trading.withdrawal')),
            ],
            options={
                'verbose_name': 'change of a withdrawal',
                'verbose_name_plural': 'changes of withdrawals',
                'abstract': False,
                'indexes': [models.Index(fields=['changed_xid'], name='withdrawalchange_order')],
            },
        ),
        *(
            migrations.RunSQL(FOLLOW.format(kind=kind), FORGET.format(kind=kind)) for kind in ("deposit", "withdrawal")
        ),
    ]
