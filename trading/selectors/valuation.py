"""What an account is worth now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from marketdata.ticks import Tick
from trading.engine.balance import withdrawable
from trading.engine.valuation import Valuation, value_account
from trading.models import TradingAccount
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts


def account_worth(account: TradingAccount) -> tuple[Valuation, Decimal]:
    """Return the valuation of an account at the newest quotes and what can be withdrawn from it.

    Raises `Refused` where a quote is missing.
    """
    (loaded,) = load_accounts([account.pk])
    market = group_market(loaded.conditions, newest_ticks(), datetime.now(UTC))
    return value_account(loaded.state, market), withdrawable(loaded.state, market)


def account_valuation(account: TradingAccount, ticks: Mapping[str, Tick] | None = None) -> Valuation:
    """Value an account at the newest quotes, or at `ticks`; raises `Refused` where a quote is missing."""
    ticks = newest_ticks() if ticks is None else ticks
    (loaded,) = load_accounts([account.pk])
    return value_account(loaded.state, group_market(loaded.conditions, ticks, datetime.now(UTC)))
