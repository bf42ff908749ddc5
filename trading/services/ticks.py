"""What prices do to accounts: triggers, stop loss and take profit, margin call and stop-out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction

from forexpro.core.events.chain import Origin
from marketdata.ticks import Tick
from trading.engine.commands import CheckMargin, Command, ProcessTick
from trading.engine.decide import decide
from trading.engine.pricing import client_quote
from trading.locks import lock_accounts
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LoadedAccount, load_accounts
from trading.services.answers import Answer
from trading.services.recording import Outcome, record_outcomes

CommandFor = Callable[[LoadedAccount], Command]


def account_process_tick(
    *,
    account_id: int,
    symbol: str,
    ticks: Mapping[str, Tick],
    missed: Tick | None = None,
    now: datetime | None = None,
    origin: Origin,
) -> Answer:
    """Work through what the newest tick of `symbol` in `ticks` causes on one account."""
    (answer,) = accounts_process_tick(
        account_ids=[account_id], symbol=symbol, ticks=ticks, missed=missed, now=now, origin=origin
    )
    return answer


@transaction.atomic(durable=True)
def accounts_process_tick(
    *,
    account_ids: Sequence[int],
    symbol: str,
    ticks: Mapping[str, Tick],
    missed: Tick | None = None,
    now: datetime | None = None,
    origin: Origin,
) -> list[Answer]:
    """Work through a tick on several accounts in one commit; the answers are in order of the accounts' ids.

    `ticks` holds the newest tick of every symbol as of this one. With `missed`, levels are tested against that older
    tick, which came while the engine was out for too long. `now` is the moment of the decision, this one by default.
    """
    return accounts_process_tick_apply(
        account_ids=account_ids, symbol=symbol, ticks=ticks, missed=missed, now=now, origin=origin
    )


def accounts_process_tick_apply(
    *,
    account_ids: Sequence[int],
    symbol: str,
    ticks: Mapping[str, Tick],
    missed: Tick | None = None,
    now: datetime | None = None,
    origin: Origin,
) -> list[Answer]:
    """Do what `accounts_process_tick` does inside the caller's transaction."""

    def command_for(loaded: LoadedAccount) -> Command:
        spread = loaded.conditions.spreads[symbol]
        return ProcessTick(symbol, missed=None if missed is None else client_quote(missed, spread))

    return _decide_all(account_ids, command_for, ticks, now or datetime.now(UTC), origin)


def account_check_margin(*, account_id: int, ticks: Mapping[str, Tick] | None = None, origin: Origin) -> Answer:
    """Re-examine margin call and stop-out of one account at the present quotes."""
    ticks = newest_ticks() if ticks is None else ticks
    with transaction.atomic(durable=True):
        (answer,) = _decide_all([account_id], lambda loaded: CheckMargin(), ticks, datetime.now(UTC), origin)
    return answer


def _decide_all(
    account_ids: Sequence[int],
    command_for: CommandFor,
    ticks: Mapping[str, Tick],
    now: datetime,
    origin: Origin,
) -> list[Answer]:
    locked = lock_accounts(account_ids)
    outcomes = []
    for loaded in load_accounts(locked):
        command, market = command_for(loaded), group_market(loaded.conditions, ticks, now)
        events = decide(loaded.state, command, market)
        outcomes.append(Outcome(loaded, events=events, decided_on=(command, market)))
    return record_outcomes(outcomes, origin=origin, occurred_at=now)
