"""What a script is told of the instrument it runs on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """An instrument.

    `hours` are the trading hours in the symbol's time zone as `HHMM-HHMM:days` with 1 for Sunday, several divided by
    `|`; a range that ends before it starts, or when it starts, begins on the evening before the day it is named for.
    `24x7` never closes.
    """

    ticker: str
    prefix: str = ""
    description: str = ""
    type: str = "forex"
    currency: str = "USD"
    basecurrency: str = ""
    timezone: str = "America/New_York"
    hours: str = "1700-1700:23456"
    mintick: float = 0.00001
    minmove: int = 1
    pricescale: int = 100_000
    pointvalue: float = 1.0
    mincontract: float = 1.0
    volumetype: str = "tick"
    session: str = "regular"
    root: str = ""
    country: str = ""

    @property
    def tickerid(self) -> str:
        """Return the name with its prefix, such as `FX:EURUSD`."""
        return f"{self.prefix}:{self.ticker}" if self.prefix else self.ticker
