"""What a dealer does to clients' orders and positions. Each intervention has a reason, which the house keeps.

The client's stream says that the dealer did it; why is told to nobody but the audit log.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from trading.engine.commands import CancelOrder, ClosePosition
from trading.selectors.market import newest_ticks
from trading.services.answers import Answer
from trading.services.execution import execute_apply

REASON_LENGTH_MAX = 300


def position_close_by_dealer(*, account_id: int, position_id: int, reason: str, origin: Origin) -> Answer:
    """Close a client's position at the market for a reason of the house.

    Refuses `reason_required`, and what the engine refuses.
    """
    command = ClosePosition(position_id, by_dealer=True)
    return _intervene(account_id, command, f"trading.position:{position_id}", "staff.position_closed", reason, origin)


def order_cancel_by_dealer(*, account_id: int, order_id: int, reason: str, origin: Origin) -> Answer:
    """Withdraw a client's working order for a reason of the house, however near the market is.

    Refuses `reason_required`, and what the engine refuses.
    """
    command = CancelOrder(order_id, by_dealer=True)
    return _intervene(account_id, command, f"trading.order:{order_id}", "staff.order_cancelled", reason, origin)


def _intervene(
    account_id: int, command: ClosePosition | CancelOrder, object: str, type: str, reason: str, origin: Origin
) -> Answer:
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_LENGTH_MAX:
        raise Refused(
            "reason_required",
            _("Say why, in at most %(maximum)s characters.") % {"maximum": REASON_LENGTH_MAX},
            {"length": len(reason), "maximum": REASON_LENGTH_MAX},
        )
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        answer = execute_apply(account_id, command, ticks=ticks, origin=origin, idempotency_key=None)
        if not answer.is_refusal:
            payload: dict[str, Any] = {"object": object, "account_id": account_id, "reason": reason}
            record([NewEvent(origin.actor, type, payload)], origin=origin)
    answer.raise_refusal()
    return answer
