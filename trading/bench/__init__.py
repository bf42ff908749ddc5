from trading.bench import orders, triggers

__all__ = ["orders", "triggers"]
