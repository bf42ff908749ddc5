"""Demo accounts, which people open for themselves."""

from decimal import Decimal

from django.db import transaction

from accounts.models import User
from forexpro.core.events.chain import Origin
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.models import TradingAccount
from trading.services.accounts import account_open_apply
from trading.services.execution import execute_apply

CURRENCY = "USD"
LEVERAGE = Decimal(100)
DEPOSIT = Decimal(10_000)


@transaction.atomic(durable=True)
def demo_account_open(*, owner: User, origin: Origin) -> TradingAccount:
    """Open a demo account in US dollars with play money in it."""
    account = account_open_apply(
        owner=owner, kind=TradingAccount.Kind.DEMO, currency=CURRENCY, leverage=LEVERAGE, origin=origin
    )
    deposit = ChangeBalance(DEPOSIT, BalanceReason.DEPOSIT, "demo")
    execute_apply(account.pk, deposit, ticks={}, origin=origin, idempotency_key=None).raise_refusal()
    return account
