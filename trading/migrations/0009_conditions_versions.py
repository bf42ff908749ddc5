"""What groups traded under, and since when, for good."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

CHANGED = """
CREATE OR REPLACE FUNCTION trading_configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trading_configuration (id, version, changed_at) VALUES (1, gen_random_uuid(), clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at;
    RETURN NULL;
END $$;
"""
CHANGED_REVERSED = """
CREATE OR REPLACE FUNCTION trading_configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trading_configuration (id, version) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$;
"""
APPEND_ONLY = """
CREATE TRIGGER trading_conditionsversion_no_rewrite BEFORE UPDATE OR DELETE ON trading_conditionsversion
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_conditionsversion_no_truncate BEFORE TRUNCATE ON trading_conditionsversion
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
"""
APPEND_ONLY_REVERSED = """
DROP TRIGGER trading_conditionsversion_no_truncate ON trading_conditionsversion;
DROP TRIGGER trading_conditionsversion_no_rewrite ON trading_conditionsversion;
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0008_swap_and_commission")]

    operations = [
        migrations.AddField(
            model_name="configuration",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.RunSQL(CHANGED, CHANGED_REVERSED),
        migrations.CreateModel(
            name="ConditionsVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.UUIDField(verbose_name="version")),
                ("effective_from", models.DateTimeField(verbose_name="effective from")),
                ("document", models.JSONField(verbose_name="policy and specifications")),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="trading.accountgroup",
                        verbose_name="group",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of conditions",
                "verbose_name_plural": "versions of conditions",
                "ordering": ["-effective_from"],
                "indexes": [models.Index(fields=["group", "effective_from"], name="conditions_effective")],
                "constraints": [models.UniqueConstraint(fields=("group", "version"), name="conditions_version")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSED),
    ]
