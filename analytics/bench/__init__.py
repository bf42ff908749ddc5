"""Benchmarks of scripts, for `manage.py bench`."""

from analytics.bench import editor, scripts_in_pine

__all__ = ["editor", "scripts_in_pine"]
