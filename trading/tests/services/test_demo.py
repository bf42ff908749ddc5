from decimal import Decimal

from trading.demo import load_demo_accounts
from trading.selectors import account_state
from trading.tests.factories import make_group


def test_demo_accounts_are_opened_once(market, trader):
    make_group("Retail", is_default=True)
    accounts = load_demo_accounts(trader)
    assert [(account.currency, account.leverage) for account in accounts] == [("USD", 100), ("EUR", 100)]
    assert [account_state(account).balance for account in accounts] == [Decimal("10000.00")] * 2
    assert load_demo_accounts(trader) == accounts
