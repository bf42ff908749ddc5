"""Proofs of payment can be erased when their time is over, and only so: first marked, then deleted."""

from django.db import migrations, models

ERASED_ONLY = """
CREATE FUNCTION trading_depositproof_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.erased_at IS NOT NULL THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND to_jsonb(OLD) - 'erased_at' = to_jsonb(NEW) - 'erased_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER trading_depositproof_no_rewrite ON trading_depositproof;
CREATE TRIGGER trading_depositproof_no_rewrite BEFORE UPDATE OR DELETE ON trading_depositproof
    FOR EACH ROW EXECUTE FUNCTION trading_depositproof_kept();
"""
ERASED_ONLY_REVERSED = """
DROP TRIGGER trading_depositproof_no_rewrite ON trading_depositproof;
CREATE TRIGGER trading_depositproof_no_rewrite BEFORE UPDATE OR DELETE ON trading_depositproof
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
DROP FUNCTION trading_depositproof_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0022_nightly_margin_rate"), ("kyc", "0003_retention")]

    operations = [
        migrations.AddField(
            model_name="depositproof",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(ERASED_ONLY, ERASED_ONLY_REVERSED),
    ]
