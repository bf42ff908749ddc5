"""The symbols that the platform ships with, as data: `symbols.csv`, whose sessions `sessions.json` spells out."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).parent
_INTEGERS = ("digits", "stops_level_points", "typical_spread_points")
_DECIMALS = (
    "contract_size",
    "volume_min",
    "volume_max",
    "volume_step",
    "margin_rate",
    "leverage_cap",
    "swap_long",
    "swap_short",
)
_SIMULATION = ("reference_price", "volatility")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One shipped symbol.

    `specification` has the fields of `models.Symbol` by name. The other two feed the simulator: `reference_price`,
    around which a symbol moves that no reference rate anchors, and `volatility`, its standard deviation per year
    (0.10 is 10 %). Both are missing where other symbols imply them, as EURUSD and USDJPY imply EURJPY's.
    """

    code: str
    specification: Mapping[str, Any]
    reference_price: Decimal | None
    volatility: float | None

    @property
    def asset_class(self) -> str:
        return str(self.specification["asset_class"])

    @property
    def base_currency(self) -> str:
        return str(self.specification["base_currency"])

    @property
    def quote_currency(self) -> str:
        return str(self.specification["quote_currency"])

    @property
    def digits(self) -> int:
        return int(self.specification["digits"])

    @property
    def typical_spread_points(self) -> int:
        return int(self.specification["typical_spread_points"])

    @property
    def sessions(self) -> Mapping[str, Any]:
        sessions: Mapping[str, Any] = self.specification["sessions"]
        return sessions


def _entry(row: Mapping[str, str], sessions: Mapping[str, Any]) -> CatalogueEntry:
    specification: dict[str, Any] = {name: text for name, text in row.items() if name not in ("code", *_SIMULATION)}
    specification |= {name: int(row[name]) for name in _INTEGERS}
    specification |= {name: Decimal(row[name]) if row[name] else None for name in _DECIMALS}
    specification["sessions"] = sessions[row["sessions"]]
    return CatalogueEntry(
        code=row["code"],
        specification=specification,
        reference_price=Decimal(row["reference_price"]) if row["reference_price"] else None,
        volatility=float(row["volatility"]) if row["volatility"] else None,
    )


@cache
def catalogue_entries() -> Mapping[str, CatalogueEntry]:
    """Return the shipped symbols by code, in the order of the file."""
    sessions = json.loads((_DIRECTORY / "sessions.json").read_text())
    with (_DIRECTORY / "symbols.csv").open(newline="") as file:
        return {row["code"]: _entry(row, sessions) for row in csv.DictReader(file)}
