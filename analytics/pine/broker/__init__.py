"""A simulated broker for strategies: orders, fills along the assumed path of a bar, trades, statistics."""
