"""What must be true of deposits, withdrawals and transfers whoever writes them; and who may look and decide."""

from django.db import migrations

from accounts.roles import Role, grant

TRANSITIONS = """
-- A request goes through its states in the allowed order, and what was asked for never changes.
CREATE FUNCTION trading_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status = ANY (TG_ARGV::text[])) THEN
        RAISE EXCEPTION '% %: % to % is not allowed', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_transition';
    END IF;
    IF (NEW.id, NEW.account_id, NEW.method_id, NEW.amount, NEW.fee, NEW.payment_amount, NEW.payment_currency, NEW.rate,
        NEW.base_amount, NEW.reference, NEW.requested_at) IS DISTINCT FROM
       (OLD.id, OLD.account_id, OLD.method_id, OLD.amount, OLD.fee, OLD.payment_amount, OLD.payment_currency, OLD.rate,
        OLD.base_amount, OLD.reference, OLD.requested_at)
       OR (OLD.booked_seq IS NOT NULL AND NEW.booked_seq IS DISTINCT FROM OLD.booked_seq) THEN
        RAISE EXCEPTION '% %: what was requested or booked does not change', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'request_unchanged';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trading_request_moves BEFORE UPDATE ON trading_deposit FOR EACH ROW
    EXECUTE FUNCTION trading_request_moves(
        'requested>in_review', 'requested>approved', 'requested>declined', 'requested>failed', 'requested>cancelled',
        'in_review>approved', 'in_review>declined', 'in_review>failed', 'in_review>cancelled');
CREATE TRIGGER trading_request_moves BEFORE UPDATE ON trading_withdrawal FOR EACH ROW
    EXECUTE FUNCTION trading_request_moves(
        'requested>in_review', 'requested>approved', 'requested>declined', 'requested>cancelled',
        'in_review>approved', 'in_review>declined', 'in_review>cancelled', 'approved>paid', 'approved>failed');
CREATE TRIGGER trading_deposit_no_delete BEFORE DELETE ON trading_deposit
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_deposit_no_truncate BEFORE TRUNCATE ON trading_deposit
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_withdrawal_no_delete BEFORE DELETE ON trading_withdrawal
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_withdrawal_no_truncate BEFORE TRUNCATE ON trading_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_transfer_no_rewrite BEFORE UPDATE OR DELETE ON trading_transfer
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_transfer_no_truncate BEFORE TRUNCATE ON trading_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
"""
TRANSITIONS_REVERSED = """
DROP TRIGGER trading_transfer_no_truncate ON trading_transfer;
DROP TRIGGER trading_transfer_no_rewrite ON trading_transfer;
DROP TRIGGER trading_withdrawal_no_truncate ON trading_withdrawal;
DROP TRIGGER trading_withdrawal_no_delete ON trading_withdrawal;
DROP TRIGGER trading_deposit_no_truncate ON trading_deposit;
DROP TRIGGER trading_deposit_no_delete ON trading_deposit;
DROP TRIGGER trading_request_moves ON trading_withdrawal;
DROP TRIGGER trading_request_moves ON trading_deposit;
DROP FUNCTION trading_request_moves();
"""

RESERVED = """
-- What an account has reserved is what its withdrawals that are under way ask for.
CREATE FUNCTION trading_reserved_matches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account bigint;
    in_account numeric;
    requested numeric;
BEGIN
    IF TG_TABLE_NAME = 'trading_withdrawal' THEN account := NEW.account_id; ELSE account := NEW.id; END IF;
    SELECT reserved INTO in_account FROM trading_tradingaccount WHERE id = account;
    SELECT coalesce(sum(amount), 0) INTO requested FROM trading_withdrawal
        WHERE account_id = account AND status IN ('requested', 'in_review', 'approved');
    IF in_account <> requested THEN
        RAISE EXCEPTION 'account %: % is reserved, its withdrawals ask for %', account, in_account, requested
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_reserved_matches';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_reserved_matches AFTER INSERT OR UPDATE OF reserved ON trading_tradingaccount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reserved <> 0) EXECUTE FUNCTION trading_reserved_matches();
CREATE CONSTRAINT TRIGGER trading_reserved_matches AFTER INSERT OR UPDATE OF status ON trading_withdrawal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trading_reserved_matches();
"""
RESERVED_REVERSED = """
DROP TRIGGER trading_reserved_matches ON trading_withdrawal;
DROP TRIGGER trading_reserved_matches ON trading_tradingaccount;
DROP FUNCTION trading_reserved_matches();
"""

