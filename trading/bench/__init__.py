from trading.bench import margin_sweep, orders, triggers

__all__ = ["margin_sweep", "orders", "triggers"]
