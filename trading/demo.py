"""The trading accounts that the demo starts with."""

from decimal import Decimal

from accounts.models import User
from forexpro.core.events.chain import Origin
from trading.engine.commands import BalanceReason
from trading.models import TradingAccount
from trading.selectors import accounts_of_user
from trading.services.accounts import account_open, balance_change

ORIGIN = Origin(actor="system:demo")
CURRENCIES = ("USD", "EUR")
LEVERAGE = Decimal(100)
DEPOSIT = Decimal(10_000)


def load_demo_accounts(owner: User) -> list[TradingAccount]:
    """Open demo accounts in US dollars and euros where `owner` has none, each 1:100 with 10,000; return them all."""
    opened = {account.currency for account in accounts_of_user(owner)}
    for currency in CURRENCIES:
        if currency in opened:
            continue
        account = account_open(
            owner=owner, kind=TradingAccount.Kind.DEMO, currency=currency, leverage=LEVERAGE, origin=ORIGIN
        )
        balance_change(
            account_id=account.pk,
            amount=DEPOSIT,
            reason=BalanceReason.DEPOSIT,
            reference="demo",
            origin=ORIGIN,
            idempotency_key="demo",
        )
    return list(accounts_of_user(owner))
