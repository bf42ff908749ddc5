"""Contained runs in tests: a few bars, tight limits."""

from analytics.pine.worker.contained import run_contained
from analytics.pine.worker.limits import MEGABYTE, Limits
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of

TIGHT = Limits(compile_seconds=10, run_seconds=1, wall_seconds=120, memory=256 * MEGABYTE, result_size=8 * MEGABYTE)
CLOSES = [float(10 + index % 7 - index % 3) for index in range(50)]


def contained(text, closes=CLOSES, *, limits=TIGHT, market=None, **more):
    return run_contained(
        text, bars_of(closes), symbol=EURUSD, timeframe=HALF_HOURS, limits=limits, market=market, **more
    )
