"""Where staff are told why something happened on an account."""

from django.urls import reverse

from trading.selectors.explanations import UNEXPLAINED


def staff_address(account_id: str, seq: int, type: str) -> str | None:
    """Return the address of the page behind an event of an account; None where no decision is."""
    return None if type in UNEXPLAINED else reverse("admin:trading_tradingaccount_why", args=[account_id, seq])
