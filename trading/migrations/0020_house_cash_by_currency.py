"""Cash is booked in the currency that was paid: a movement balances in each of its currencies, and has that posting."""

from django.db import migrations

BALANCES = """
-- A transaction has at least two postings in each of its currencies, which sum to zero there.
CREATE OR REPLACE FUNCTION trading_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    movement bigint;
    found record;
    currencies integer := 0;
BEGIN
    IF TG_TABLE_NAME = 'trading_posting' THEN movement := NEW.transaction_id; ELSE movement := NEW.id; END IF;
    FOR found IN SELECT currency, sum(amount) AS total, count(*) AS postings
        FROM trading_posting JOIN trading_ledgeraccount ON trading_ledgeraccount.id = ledger_account_id
        WHERE transaction_id = movement GROUP BY currency
    LOOP
        currencies := currencies + 1;
        IF found.postings < 2 OR found.total <> 0 THEN
            RAISE EXCEPTION 'ledger transaction % has % postings in % that sum to %',
                movement, found.postings, found.currency, found.total
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
        END IF;
    END LOOP;
    IF currencies = 0 THEN
        RAISE EXCEPTION 'ledger transaction % has no postings', movement
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;
"""
BALANCES_REVERSED = """
CREATE OR REPLACE FUNCTION trading_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
CASH = """
-- What a request says was paid is in the house's cash, in the currency that was paid.
CREATE FUNCTION trading_payment_booked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected numeric := CASE TG_TABLE_NAME WHEN 'trading_deposit' THEN -NEW.payment_amount ELSE NEW.payment_amount END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_ledgertransaction movement
        JOIN trading_posting posting ON posting.transaction_id = movement.id
        JOIN trading_ledgeraccount ledger ON ledger.id = posting.ledger_account_id
        WHERE movement.account_id = NEW.account_id AND movement.event_seq = NEW.booked_seq
            AND ledger.trading_account_id IS NULL AND ledger.kind = 'house_cash'
            AND ledger.currency = NEW.payment_currency AND posting.amount = expected
    ) THEN
        RAISE EXCEPTION '% %: the cash of % % is not booked',
            TG_TABLE_NAME, NEW.id, NEW.payment_amount, NEW.payment_currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_booked';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trading_payment_booked AFTER INSERT OR UPDATE ON trading_deposit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.booked_seq IS NOT NULL)
    EXECUTE FUNCTION trading_payment_booked();
CREATE CONSTRAINT TRIGGER trading_payment_booked AFTER INSERT OR UPDATE ON trading_withdrawal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.booked_seq IS NOT NULL)
    EXECUTE FUNCTION trading_payment_booked();
"""
CASH_REVERSED = """
DROP TRIGGER trading_payment_booked ON trading_withdrawal;
DROP TRIGGER trading_payment_booked ON trading_deposit;
DROP FUNCTION trading_payment_booked();
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0019_desk_permissions")]

    operations = [
        migrations.RunSQL(BALANCES, BALANCES_REVERSED),
        migrations.RunSQL(CASH, CASH_REVERSED),
    ]
