from decimal import Decimal

from trading.demo import METHODS, load_demo_accounts, load_payment_methods
from trading.models import PaymentMethod, PaymentTerms
from trading.selectors import account_state
from trading.tests.factories import make_group


def test_demo_accounts_are_opened_once(market, trader):
    make_group("Retail", is_default=True)
    accounts = load_demo_accounts(trader)
    assert [(account.currency, account.leverage) for account in accounts] == [("USD", 100), ("EUR", 100)]
    assert [account_state(account).balance for account in accounts] == [Decimal("10000.00")] * 2
    assert load_demo_accounts(trader) == accounts


def test_ways_to_pay_are_offered_once(db):
    load_payment_methods()
    load_payment_methods()
    assert PaymentMethod.objects.count() == len(METHODS)
    assert PaymentTerms.objects.filter(direction="withdrawal").exists()
