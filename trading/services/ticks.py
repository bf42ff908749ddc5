"""What prices and time do to accounts: triggers, protections, margin call and stop-out, expiry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction

from forexpro.core.events.chain import Origin
from marketdata.ticks import Tick
from trading.engine.commands import CheckMargin, ExpireOrders, ProcessTick
from trading.engine.decide import decide
from trading.engine.pricing import client_quote
from trading.locks import lock_accounts
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LoadedAccount, load_accounts
from trading.services.answers import Answer
from trading.services.recording import Outcome, record_outcomes


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
        accounts=load_accounts(lock_accounts(account_ids)),
        symbol=symbol,
        ticks=ticks,
        missed=missed,
        now=now,
        origin=origin,
    )


def accounts_process_tick_apply(
    *,
    accounts: Iterable[LoadedAccount],
    symbol: str,
    ticks: Mapping[str, Tick],
    missed: Tick | None = None,
    now: datetime | None = None,
    origin: Origin,
) -> list[Answer]:
    """Do what `accounts_process_tick` does, for accounts that the caller's transaction has locked and then loaded."""
    now = now or datetime.now(UTC)
    outcomes = []
    for loaded in accounts:
        spread = loaded.conditions.spreads[symbol]
        command = ProcessTick(symbol, missed=None if missed is None else client_quote(missed, spread))
        market = group_market(loaded.conditions, ticks, now)
        events = decide(loaded.state, command, market)
        outcomes.append(Outcome(loaded, events=events, decided_on=(command, market)))
    return record_outcomes(outcomes, origin=origin, occurred_at=now)


def account_check_margin(*, account_id: int, ticks: Mapping[str, Tick] | None = None, origin: Origin) -> Answer:
    """Re-examine margin call and stop-out of one account at the present quotes."""
    ticks = newest_ticks() if ticks is None else ticks
    return _carry_out(account_id, CheckMargin(), ticks, datetime.now(UTC), origin)


def account_expire_orders(*, account_id: int, now: datetime | None = None, origin: Origin) -> Answer:
    """Withdraw the orders of one account whose time has come, by `now` or by this moment."""
    return _carry_out(account_id, ExpireOrders(), {}, now or datetime.now(UTC), origin)


@transaction.atomic(durable=True)
def _carry_out(
    account_id: int, command: CheckMargin | ExpireOrders, ticks: Mapping[str, Tick], now: datetime, origin: Origin
) -> Answer:
    (loaded,) = load_accounts(lock_accounts([account_id]))
    market = group_market(loaded.conditions, ticks, now)
    outcome = Outcome(loaded, events=decide(loaded.state, command, market), decided_on=(command, market))
    (answer,) = record_outcomes([outcome], origin=origin, occurred_at=now)
    return answer
