"""How Twelve Data calls our symbols."""

# What is no pair of two currencies. Symbols that the vendor does not know are refused one by one on subscription.
_NAMES = {
    "WTI": "WTI/USD",
    "BRENT": "XBR/USD",
    "NATGAS": "NG/USD",
    "US30": "DJI",
    "US500": "SPX",
    "US100": "NDX",
    "US2000": "RUT",
    "DE40": "GDAXI",
    "FR40": "FCHI",
    "UK100": "FTSE",
    "JP225": "N225",
    "HK50": "HSI",
}


def vendor_symbol(code: str, base_currency: str, quote_currency: str) -> str | None:
    """Return the vendor's name of a symbol: `EUR/USD` for EURUSD; None for what it does not offer."""
    if base_currency != quote_currency:
        return f"{base_currency}/{quote_currency}"
    return _NAMES.get(code)
