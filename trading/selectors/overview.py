"""All accounts of a person at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

import orjson
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from forexpro.core.refusals import Refused
from marketdata.ticks import Tick, moment_of
from trading.engine.state import AccountState, Policy, Position
from trading.engine.valuation import PositionValue, Valuation, value_account
from trading.models import TradingAccount
from trading.selectors.accounts import accounts_of_user
from trading.selectors.journal import AccountEvent, account_stream
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LoadedAccount, load_accounts

_NEWEST = """
    SELECT event.seq, event.type, event.payload::text, event.occurred_at, account.id
    FROM unnest(%s::bigint[], %s::text[]) AS account (id, stream)
    CROSS JOIN LATERAL (
        SELECT * FROM core_event WHERE stream = account.stream ORDER BY seq DESC LIMIT %s
    ) event
    ORDER BY event.occurred_at DESC, event.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class ValuedPosition:
    """An open position with its present value and the digits of its symbol's prices."""

    account: TradingAccount
    position: Position
    value: PositionValue
    digits: int


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """An account and what it is worth; `valuation` is None while a price that it needs is missing."""

    account: TradingAccount
    state: AccountState
    valuation: Valuation | None
    positions: Sequence[ValuedPosition]

    @property
    def policy(self) -> Policy:
        return self.state.policy

    @property
    def margin_call_level(self) -> Decimal | None:
        """The margin call level in percent of margin; None without a valuation."""
        if self.valuation is None:
            return None
        return self.valuation.in_percent(self.policy.margin_call_level, self.policy.level_unit)


@dataclass(frozen=True, slots=True)
class AccountNews:
    """An event with the account it belongs to."""

    account: TradingAccount
    event: AccountEvent


@dataclass(frozen=True, slots=True)
class Overview:
    """`priced_at` is when the newest price arrived, None without any."""

    accounts: Sequence[AccountOverview]
    news: Sequence[AccountNews]
    priced_at: datetime | None

    @property
    def positions(self) -> list[ValuedPosition]:
        """All open positions, newest first."""
        positions = [valued for account in self.accounts for valued in account.positions]
        return sorted(positions, key=attrgetter("position.opened_at"), reverse=True)


def user_overview(user: User | AnonymousUser, *, news_limit: int = 8) -> Overview:
    """Return a person's accounts, valued at the newest quotes, and what happened on them last.

    The number of queries does not depend on the number of accounts.
    """
    accounts = {account.pk: account for account in accounts_of_user(user)}
    ticks = newest_ticks()
    now = datetime.now(UTC)
    return Overview(
        accounts=[_valued(accounts[one.state.id], one, ticks, now) for one in load_accounts(list(accounts))],
        news=_news(accounts, news_limit),
        priced_at=_newest_receipt(ticks),
    )


def account_overview(account: TradingAccount) -> Overview:
    """Return one account as `user_overview` returns all of a person's, without its news."""
    ticks = newest_ticks()
    (loaded,) = load_accounts([account.pk])
    return Overview([_valued(account, loaded, ticks, datetime.now(UTC))], [], _newest_receipt(ticks))


def _valued(
    account: TradingAccount, loaded: LoadedAccount, ticks: Mapping[str, Tick], now: datetime
) -> AccountOverview:
    state = loaded.state
    market = group_market(loaded.conditions, ticks, now)
    try:
        valuation = value_account(state, market)
    except Refused:
        return AccountOverview(account, state, None, ())
    positions = [
        ValuedPosition(account, position, valuation.positions[id], market.instrument(position.symbol).digits)
        for id, position in state.positions.items()
    ]
    return AccountOverview(account, state, valuation, positions)


def _news(accounts: Mapping[int, TradingAccount], limit: int) -> list[AccountNews]:
    with connection.cursor() as cursor:
        streams = [account_stream(account_id) for account_id in accounts]
        cursor.execute(_NEWEST, [list(accounts), streams, limit, limit])
        return [
            AccountNews(accounts[account_id], AccountEvent(seq, type, orjson.loads(payload), occurred_at))
            for seq, type, payload, occurred_at, account_id in cursor.fetchall()
        ]


def _newest_receipt(ticks: Mapping[str, Tick]) -> datetime | None:
    newest = max((tick.received_ms for tick in ticks.values()), default=None)
    return None if newest is None else moment_of(newest)
