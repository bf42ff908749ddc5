"""What people call orders, positions and their numbers."""

from decimal import Decimal

from forexpro.core.money import currency_digits
from trading.models.order import Side


def order_name(side: str, volume: Decimal, symbol: str) -> str:
    """Return what an order or position is called: "Buy 0.10 EURUSD"."""
    return f"{Side(side).label} {lots(volume)} {symbol}"


def lots(volume: Decimal) -> str:
    """Return a volume with at least two decimal places and no trailing zeros after them."""
    text = plain(volume)
    return text if len(text.partition(".")[2]) >= 2 else f"{volume:.2f}"


def plain(number: Decimal | None) -> str:
    """Return a number without trailing zeros, as a form field holds it; nothing for None."""
    return "" if number is None else f"{number.normalize():f}"


def signed_amount(amount: Decimal, currency: str) -> str:
    """Return a profit or loss with its sign and currency: "+12.40 USD"."""
    return f"{amount:+,.{currency_digits(currency)}f} {currency}"
