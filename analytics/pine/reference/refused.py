"""Names of the language that are not carried out here, and what to say of them."""

_COMPANIES = "Figures of companies and economies are not available here."
_FOREIGN = "Data published on other services are not available here."
_FOOTPRINT = "Volume by price inside a bar is not available here."

REFUSED: dict[str, str] = {
    "request.financial": _COMPANIES,
    "request.economic": _COMPANIES,
    "request.dividends": _COMPANIES,
    "request.earnings": _COMPANIES,
    "request.splits": _COMPANIES,
    "request.quandl": _FOREIGN,
    "request.seed": _FOREIGN,
    "request.footprint": _FOOTPRINT,
    "dividends": _COMPANIES,
    "earnings": _COMPANIES,
    "splits": _COMPANIES,
    "footprint": _FOOTPRINT,
    "volume_row": _FOOTPRINT,
    **dict.fromkeys(
        (
            f"syminfo.{name}"
            for name in (
                "employees",
                "expiration_date",
                "shareholders",
                "shares_outstanding_float",
                "shares_outstanding_total",
                "recommendations_buy",
                "recommendations_buy_strong",
                "recommendations_date",
                "recommendations_hold",
                "recommendations_sell",
                "recommendations_sell_strong",
                "recommendations_total",
                "target_price_average",
                "target_price_date",
                "target_price_estimates",
                "target_price_high",
                "target_price_low",
                "target_price_median",
            )
        ),
        _COMPANIES,
    ),
}


def refusal(name: str) -> str:
    """Return why a name is refused, empty if it is not."""
    while name:
        if name in REFUSED:
            return REFUSED[name]
        name = name.rpartition(".")[0]
    return ""
