from decimal import Decimal

import pytest

from forexpro.core.money import currency_digits, quantize, quantum, round_price


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("BTC", 8), ("EUR", 2)])
def test_digits_of_currencies(currency, digits):
    assert currency_digits(currency) == digits
    assert quantum(digits) == Decimal(10) ** -digits


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1.005", "USD", "1.01"),  # half up, where a float would say 1.00
        ("-1.005", "USD", "-1.01"),  # away from zero on both sides
        ("1.0049999", "USD", "1.00"),
        ("2.5", "JPY", "3"),
        ("0.0005", "KWD", "0.001"),
        ("0.000000005", "BTC", "0.00000001"),
        ("123456789012345678.125", "USD", "123456789012345678.13"),
    ],
)
def test_amounts_round_half_up(amount, currency, expected):
    assert format(quantize(Decimal(amount), currency), "f") == expected


def test_prices_round_to_their_digits():
    assert str(round_price(Decimal("1.234565"), 5)) == "1.23457"
    assert str(round_price(Decimal("1.2"), 5)) == "1.20000"
