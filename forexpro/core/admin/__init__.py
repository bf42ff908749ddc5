"""The back office's foundation: base classes for every app's admin pages."""
