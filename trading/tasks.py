"""Regular work on accounts."""

import logging
from datetime import UTC, datetime, timedelta

from celery import shared_task

from forexpro.core.events.chain import Origin
from forexpro.core.refusals import Refused
from trading.selectors.sweep import accounts_due_for_margin_check, accounts_with_overdue_orders
from trading.services.funding.proofs import orphaned_proofs_delete
from trading.services.funding.retention import proofs_erase
from trading.services.idempotency import forget_answered_requests
from trading.services.replay import accounts_replay
from trading.services.rollover import roll_over_due_accounts
from trading.services.ticks import account_check_margin, account_expire_orders

logger = logging.getLogger(__name__)

ORIGIN = Origin(actor="system:margin-sweep")
EXPIRY_ORIGIN = Origin(actor="system:order-expiry")
ROLLOVER_ORIGIN = Origin(actor="system:rollover")
REPLAY_ORIGIN = Origin(actor="system:replay")
REQUESTS_KEPT = timedelta(days=30)


@shared_task
def sweep_margins() -> None:
    """Check the margin of every account on which a margin call or stop-out is due: a net below the engine."""
    for account_id in accounts_due_for_margin_check():
        try:
            answer = account_check_margin(account_id=account_id, origin=ORIGIN)
        except Refused as refusal:
            logger.warning("margin of account %s cannot be checked: %s", account_id, refusal)
        else:
            logger.info("account %s: %s", account_id, ", ".join(event.type for event in answer.events))


@shared_task
def expire_orders() -> None:
    """Withdraw orders that no engine has withdrawn when their time came: a net below the engine."""
    for account_id in accounts_with_overdue_orders():
        account_expire_orders(account_id=account_id, origin=EXPIRY_ORIGIN)


@shared_task
def roll_over() -> None:
    """Charge swap for the trading days that have ended, and settle the commission that is due."""
    changed = roll_over_due_accounts(origin=ROLLOVER_ORIGIN)
    if changed:
        logger.info("%s accounts rolled over", changed)


@shared_task
def replay_accounts() -> None:
    """Fold every account from its events again; a difference to its tables becomes an event for the back office."""
    for account_id in accounts_replay(origin=REPLAY_ORIGIN):
        logger.error("account %s is not what its events say: see replay_account", account_id)


@shared_task
def forget_old_requests() -> None:
    """Forget idempotency keys so old that nobody repeats their requests."""
    forget_answered_requests(before=datetime.now(UTC) - REQUESTS_KEPT)


@shared_task
def erase_proofs() -> None:
    """Erase the proofs of payment whose time is over."""
    proofs_erase()


@shared_task
def delete_orphaned_proofs() -> None:
    """Delete files that a process stored and did not live to record."""
    orphaned_proofs_delete()
