"""The candles that the benchmarks of scripts run over."""

from random import Random

from analytics.pine.runtime.bars import Bar

START = 1_600_000_000_000
HOUR = 3_600_000


def hours(count: int) -> list[Bar]:
    """Return hourly bars of a random walk, always the same."""
    random = Random(1)  # noqa: S311  # reproducible, not secret
    bars, price = [], 1.1
    for index in range(count):
        close = round(price * (1 + random.gauss(0, 0.0006)), 5)
        high = round(max(price, close) * (1 + abs(random.gauss(0, 0.0003))), 5)
        low = round(min(price, close) * (1 - abs(random.gauss(0, 0.0003))), 5)
        bars.append(Bar(START + index * HOUR, price, high, low, close, float(random.randrange(100, 1_000))))
        price = close
    return bars
