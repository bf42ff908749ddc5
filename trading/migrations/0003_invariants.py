"""What must be true of the tables whoever writes them: checked by PostgreSQL, at the latest when committing."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION trading_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER trading_deal_no_rewrite BEFORE UPDATE OR DELETE ON trading_deal
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_deal_no_truncate BEFORE TRUNCATE ON trading_deal
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_ledgertransaction_no_rewrite BEFORE UPDATE OR DELETE ON trading_ledgertransaction
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_ledgertransaction_no_truncate BEFORE TRUNCATE ON trading_ledgertransaction
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_posting_no_rewrite BEFORE UPDATE OR DELETE ON trading_posting
    FOR EACH ROW EXECUTE FUNCTION trading_append_only();
CREATE TRIGGER trading_posting_no_truncate BEFORE TRUNCATE ON trading_posting
    FOR EACH STATEMENT EXECUTE FUNCTION trading_append_only();
"""
APPEND_ONLY_REVERSED = """
DROP TRIGGER trading_posting_no_truncate ON trading_posting;
DROP TRIGGER trading_posting_no_rewrite ON trading_posting;
DROP TRIGGER trading_ledgertransaction_no_truncate ON trading_ledgertransaction;
DROP TRIGGER trading_ledgertransaction_no_rewrite ON trading_ledgertransaction;
DROP TRIGGER trading_deal_no_truncate ON trading_deal;
DROP TRIGGER trading_deal_no_rewrite ON trading_deal;
DROP FUNCTION trading_append_only();
"""

LEDGER = """
-- A client's postings carry the running sum of their ledger account, without a gap.
CREATE FUNCTION trading_posting_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    client boolean;
    before numeric;
BEGIN
    SELECT trading_account_id IS NOT NULL INTO client FROM trading_ledgeraccount WHERE id = NEW.ledger_account_id;
    IF client THEN
        SELECT balance_after INTO before FROM trading_posting
            WHERE ledger_account_id = NEW.ledger_account_id ORDER BY id DESC LIMIT 1;
        IF NEW.balance_after IS DISTINCT FROM coalesce(before, 0) + NEW.amount THEN
            RAISE EXCEPTION 'posting to ledger account %: % plus % is not %',
                NEW.ledger_account_id, coalesce(before, 0), NEW.amount, NEW.balance_after
                USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balance_after';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trading_posting_continues BEFORE INSERT ON trading_posting
    FOR EACH ROW EXECUTE FUNCTION trading_posting_continues();

-- A transaction has at least two postings, of one currency, which sum to zero.
CREATE FUNCTION trading_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    movement bigint;
    total numeric;
    postings integer;
    currencies integer;
BEGIN
    IF TG_TABLE_NAME = 'trading_posting' THEN movement := NEW.transaction_id; ELSE movement := NEW.id; END IF;
    SELECT sum(amount), count(*), count(DISTINCT currency) INTO total, postings, currencies
        FROM trading_posting JOIN trading_ledgeraccount ON trading_ledgeraccount.id = ledger_account_id
        WHERE transaction_id = movement;
    IF postings < 2 OR currencies <> 1 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % has % postings in % currencies that sum to %',
            movement, postings, currencies, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_ledger_balances AFTER INSERT ON trading_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trading_ledger_balances();
CREATE CONSTRAINT TRIGGER trading_ledger_balances AFTER INSERT ON trading_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trading_ledger_balances();

-- The cached balance and credit of an account are what its newest postings say.
CREATE FUNCTION trading_account_matches_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account trading_tradingaccount%ROWTYPE;
    balance numeric;
    credit numeric;
BEGIN
    IF TG_TABLE_NAME = 'trading_posting' THEN
        SELECT trading_tradingaccount.* INTO account FROM trading_tradingaccount
            JOIN trading_ledgeraccount ON trading_account_id = trading_tradingaccount.id
            WHERE trading_ledgeraccount.id = NEW.ledger_account_id;
    ELSE
        SELECT * INTO account FROM trading_tradingaccount WHERE id = NEW.id;
    END IF;
    IF account.id IS NULL THEN RETURN NULL; END IF;
    SELECT balance_after INTO balance FROM trading_posting
        JOIN trading_ledgeraccount ON trading_ledgeraccount.id = ledger_account_id
        WHERE trading_account_id = account.id AND kind = 'client_balance'
        ORDER BY trading_posting.id DESC LIMIT 1;
    SELECT balance_after INTO credit FROM trading_posting
        JOIN trading_ledgeraccount ON trading_ledgeraccount.id = ledger_account_id
        WHERE trading_account_id = account.id AND kind = 'client_credit'
        ORDER BY trading_posting.id DESC LIMIT 1;
    IF account.balance <> coalesce(balance, 0) OR account.credit <> coalesce(credit, 0) THEN
        RAISE EXCEPTION 'account %: balance % and credit % are not the ledger''s % and %',
            account.id, account.balance, account.credit, coalesce(balance, 0), coalesce(credit, 0)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_ledger';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_account_matches_ledger AFTER INSERT OR UPDATE OF balance, credit
    ON trading_tradingaccount DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION trading_account_matches_ledger();
CREATE CONSTRAINT TRIGGER trading_account_matches_ledger AFTER INSERT ON trading_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.balance_after IS NOT NULL)
    EXECUTE FUNCTION trading_account_matches_ledger();
"""
LEDGER_REVERSED = """
DROP TRIGGER trading_account_matches_ledger ON trading_posting;
DROP TRIGGER trading_account_matches_ledger ON trading_tradingaccount;
DROP FUNCTION trading_account_matches_ledger();
DROP TRIGGER trading_ledger_balances ON trading_posting;
DROP TRIGGER trading_ledger_balances ON trading_ledgertransaction;
DROP FUNCTION trading_ledger_balances();
DROP TRIGGER trading_posting_continues ON trading_posting;
DROP FUNCTION trading_posting_continues();
"""

POSITION_ORDER = """
ALTER TABLE trading_position ADD CONSTRAINT position_opened_by_order FOREIGN KEY (id) REFERENCES trading_order (id);
"""
POSITION_ORDER_REVERSED = "ALTER TABLE trading_position DROP CONSTRAINT position_opened_by_order"

CONFIGURATION = """
CREATE FUNCTION trading_configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trading_configuration (id, version) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$;
CREATE TRIGGER trading_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trading_accountgroup
    FOR EACH STATEMENT EXECUTE FUNCTION trading_configuration_changed();
CREATE TRIGGER trading_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trading_groupinstrument
    FOR EACH STATEMENT EXECUTE FUNCTION trading_configuration_changed();
CREATE TRIGGER trading_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON marketdata_symbol
    FOR EACH STATEMENT EXECUTE FUNCTION trading_configuration_changed();
"""
CONFIGURATION_REVERSED = """
DROP TRIGGER trading_configuration_changed ON marketdata_symbol;
DROP TRIGGER trading_configuration_changed ON trading_groupinstrument;
DROP TRIGGER trading_configuration_changed ON trading_accountgroup;
DROP FUNCTION trading_configuration_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0002_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSED),
        migrations.RunSQL(LEDGER, LEDGER_REVERSED),
        migrations.RunSQL(POSITION_ORDER, POSITION_ORDER_REVERSED),
        migrations.RunSQL(CONFIGURATION, CONFIGURATION_REVERSED),
    ]
