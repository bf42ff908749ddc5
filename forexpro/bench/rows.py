"""A broker's tables filled with rows, by a few statements, for measurements of pages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import role_group

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
# Rows as the services write them, only without their chains and sums: what reads lists does not look at those.
_FILL = (
    """
    INSERT INTO accounts_user_groups (user_id, group_id)
    SELECT id, %(trader)s FROM accounts_user WHERE NOT is_staff
    """,
    """
    INSERT INTO trading_tradingaccount (owner_id, group_id, position_mode, kind, status, currency, leverage, balance,
        credit, margin_call, trading_enabled, opened_at)
    SELECT id, (SELECT id FROM trading_accountgroup WHERE is_default), 'hedging',
        CASE WHEN id %% 3 = 0 THEN 'live' ELSE 'demo' END, 'active',
        (ARRAY['USD', 'EUR', 'GBP'])[1 + id %% 3], 100, id %% 10000, 0, id %% 500 = 0, id %% 90 > 0, date_joined
    FROM accounts_user WHERE NOT is_staff
    """,
    """
    INSERT INTO trading_ledgeraccount (kind, currency, trading_account_id)
    SELECT 'client_balance', currency, id FROM trading_tradingaccount
    UNION ALL SELECT 'house_cash', currency, NULL FROM unnest(ARRAY['USD', 'EUR', 'GBP']) currency
    """,
    """
    INSERT INTO trading_ledgertransaction (account_id, event_seq, reason, reference, created_at)
    SELECT id, 2, (ARRAY['deposit', 'withdrawal', 'trade'])[1 + id %% 3], 'bank:' || id,
        now() - (id %% 40) * interval '1 day'
    FROM trading_tradingaccount
    """,
    """
    INSERT INTO trading_posting (transaction_id, ledger_account_id, amount, balance_after)
    SELECT movement.id, ledger.id, 100 + movement.id %% 7, 100
    FROM trading_ledgertransaction movement
    JOIN trading_ledgeraccount ledger ON ledger.trading_account_id = movement.account_id
    UNION ALL
    SELECT movement.id, (SELECT id FROM trading_ledgeraccount WHERE kind = 'house_cash' LIMIT 1),
        -100 - movement.id %% 7, NULL
    FROM trading_ledgertransaction movement
    """,
    """
    INSERT INTO trading_order (id, account_id, symbol, side, type, volume, price, comment, status, armed, placed_at,
        finished_at, fill_price, time_in_force, oco_group, reason)
    SELECT n, (SELECT min(id) FROM trading_tradingaccount) + (n::bigint * 7919) %% %(rows)s,
        (%(symbols)s::text[])[1 + n %% 4],
        CASE WHEN n %% 2 = 0 THEN 'buy' ELSE 'sell' END, 'limit', 0.1 + n %% 10, 1.1, '',
        CASE WHEN n %% 20 = 0 THEN 'working' ELSE 'filled' END, false, now() - (%(rows)s - n) * interval '1 minute',
        CASE WHEN n %% 20 > 0 THEN now() END, CASE WHEN n %% 20 > 0 THEN 1.1 END, 'gtc', '', ''
    FROM generate_series(1, %(rows)s) n
    """,
    """
    INSERT INTO trading_position (id, account_id, symbol, side, initial_volume, volume, open_price, opened_at,
        margin_conversion, swap, commission, profit, comment, closed_at, close_price, close_reason)
    SELECT id, account_id, symbol, side, volume, CASE WHEN id %% 10 = 0 THEN volume ELSE 0 END, 1.1, placed_at, 1, 0,
        0, id %% 100 - 50, '', CASE WHEN id %% 10 > 0 THEN now() END, CASE WHEN id %% 10 > 0 THEN 1.1 END,
        CASE WHEN id %% 10 > 0 THEN 'client' ELSE '' END
    FROM trading_order
    """,
    """
    INSERT INTO trading_deal (account_id, event_seq, position_id, order_id, symbol, side, entry, volume, price, profit,
        swap, commission, reason, executed_at, market_time)
    SELECT account_id, 10 + id, id, id, symbol, side, CASE WHEN id %% 2 = 0 THEN 'in' ELSE 'out' END, volume, 1.1,
        CASE WHEN id %% 2 = 0 THEN 0 ELSE id %% 100 - 50 END, 0, -1,
        CASE WHEN id %% 2 = 0 THEN 'order' ELSE 'client' END,
        placed_at, placed_at
    FROM trading_order ORDER BY id
    """,
    """
    INSERT INTO core_event (stream, seq, type, actor, payload, request_id, ip, occurred_at, prev_hash, hash)
    SELECT 'user:' || n, 1, (ARRAY['user.signed_in', 'user.updated', 'user.created'])[1 + n %% 3], 'user:' || n,
        CASE n %% 3
            WHEN 0 THEN '{"user_agent": "Browser"}'::jsonb
            WHEN 1 THEN '{"changes": {"full_name": {"before": "A", "after": "B"}}}'::jsonb
            ELSE '{"role": "Trader", "full_name": "Client", "email": "client@example.org"}'::jsonb
        END, 'request-' || n, '203.0.113.9', now() - (%(rows)s - n) * interval '1 second', '', ''
    FROM generate_series(1, %(rows)s) n
    """,
)


def fill(rows: int) -> None:
    """Write that many people, accounts, orders, positions, deals, movements of money and events."""
    User.objects.bulk_create(_people(rows), batch_size=2_000)
    parameters: dict[str, Any] = {"rows": rows, "symbols": list(SYMBOLS), "trader": role_group(Role.TRADER).pk}
    with connection.cursor() as cursor:
        # Constraints between rows would be checked one row after the other.
        cursor.execute("SET session_replication_role = replica")
        for statement in _FILL:
            cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")


def _people(rows: int) -> Iterator[User]:
    now = timezone.now()
    for number in range(1, rows + 1):
        yield User(
            email=f"client{number}@example.org",
            full_name=f"Client {number} of Broker",
            email_verified_at=now if number % 7 else None,
            is_active=number % 50 > 0,
            date_joined=now - timedelta(minutes=20 * (rows - number)),
            last_login=now - timedelta(days=number % 90),
        )
