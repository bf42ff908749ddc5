"""Money moved by hand that takes two members of staff, and what must be true of it whoever writes it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import trading.models.fields
from accounts.roles import Role, grant

RULES = """
-- What was asked never changes, and nothing does once it is decided.
CREATE FUNCTION trading_booking_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'waiting'
        OR to_jsonb(OLD) - '{status,decided_by_id,decided_at,answer,booked_seq}'::text[]
            <> to_jsonb(NEW) - '{status,decided_by_id,decided_at,answer,booked_seq}'::text[] THEN
        RAISE EXCEPTION '% %: what was asked or decided does not change', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_unchanged';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trading_booking_decided_once BEFORE UPDATE ON trading_booking
    FOR EACH ROW EXECUTE FUNCTION trading_booking_decided_once();
CREATE TRIGGER trading_booking_no_delete BEFORE DELETE ON trading_booking
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_booking_no_truncate BEFORE TRUNCATE ON trading_booking
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
-- What is booked is in the ledger, with the amount and the reason that were asked for.
CREATE FUNCTION trading_booking_in_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_ledgertransaction movement
        JOIN trading_posting posting ON posting.transaction_id = movement.id
        JOIN trading_ledgeraccount ledger ON ledger.id = posting.ledger_account_id
        WHERE movement.account_id = NEW.account_id AND movement.event_seq = NEW.booked_seq
            AND movement.reason = NEW.kind AND movement.reference = NEW.reason
            AND ledger.trading_account_id = NEW.account_id AND posting.amount = NEW.amount
    ) THEN
        RAISE EXCEPTION 'booking %: % is not in the ledger', NEW.id, NEW.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_in_ledger';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_booking_in_ledger AFTER INSERT OR UPDATE ON trading_booking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.booked_seq IS NOT NULL)
    EXECUTE FUNCTION trading_booking_in_ledger();
"""
RULES_REVERSED = """
DROP TRIGGER trading_booking_in_ledger ON trading_booking;
DROP FUNCTION trading_booking_in_ledger();
DROP TRIGGER trading_booking_no_truncate ON trading_booking;
DROP TRIGGER trading_booking_no_delete ON trading_booking;
DROP TRIGGER trading_booking_decided_once ON trading_booking;
DROP FUNCTION trading_booking_decided_once();
"""
SEEN = (
    ["trading.booking.view_booking"],
    (Role.READ_ONLY, Role.COMPLIANCE, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN),
)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trading", "0023_proofs_have_an_end"),
    ]

    operations = [
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('deposit', 'Deposit'), ('withdrawal', 'Withdrawal'), ('credit', 'Credit'), ('adjustment', 'Adjustment')], max_length=10, verbose_name='what it is')),
                ('amount', trading.models.fields.MoneyField(decimal_places=8, max_digits=24, verbose_name='amount')),
                ('reason', models.CharField(max_length=100, verbose_name='reason')),
                ('submission', models.CharField(editable=False, max_length=64)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('booked', 'Booked'), ('declined', 'Declined')], default='waiting', max_length=8, verbose_name='status')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='why not')),
                ('booked_seq', models.BigIntegerField(null=True, verbose_name='booked by event')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='trading.tradingaccount', verbose_name='account')),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'booking by hand',
                'verbose_name_plural': 'bookings by hand',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['account', 'id'], name='booking_account'), models.Index(condition=models.Q(('status', 'waiting')), fields=['id'], name='booking_waiting')],
                'constraints': [models.UniqueConstraint(fields=('account', 'submission'), name='booking_asked_once'), models.UniqueConstraint(fields=('account', 'booked_seq'), name='booking_booked_once'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='booking_amount'), models.CheckConstraint(condition=models.Q(models.Q(('booked_seq', None), ('decided_by', None), ('status', 'waiting')), models.Q(('booked_seq__isnull', False), ('decided_by__isnull', False), ('status', 'booked')), models.Q(('booked_seq', None), ('decided_by__isnull', False), ('status', 'declined')), _connector='OR'), name='booking_status'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'booked'), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='booking_four_eyes')],
            },
        ),
        migrations.RunSQL(RULES, RULES_REVERSED),
        migrations.RunPython(grant(SEEN[0], *SEEN[1]), migrations.RunPython.noop),
    ]
