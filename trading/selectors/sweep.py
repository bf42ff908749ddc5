"""Which accounts the present prices should have called or stopped out."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from forexpro.core.refusals import Refused
from trading.engine.commands import CheckMargin
from trading.engine.decide import decide
from trading.models import Order, Position
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts

logger = logging.getLogger(__name__)

CHUNK = 500
# An engine that is catching up withdraws orders itself, after the ticks from before their expiry.
EXPIRY_GRACE = timedelta(minutes=1)


def accounts_due_for_margin_check() -> Iterator[int]:
    """Yield accounts with open positions for which a margin check would decide something, without locking any."""
    ticks = newest_ticks()
    holders = Position.objects.filter(closed_at=None).order_by("account_id").values_list("account_id", flat=True)
    account_ids = holders.distinct().iterator()
    while chunk := list(islice(account_ids, CHUNK)):
        for loaded in load_accounts(chunk):
            market = group_market(loaded.conditions, ticks, datetime.now(UTC))
            try:
                if decide(loaded.state, CheckMargin(), market):
                    yield loaded.state.id
            except Refused as refusal:
                logger.warning("account %s cannot be valued: %s", loaded.state.id, refusal)


def accounts_with_overdue_orders() -> list[int]:
    """Return the accounts with working orders that should have expired a while ago."""
    overdue = Order.objects.filter(status=Order.Status.WORKING, expires_at__lte=datetime.now(UTC) - EXPIRY_GRACE)
    return list(overdue.order_by("account_id").values_list("account_id", flat=True).distinct())
