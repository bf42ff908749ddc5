"""Whoever is changed is so for those who follow changes, whichever program wrote the row.

Signing in, and ending everything by which a person is signed in, is no change of the person.
"""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION accounts_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        OLD.email, OLD.full_name, OLD.email_verified_at, OLD.time_zone, OLD.language, OLD.is_active, OLD.is_staff,
        OLD.external_id, OLD.access_level, OLD.flags, OLD.leverage_max, OLD.deposits_maximum, OLD.withdrawals_allowed,
        OLD.updated_at
    ) IS NOT DISTINCT FROM (
        NEW.email, NEW.full_name, NEW.email_verified_at, NEW.time_zone, NEW.language, NEW.is_active, NEW.is_staff,
        NEW.external_id, NEW.access_level, NEW.flags, NEW.leverage_max, NEW.deposits_maximum, NEW.withdrawals_allowed,
        NEW.updated_at
    ) THEN
        NEW.changed_xid := OLD.changed_xid;
        RETURN NEW;
    END IF;
    NEW.changed_xid := pg_current_xact_id()::text::bigint;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_user_changed BEFORE INSERT OR UPDATE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_user_changed();
"""
FORGET = """
DROP TRIGGER accounts_user_changed ON accounts_user;
DROP FUNCTION accounts_user_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_what_the_house_sets")]

    operations = [migrations.RunSQL(FOLLOW, FORGET)]
