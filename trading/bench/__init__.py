from trading.bench import margin_sweep, orders, shards, storm, triggers

__all__ = ["margin_sweep", "orders", "shards", "storm", "triggers"]
