"""Benchmarks of market data, for `manage.py bench`."""

from marketdata.bench import candles, sockets

__all__ = ["candles", "sockets"]
