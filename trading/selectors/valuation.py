"""What an account is worth now."""

from collections.abc import Mapping
from datetime import UTC, datetime

from marketdata.ticks import Tick
from trading.engine.valuation import Valuation, value_account
from trading.models import TradingAccount
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts


def account_valuation(account: TradingAccount, ticks: Mapping[str, Tick] | None = None) -> Valuation:
    """Value an account at the newest quotes, or at `ticks`; raises `Refused` where a quote is missing."""
    ticks = newest_ticks() if ticks is None else ticks
    (loaded,) = load_accounts([account.pk])
    return value_account(loaded.state, group_market(loaded.conditions, ticks, datetime.now(UTC)))
