"""Which accounts have nights to be charged, or commission to be settled."""

from datetime import date, datetime

from django.db import connection

from marketdata.models import Symbol
from trading.selectors.charges import symbol_swap_terms

# Two joins instead of an OR, which PostgreSQL would not answer from the index on symbol and swap day.
DUE_ACCOUNTS = """
    WITH due AS (SELECT * FROM unnest(%s::text[], %s::date[], %s::timestamptz[]) AS due (symbol, day, ended_at))
    SELECT account_id FROM due JOIN trading_position position USING (symbol)
        WHERE closed_at IS NULL AND swap_day < day
    UNION SELECT account_id FROM due JOIN trading_position position USING (symbol)
        WHERE closed_at IS NULL AND swap_day IS NULL AND opened_at < ended_at
    UNION SELECT id FROM trading_tradingaccount WHERE commission_settles_at <= %s
    ORDER BY 1
"""


def accounts_due_for_rollover(now: datetime) -> list[int]:
    """Return, in order, the accounts that rolling over would change; some may still wait for a price."""
    symbols: list[str] = []
    days: list[date] = []
    ended_at: list[datetime] = []
    for symbol in Symbol.objects.all():
        terms = symbol_swap_terms(symbol)
        day = terms.last_charged_day(now)
        if day is not None:
            symbols.append(symbol.code)
            days.append(day)
            ended_at.append(terms.rollover_at(day))
    with connection.cursor() as cursor:
        cursor.execute(DUE_ACCOUNTS, [symbols, days, ended_at, now])
        return [account_id for (account_id,) in cursor.fetchall()]
