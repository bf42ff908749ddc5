from trading.tests.browser.conftest import account, browser_page, market, platform

__all__ = ["account", "browser_page", "market", "platform"]
