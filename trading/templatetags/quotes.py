"""Prices and volumes as plain text, beside the design system's components."""

from decimal import Context, Decimal

from django import template
from django.utils.formats import number_format

from forexpro.core.money import currency_digits, round_price
from trading import names

register = template.Library()


@register.filter
def digits(price: Decimal | None, count: int) -> str:
    """Write a price with the digits of its symbol; a dash for None."""
    return "–" if price is None else f"{round_price(price, count):f}"


@register.filter
def lots(volume: Decimal) -> str:
    """Write a volume with at least two decimal places."""
    return names.lots(volume)


@register.filter
def plain(number: Decimal | None) -> str:
    """Write a number without trailing zeros."""
    return names.plain(number)


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """Write an amount whose currency the heading names; a dash for None."""
    return "–" if value is None else number_format(value, decimal_pos=currency_digits(currency), force_grouping=True)


@register.filter
def change(value: Decimal | None, currency: str) -> str:
    """Write a profit or loss with its sign; its currency is in the heading."""
    return ("+" if value and value > 0 else "") + amount(value, currency)


@register.filter
def rate(value: Decimal) -> str:
    """Write what one unit of a currency is in another, in six digits."""
    return names.plain(value.normalize(Context(prec=6)))
