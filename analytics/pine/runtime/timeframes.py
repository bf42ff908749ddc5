"""Timeframes as scripts write them: `"5"`, `"240"`, `"D"`, `"3W"`, `"12M"`, `"30S"`, `"100T"`."""

import re
from dataclasses import dataclass
from typing import Self

from analytics.pine.runtime.errors import PineRuntimeError

_SECONDS = {"S": 1, "": 60, "D": 86_400, "W": 604_800, "M": 2_628_003}
_FORM = re.compile(r"(\d*)([STDWM]?)")
_MINUTES_OF_A_DAY = 1440
_MOST = 86_400


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A number of units; `unit` is `""` for minutes, otherwise `S`, `T` (ticks), `D`, `W` or `M`."""

    multiplier: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the timeframe that a script writes as `text`."""
        form = _FORM.fullmatch(text)
        if form is None or text == "":
            raise PineRuntimeError(
                f'"{text}" is no timeframe: write minutes as "15", days as "D", weeks as "W", months as "M".'
            )
        multiplier = int(form[1][:9] or 1)
        if not 0 < multiplier <= _MOST or (form[2] == "" and multiplier > _MINUTES_OF_A_DAY):
            raise PineRuntimeError(f'"{text[:40]}" is no timeframe: minutes go from 1 to {_MINUTES_OF_A_DAY}.')
        return cls(multiplier, form[2])

    @property
    def period(self) -> str:
        """Return the timeframe as scripts see it: `"60"`, `"1D"`, `"30S"`."""
        return f"{self.multiplier}{self.unit}"

    @property
    def seconds(self) -> int:
        """Return how long a bar lasts; a month counts as the twelfth part of a mean year."""
        if self.unit == "T":
            raise PineRuntimeError("A timeframe of ticks has no length in seconds.")
        return self.multiplier * _SECONDS[self.unit]

    @property
    def is_intraday(self) -> bool:
        """Return whether bars are shorter than a day."""
        return self.unit in ("", "S", "T")

    @property
    def is_minutes(self) -> bool:
        """Return whether bars are counted in minutes."""
        return self.unit == ""
