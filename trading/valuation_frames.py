"""A valuation as the account's socket sends it."""

from typing import Any

from forexpro.core.money import quantize, round_price
from trading.engine.market import Market
from trading.engine.state import AccountState
from trading.engine.valuation import Valuation


def valuation_frame(valuation: Valuation, state: AccountState, market: Market) -> dict[str, Any]:
    """Return the frame; money has the digits of the account's currency, prices those of their symbol."""

    def money(name: str) -> str:
        return f"{quantize(getattr(valuation, name), state.currency):f}"

    names = ("balance", "credit", "floating", "equity", "margin", "free_margin")
    level = valuation.margin_level
    return {
        "type": "valuation",
        "valuation": {
            **{name: money(name) for name in names},
            "margin_level": None if level is None else f"{level:f}",
            "positions": [
                {
                    "id": str(id),
                    "price": f"{round_price(value.price, market.instrument(state.positions[id].symbol).digits):f}",
                    "profit": f"{quantize(value.profit, state.currency):f}",
                    "pips": f"{value.pips.normalize() + 0:f}",
                }
                for id, value in valuation.positions.items()
            ],
        },
    }
