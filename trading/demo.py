"""The trading accounts and the ways to pay that the demo starts with."""

from decimal import Decimal

from accounts.models import User
from forexpro.core.events.chain import Origin
from trading.engine.commands import BalanceReason
from trading.models import PaymentMethod, PaymentTerms, TradingAccount
from trading.selectors import accounts_of_user
from trading.services.accounts import account_open, balance_change

ORIGIN = Origin(actor="system:demo")
CURRENCIES = ("USD", "EUR")
LEVERAGE = Decimal(100)
DEPOSIT = Decimal(10_000)


# Name, kind, what is asked for, and by direction and currency: least, most, fee, percent.
METHODS: tuple[tuple[str, str, str, str, dict[tuple[str, str], tuple[str, str | None, str, str]]], ...] = (
    (
        "Bank transfer", "bank_transfer", "IBAN and account holder",
        "ForexPro Demo Ltd\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001",
        {
            ("deposit", "EUR"): ("50", None, "0", "0"),
            ("deposit", "USD"): ("50", None, "0", "0"),
            ("withdrawal", "EUR"): ("50", None, "0", "0"),
            ("withdrawal", "USD"): ("50", None, "25", "0"),
        },
    ),
    (
        "Card", "card", "", "You get a link to the page of our card processor by mail.",
        {("deposit", "USD"): ("10", "5000", "0", "2.5"), ("deposit", "EUR"): ("10", "5000", "0", "2.5")},
    ),
    (
        "Bitcoin", "crypto", "The address of your wallet", "bc1q-demo-address-no-money-arrives-here",
        {("deposit", "BTC"): ("0.001", None, "0", "0"), ("withdrawal", "BTC"): ("0.001", "1", "0.0001", "0")},
    ),
)  # fmt: skip


def load_payment_methods() -> None:
    """Offer the ways to pay that the demo has, where there are none at all."""
    if PaymentMethod.objects.exists():
        return
    for position, (name, kind, details_label, instructions, terms) in enumerate(METHODS):
        method = PaymentMethod.objects.create(
            name=name, kind=kind, details_label=details_label, instructions=instructions, position=position
        )
        for (direction, currency), (minimum, maximum, fixed, percent) in terms.items():
            PaymentTerms.objects.create(
                method=method,
                direction=direction,
                currency=currency,
                minimum=Decimal(minimum),
                maximum=None if maximum is None else Decimal(maximum),
                fee_fixed=Decimal(fixed),
                fee_percent=Decimal(percent),
            )


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
