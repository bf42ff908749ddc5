"""The market and the people that trading tests need."""

import time
from collections.abc import Mapping
from decimal import Decimal

from accounts.models import User
from forexpro.core.events.chain import Origin
from forexpro.core.realtime.connections import name, redis_client
from marketdata.models import Symbol
from marketdata.ticks import Tick, pack, to_units
from trading.engine.commands import BalanceReason
from trading.engine.state import OrderType, Side
from trading.models import AccountGroup, FundingLimit, PaymentMethod, PaymentTerms, TradingAccount
from trading.models.funding import Direction
from trading.selectors.market import newest_ticks
from trading.services.accounts import account_open, balance_change
from trading.services.answers import Answer
from trading.services.orders import order_place
from trading.services.ticks import accounts_process_tick

ORIGIN = Origin(actor="system:test")

SYMBOLS = {
    "EURUSD": ("EUR", "USD", 5),
    "GBPUSD": ("GBP", "USD", 5),
    "USDJPY": ("USD", "JPY", 3),
}
PRICES = ("price", "limit_price", "stop_loss", "take_profit")


def make_symbols(symbols: Mapping[str, tuple[str, str, int]] = SYMBOLS) -> None:
    for code, (base, quote, digits) in symbols.items():
        Symbol.objects.update_or_create(
            code=code,
            defaults={
                "name": code,
                "asset_class": Symbol.AssetClass.FOREX,
                "base_currency": base,
                "quote_currency": quote,
                "margin_currency": base,
                "digits": digits,
                "contract_size": 100_000,
                "volume_min": Decimal("0.01"),
                "volume_max": 100,
                "volume_step": Decimal("0.01"),
                "margin_mode": Symbol.MarginMode.FOREX,
                "typical_spread_points": 10,
            },
        )


def make_group(name: str = "Test", **fields) -> AccountGroup:
    return AccountGroup.objects.update_or_create(name=name, defaults={"orders_per_minute": None, **fields})[0]


def make_user(email: str = "trader@example.com", **fields) -> User:
    return User.objects.create_user(email, full_name="Test Trader", **fields)


def make_account(
    owner: User | None = None, *, currency="USD", deposit="10000", leverage="100", group=None, kind="demo", **fields
):
    """Open an account with a deposit, in a group without a limit on orders."""
    account = account_open(
        owner=owner or make_user(),
        kind=kind,
        currency=currency,
        leverage=Decimal(leverage),
        group=group or make_group(),
        origin=ORIGIN,
        **fields,
    )
    if Decimal(deposit):
        balance_change(account_id=account.pk, amount=Decimal(deposit), reason=BalanceReason.DEPOSIT, origin=ORIGIN)
    account.refresh_from_db()
    return account


def make_live_account(owner: User, **fields) -> TradingAccount:
    """Open a live account as `make_account` opens a demo one, and let people pay in and out whoever they are."""
    FundingLimit.objects.update_or_create(level=0, defaults={"deposits_maximum": None, "withdrawals_allowed": True})
    return make_account(owner, kind=TradingAccount.Kind.LIVE, **fields)


def make_method(name: str = "Bank transfer", *, currency: str = "USD", **terms) -> PaymentMethod:
    """Offer a method in a currency for deposits and withdrawals, free and from 10 to 100,000 unless `terms` differ."""
    method, _ = PaymentMethod.objects.get_or_create(
        name=name,
        defaults={
            "kind": PaymentMethod.Kind.BANK_TRANSFER,
            "instructions": "IBAN DE02 1203 0000 0000 2020 51",
            "details_label": "IBAN and account holder",
        },
    )
    values = {"minimum": Decimal(10), "maximum": Decimal(100_000)} | terms
    for direction in Direction:
        PaymentTerms.objects.update_or_create(method=method, direction=direction, currency=currency, defaults=values)
    return method


def make_order(
    account, type=OrderType.MARKET, side=Side.BUY, volume="0.10", *, symbol="EURUSD", origin=ORIGIN, **terms
) -> Answer:
    """Place an order, which without more buys 0.10 EURUSD at the market; prices may be given as text."""
    prices = {name: Decimal(value) for name, value in terms.items() if name in PRICES and value is not None}
    return order_place(
        account_id=account.pk,
        symbol=symbol,
        side=side,
        type=type,
        volume=Decimal(volume),
        origin=origin,
        **terms | prices,
    )


def process_tick(account: TradingAccount, symbol="EURUSD", ticks: dict[str, Tick] | None = None) -> Answer:
    """Work through what a symbol's newest tick causes on an account."""
    (answer,) = accounts_process_tick(
        account_ids=[account.pk], symbol=symbol, ticks=newest_ticks() if ticks is None else ticks, origin=ORIGIN
    )
    return answer


def tick(symbol: str, bid: str, ask: str, *, age_seconds: float = 0) -> Tick:
    now_ms = int((time.time() - age_seconds) * 1000)
    return Tick(symbol, to_units(Decimal(bid)), to_units(Decimal(ask)), now_ms, now_ms, "test", f"{now_ms}-1")


def set_price(symbol: str, bid: str, ask: str, *, age_seconds: float = 0) -> Tick:
    """Make this the newest quote of a symbol."""
    newest = tick(symbol, bid, ask, age_seconds=age_seconds)
    redis_client().hset(name("quotes"), symbol, pack(newest) + newest.id.encode())
    return newest
