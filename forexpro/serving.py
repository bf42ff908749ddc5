"""What the entry points of the web servers have in common."""

from importlib import import_module

from django.conf import settings

from forexpro.core.garbage import collect_seldom


def get_ready() -> None:
    """Load every page now, and not with the first request; from then on look for garbage seldom."""
    import_module(settings.ROOT_URLCONF)
    collect_seldom()
