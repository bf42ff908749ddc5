from accounts.tests.views.conftest import as_, cast

__all__ = ["as_", "cast"]
