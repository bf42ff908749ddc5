from trading.tests.browser.conftest import account, browser_page, market, terminal_server

__all__ = ["account", "browser_page", "market", "terminal_server"]
