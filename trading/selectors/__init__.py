from trading.selectors.accounts import (
    OwnedAccount,
    account_for_user,
    accounts_in_margin_call,
    accounts_of_user,
    owned_account,
)
from trading.selectors.history import (
    closed_positions,
    deals,
    finished_orders,
    ledger,
    open_positions,
    order_of,
    position_of,
    working_orders,
)
from trading.selectors.journal import AccountEvent, events_since, newest_events, newest_seq
from trading.selectors.market import account_market
from trading.selectors.state import account_state
from trading.selectors.valuation import account_valuation, account_worth

__all__ = [
    "AccountEvent",
    "OwnedAccount",
    "account_for_user",
    "account_market",
    "account_state",
    "account_valuation",
    "account_worth",
    "accounts_in_margin_call",
    "accounts_of_user",
    "closed_positions",
    "deals",
    "events_since",
    "finished_orders",
    "ledger",
    "newest_events",
    "newest_seq",
    "open_positions",
    "order_of",
    "owned_account",
    "position_of",
    "working_orders",
]
