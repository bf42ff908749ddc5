from trading.bench import margin_sweep, orders, storm, triggers

__all__ = ["margin_sweep", "orders", "storm", "triggers"]
