"""From the market's price to the client's: spread policies and slippage."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from forexpro.core.money import round_price
from marketdata.ticks import PRICE_DIGITS, Tick, moment_of, to_price
from trading.engine.market import Quote, Slippage, SlippageMode


class SpreadMode(StrEnum):
    NONE = "none"
    MARKUP = "markup"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class SpreadPolicy:
    """How an account group sees the prices of one symbol of `digits` decimal places.

    `markup` widens the market's spread by `points`, `fixed` replaces it by `points` around the middle. A price that
    came without two sides (bid equals ask) gets at least `one_sided_points`. Prices are rounded to the point, away
    from the middle.
    """

    mode: SpreadMode = SpreadMode.NONE
    points: int = 0
    digits: int = PRICE_DIGITS
    one_sided_points: int = 0

    def apply(self, tick: Tick) -> tuple[int, int]:
        """Return the client's bid and ask in units of 10^-8."""
        bid, ask = tick.bid, tick.ask
        point = 10 ** (PRICE_DIGITS - self.digits)
        points = self.points
        one_sided = bid == ask
        if one_sided:
            points = max(points, self.one_sided_points)
        if self.mode is SpreadMode.FIXED or (one_sided and points):
            bid = (bid + ask - points * point) // 2
            bid -= bid % point
            return bid, bid + points * point
        if self.mode is SpreadMode.MARKUP:
            bid -= points // 2 * point
            ask += (points - points // 2) * point
        return bid - bid % point, ask + -ask % point


def client_quote(tick: Tick, policy: SpreadPolicy) -> Quote:
    """Return the quote that an account group sees for a tick."""
    bid, ask = policy.apply(tick)
    return Quote(
        symbol=tick.symbol,
        bid=round_price(to_price(bid), policy.digits),
        ask=round_price(to_price(ask), policy.digits),
        time=moment_of(tick.time_ms),
        received_at=moment_of(tick.received_ms),
        tick_id=tick.id,
    )


def slippage_points(slippage: Slippage, deal: str) -> int:
    """Return by how many points, against the client, a market execution misses its quote.

    Random slippage is drawn evenly from the bounds and depends on the seed and on `deal` (such as `order:17`) alone,
    so that a replay draws the same.
    """
    match slippage.mode:
        case SlippageMode.NONE:
            return 0
        case SlippageMode.FIXED:
            return slippage.maximum_points
        case SlippageMode.RANDOM:
            digest = hashlib.blake2b(f"{slippage.seed}:{deal}".encode(), digest_size=8).digest()
            span = slippage.maximum_points - slippage.minimum_points + 1
            return slippage.minimum_points + int.from_bytes(digest) % span
