"""The end of trading days: every account that held positions over it is charged, once for each night."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction

from forexpro.core.events.chain import Origin
from trading.engine.commands import RollOver
from trading.engine.decide import decide
from trading.engine.nights import due_nights
from trading.locks import lock_accounts
from trading.selectors.conditions import conditions_at, configuration_changed_at
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.rollover import accounts_due_for_rollover
from trading.selectors.state import LoadedAccount, load_accounts
from trading.services.answers import Answer
from trading.services.recording import Outcome, record_outcomes

logger = logging.getLogger(__name__)

ACCOUNTS_PER_COMMIT = 100


def accounts_roll_over(*, account_ids: Sequence[int], now: datetime | None = None, origin: Origin) -> list[Answer]:
    """Charge accounts for the nights up to `now` (this moment by default) at the newest quotes, in one commit.

    What was charged before is not charged again. Nights whose swap needs a price that is missing are left for later.
    """
    now = now or datetime.now(UTC)
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        outcomes = []
        for loaded in load_accounts(lock_accounts(account_ids)):
            command, market = RollOver(), group_market(loaded.conditions, ticks, now)
            events = decide(loaded.state, command, market)
            outcomes.append(Outcome(loaded, events=events, decided_on=(command, market)))
        return record_outcomes(outcomes, origin=origin, occurred_at=now)


def account_roll_over(*, account_id: int, origin: Origin) -> None:
    """Charge one account for every night that is due, each by the conditions that it was held under.

    Nights whose swap needs a price that is missing are left for later.
    """
    now = datetime.now(UTC)
    changed_at = configuration_changed_at()
    if changed_at is not None and changed_at < now:
        _roll_over_earlier_nights(account_id, now, changed_at, origin)
    accounts_roll_over(account_ids=[account_id], origin=origin)


def roll_over_due_accounts(*, now: datetime | None = None, origin: Origin) -> int:
    """Roll over every account that has a night to be charged or commission to be settled; return how many changed.

    Accounts that cannot be charged do not keep the others from it: they are logged, and due again next time.
    """
    moment = now or datetime.now(UTC)
    due = accounts_due_for_rollover(moment)
    changed = 0
    changed_at = configuration_changed_at()
    if changed_at is not None and changed_at < moment:
        for account_id in accounts_due_for_rollover(changed_at):
            _roll_over_earlier_nights(account_id, moment, changed_at, origin)
    for start in range(0, len(due), ACCOUNTS_PER_COMMIT):
        chunk = due[start : start + ACCOUNTS_PER_COMMIT]
        try:
            changed += _changed(accounts_roll_over(account_ids=chunk, now=now, origin=origin))
        except Exception:  # one account's trouble must not keep the others from their night
            logger.exception("accounts %s to %s are rolled over one by one", chunk[0], chunk[-1])
            changed += sum(_roll_over_alone(account_id, now, origin) for account_id in chunk)
    if changed < len(due):
        logger.warning("%s of %s accounts were not changed and may wait for a price", len(due) - changed, len(due))
    return changed


def _roll_over_earlier_nights(account_id: int, now: datetime, changed_at: datetime, origin: Origin) -> None:
    """Charge an account for nights that ended before the present conditions held, each by those of its moment."""
    ticks = newest_ticks()
    while True:
        with transaction.atomic(durable=True):
            (loaded,) = load_accounts(lock_accounts([account_id]))
            ended_at = _first_due(loaded, changed_at)
            if ended_at is None:
                return
            conditions = conditions_at(loaded.conditions, ended_at)
            policy = conditions.policy.with_account_rules(loaded.state.policy)
            loaded = replace(loaded, conditions=conditions, state=replace(loaded.state, policy=policy))
            command, market = RollOver(until=ended_at), group_market(conditions, ticks, now)
            events = decide(loaded.state, command, market)
            record_outcomes(
                [Outcome(loaded, events=events, decided_on=(command, market))], origin=origin, occurred_at=now
            )
        if not events:  # a price is missing
            return


def _first_due(loaded: LoadedAccount, by: datetime) -> datetime | None:
    """Return when the first night ended, `by` a moment, that an account is still to be charged for."""
    ends = (
        instrument.swap.rollover_at(day)
        for position in loaded.state.positions.values()
        if (instrument := loaded.conditions.instruments.get(position.symbol)) is not None
        for day, _ in due_nights(position, instrument.swap, by)
    )
    return min(ends, default=None)


def _roll_over_alone(account_id: int, now: datetime | None, origin: Origin) -> int:
    try:
        return _changed(accounts_roll_over(account_ids=[account_id], now=now, origin=origin))
    except Exception:  # this is the one
        logger.exception("account %s cannot be rolled over", account_id)
        return 0


def _changed(answers: Sequence[Answer]) -> int:
    return sum(bool(answer.events) for answer in answers)
