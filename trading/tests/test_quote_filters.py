from decimal import Decimal

import pytest

from trading.templatetags.quotes import rate


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1", "1"),
        ("1.10000000000000", "1.1"),
        ("0.90900827197528", "0.909008"),
        ("0.00000006060606", "0.0000000606061"),
        ("16500000.00", "16500000"),
    ],
)
def test_a_rate_reads_in_six_digits_however_small(value, text):
    assert rate(Decimal(value)) == text
