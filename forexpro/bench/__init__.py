from forexpro.bench import lists

__all__ = ["lists"]
