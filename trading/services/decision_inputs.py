"""Keep what decisions were taken on, and the conditions that they were taken under."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.db import transaction

from trading.engine.codec import command_payload, to_json
from trading.engine.commands import Command
from trading.engine.market import Market
from trading.selectors.conditions import Conditions
from trading.selectors.market import ClientQuotes

_KEEP = """
    INSERT INTO trading_conditionsversion (group_id, version, effective_from, document)
    VALUES (
        %(group)s, %(version)s,
        coalesce((SELECT changed_at FROM trading_configuration WHERE version = %(version)s), %(now)s), %(document)s
    ) ON CONFLICT (group_id, version) DO NOTHING
"""
# Versions that this process knows to be in the table.
_kept: set[tuple[int, UUID]] = set()


def conditions_keep(cursor: psycopg.Cursor[Any], conditions: Conditions, *, now: datetime) -> None:
    """Keep a group's conditions, where nobody has before; costs nothing from the second time on."""
    if conditions.version is None:
        return
    key = (conditions.group_id, conditions.version)
    if key in _kept:
        return
    document = {
        "policy": to_json(conditions.policy),
        "instruments": [to_json(instrument) for instrument in conditions.instruments.values()],
    }
    cursor.execute(
        _KEEP,
        {
            "group": conditions.group_id,
            "version": conditions.version,
            "now": now,
            "document": orjson.dumps(document).decode(),
        },
    )
    transaction.on_commit(lambda: _kept.add(key))


def decision_inputs(command: Command, market: Market, conditions: Conditions, count: int) -> dict[str, Any]:
    """Return what the first of `count` events of a decision keeps, from which the decision can be taken again."""
    quotes = market.quotes.seen if isinstance(market.quotes, ClientQuotes) else market.quotes.values()
    return {
        "command": command_payload(command),
        "now": market.now.isoformat(),
        "quotes": [to_json(quote) for quote in quotes],
        "group": conditions.group_id,
        "conditions": None if conditions.version is None else str(conditions.version),
        "events": count,
    }
