"""Benchmarks of scripts, for `manage.py bench`."""

from analytics.bench import scripts_in_pine

__all__ = ["scripts_in_pine"]
