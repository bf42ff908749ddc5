from trading.selectors.accounts import account_for_user, accounts_of_user
from trading.selectors.market import account_market
from trading.selectors.state import account_state
from trading.selectors.valuation import account_valuation

__all__ = ["account_for_user", "account_market", "account_state", "account_valuation", "accounts_of_user"]
