"""The event log refuses to be rewritten, whoever asks."""

from django.db import migrations

FORBID = """
CREATE FUNCTION core_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'core_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER core_event_no_rewrite BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION core_event_append_only();
CREATE TRIGGER core_event_no_truncate BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT EXECUTE FUNCTION core_event_append_only();
"""
ALLOW = """
DROP TRIGGER core_event_no_truncate ON core_event;
DROP TRIGGER core_event_no_rewrite ON core_event;
DROP FUNCTION core_event_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
