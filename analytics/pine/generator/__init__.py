"""From the typed tree to the source of a Python function that computes one bar."""
