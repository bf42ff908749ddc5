from django.db import migrations, models

# What the log held until now counts as followed: where it was followed to was not kept.
FOLLOWED_UNTIL_NOW = """
    UPDATE trading_enginecheckpoint SET shard = shard || '/' || shards,
        log_xid = pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, log_id = 9223372036854775807
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0009_conditions_versions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='enginecheckpoint',
            name='shard',
            field=models.CharField(max_length=16, primary_key=True, serialize=False),
        ),
        migrations.AddField(
            model_name='enginecheckpoint',
            name='log_xid',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='enginecheckpoint',
            name='log_id',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(FOLLOWED_UNTIL_NOW, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='enginecheckpoint', name='shards'),
    ]
