"""Accounts for measurements: one with a deposit, or many in few statements, each with what it trades."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from forexpro.core.events.chain import Origin
from marketdata.ticks import Tick
from trading.engine.commands import BalanceReason, ChangeBalance, Command
from trading.engine.decide import decide
from trading.engine.events import AccountOpened, EngineEvent
from trading.engine.evolve import evolve
from trading.models import AccountGroup, LedgerAccount, TradingAccount
from trading.selectors.market import group_market
from trading.selectors.state import load_accounts
from trading.services.accounts import account_open, balance_change
from trading.services.recording import Outcome, record_outcomes

ORIGIN = Origin(actor="system:bench")
ACCOUNTS_PER_COMMIT = 500
TERMS: dict[str, Any] = {"kind": TradingAccount.Kind.DEMO, "currency": "USD", "leverage": Decimal(100)}
Commands = Callable[[int], Iterable[Command]]


def open_account(owner: User, group: AccountGroup, deposit: Decimal) -> TradingAccount:
    """Open an account in US dollars at 1:100 and pay into it."""
    account = account_open(owner=owner, group=group, origin=ORIGIN, **TERMS)
    balance_change(account_id=account.pk, amount=deposit, reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    return account


def open_crowd(name: str, count: int, deposit: Decimal, commands_for: Commands, ticks: Mapping[str, Tick]) -> list[int]:
    """Open accounts in US dollars, pay into each and carry out the commands for an order id; return their ids."""
    owner = User.objects.create_user(f"{name}@localhost", None, full_name=name)
    group = AccountGroup.objects.create(name=name, orders_per_minute=None)
    account_open(owner=owner, group=group, origin=ORIGIN, **TERMS)  # and with it the house's side of the ledger
    opened = (TradingAccount(owner=owner, group=group, opened_at=datetime.now(UTC), **TERMS) for _ in range(count))
    account_ids = []
    while accounts := list(islice(opened, ACCOUNTS_PER_COMMIT)):
        with transaction.atomic(durable=True):
            account_ids += _open(accounts, deposit, commands_for, ticks)
    return account_ids


def _open(
    accounts: list[TradingAccount], deposit: Decimal, commands_for: Commands, ticks: Mapping[str, Tick]
) -> list[int]:
    TradingAccount.objects.bulk_create(accounts)
    kinds = (LedgerAccount.Kind.CLIENT_BALANCE, LedgerAccount.Kind.CLIENT_CREDIT)
    LedgerAccount.objects.bulk_create(
        LedgerAccount(trading_account=account, kind=kind, currency=account.currency)
        for account in accounts
        for kind in kinds
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('trading_order_id') FROM generate_series(1, %s)", [len(accounts)])
        order_ids = [id for (id,) in cursor.fetchall()]
    now = datetime.now(UTC)
    outcomes = []
    for loaded, order_id in zip(load_accounts([account.pk for account in accounts]), order_ids, strict=True):
        state = loaded.state
        events: list[EngineEvent] = [AccountOpened(state.currency, state.policy)]
        market = group_market(loaded.conditions, ticks, now)
        for command in [ChangeBalance(deposit, BalanceReason.DEPOSIT), *commands_for(order_id)]:
            decided = decide(state, command, market)
            events += decided
            for event in decided:
                state = evolve(state, event)
        outcomes.append(Outcome(loaded, events=events))
    record_outcomes(outcomes, origin=ORIGIN, occurred_at=now)
    return [outcome.loaded.state.id for outcome in outcomes]
