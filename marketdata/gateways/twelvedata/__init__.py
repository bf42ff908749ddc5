"""Twelve Data: quotes by WebSocket, by REST while that is down, history by REST."""

from marketdata.gateways.twelvedata.feed import Timings, TwelveDataFeed
from marketdata.gateways.twelvedata.symbols import vendor_symbol

__all__ = ["Timings", "TwelveDataFeed", "vendor_symbol"]
