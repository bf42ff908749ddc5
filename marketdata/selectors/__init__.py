"""What the rest of the platform asks of the market."""

from marketdata.selectors.candles import candle_gaps, candles_page
from marketdata.selectors.days import day_summaries
from marketdata.selectors.quotes import feed_statuses, latest_ticks, symbol_catalogue, unpack_quote, unpack_report

__all__ = [
    "candle_gaps",
    "candles_page",
    "day_summaries",
    "feed_statuses",
    "latest_ticks",
    "symbol_catalogue",
    "unpack_quote",
    "unpack_report",
]
