"""Exact money: currencies, their digits, and the one place where amounts are rounded."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

ZERO = Decimal(0)

# ISO 4217 minor units that are not two; everything else has two.
_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("BTC", "ETH"), 8),
}


def currency_digits(currency: str) -> int:
    """Return how many decimal places an amount of `currency` has."""
    return _DIGITS.get(currency, 2)


@cache
def quantum(digits: int) -> Decimal:
    """Return 10 to the power of minus `digits`."""
    return Decimal(1).scaleb(-digits)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round `amount` half up to the digits of `currency`."""
    return amount.quantize(quantum(currency_digits(currency)), rounding=ROUND_HALF_UP)


def amount_text(amount: Decimal, currency: str) -> str:
    """Write an amount in a sentence: 100,679.40 USD."""
    return f"{quantize(amount, currency):,f} {currency}"


def round_price(price: Decimal, digits: int) -> Decimal:
    """Round a price half up to `digits` decimal places."""
    return price.quantize(quantum(digits), rounding=ROUND_HALF_UP)


def trimmed(number: Decimal) -> Decimal:
    """Return `number` without trailing zeros, and never in scientific notation: 1.5000 is 1.5 and 100.00 is 100."""
    return Decimal(f"{number.normalize():f}")
