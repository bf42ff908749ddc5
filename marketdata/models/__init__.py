from marketdata.models.symbol import Symbol

__all__ = ["Symbol"]
