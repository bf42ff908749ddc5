from marketdata.models.candle import Candle
from marketdata.models.charges import CommissionFields, CommissionUnit, SwapMode
from marketdata.models.margin import MarginFields
from marketdata.models.symbol import Symbol

__all__ = ["Candle", "CommissionFields", "CommissionUnit", "MarginFields", "SwapMode", "Symbol"]