BOOKED = """
-- What a request or a transfer says was booked is in the ledger, with that amount and under its name.
CREATE FUNCTION trading_funding_booked(account bigint, seq bigint, why text, cause text, expected numeric)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_ledgertransaction movement
        JOIN trading_posting posting ON posting.transaction_id = movement.id
        JOIN trading_ledgeraccount ledger ON ledger.id = posting.ledger_account_id
        WHERE movement.account_id = account AND movement.event_seq = seq AND movement.reason = why
            AND movement.reference = cause AND ledger.trading_account_id = account AND posting.amount = expected
    ) THEN
        RAISE EXCEPTION '% is not booked by event % of account % with %', cause, seq, account, expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funding_booked';
    END IF;
END $$;
CREATE FUNCTION trading_deposit_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM trading_funding_booked(NEW.account_id, NEW.booked_seq, 'deposit', 'deposit:' || NEW.id, NEW.amount);
    RETURN NULL;
END $$;
CREATE FUNCTION trading_withdrawal_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM trading_funding_booked(
        NEW.account_id, NEW.booked_seq, 'withdrawal', 'withdrawal:' || NEW.id, NEW.fee - NEW.amount);
    RETURN NULL;
END $$;
CREATE FUNCTION trading_transfer_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM trading_funding_booked(NEW.source_id, NEW.source_seq, 'transfer', 'transfer:' || NEW.id, -NEW.amount);
    PERFORM trading_funding_booked(NEW.target_id, NEW.target_seq, 'transfer', 'transfer:' || NEW.id, NEW.received);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_deposit_booked AFTER INSERT OR UPDATE ON trading_deposit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.booked_seq IS NOT NULL)
    EXECUTE FUNCTION trading_deposit_booked();
CREATE CONSTRAINT TRIGGER trading_withdrawal_booked AFTER INSERT OR UPDATE ON trading_withdrawal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.booked_seq IS NOT NULL)
    EXECUTE FUNCTION trading_withdrawal_booked();
CREATE CONSTRAINT TRIGGER trading_transfer_booked AFTER INSERT ON trading_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trading_transfer_booked();
"""
BOOKED_REVERSED = """
DROP TRIGGER trading_transfer_booked ON trading_transfer;
DROP TRIGGER trading_withdrawal_booked ON trading_withdrawal;
DROP TRIGGER trading_deposit_booked ON trading_deposit;
DROP FUNCTION trading_transfer_booked();
DROP FUNCTION trading_withdrawal_booked();
DROP FUNCTION trading_deposit_booked();
DROP FUNCTION trading_funding_booked(bigint, bigint, text, text, numeric);
"""

VIEW = [
    f"trading.{model}.view_{model}" for model in ("deposit", "withdrawal", "transfer", "paymentmethod", "paymentterms")
]
DECIDE = ["trading.deposit.decide_deposit", "trading.withdrawal.decide_withdrawal"]
ARRANGE = [
    f"trading.{model}.{verb}_{model}" for model in ("paymentmethod", "paymentterms") for verb in ("add", "change")
] + ["trading.paymentterms.delete_paymentterms"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_desks"), ("trading", "0015_funding")]

    operations = [
        migrations.RunSQL(TRANSITIONS, TRANSITIONS_REVERSED),
        migrations.RunSQL(RESERVED, RESERVED_REVERSED),
        migrations.RunSQL(BOOKED, BOOKED_REVERSED),
        migrations.RunPython(
            grant(
                VIEW,
                Role.READ_ONLY, Role.SUPPORT, Role.COMPLIANCE, Role.DEALER, Role.FINANCE, Role.BACK_OFFICE, Role.ADMIN,
            ),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(grant(DECIDE, Role.FINANCE, Role.ADMIN), migrations.RunPython.noop),
        migrations.RunPython(grant(ARRANGE, Role.ADMIN), migrations.RunPython.noop),
    ]
