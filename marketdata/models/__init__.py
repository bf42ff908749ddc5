from marketdata.models.candle import Candle
from marketdata.models.symbol import Symbol

__all__ = ["Candle", "Symbol"]
