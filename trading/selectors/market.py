"""The market as an account's group sees it."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import redis

from marketdata.selectors import latest_ticks
from marketdata.ticks import Tick
from trading.engine.market import Market, Quote
from trading.engine.pricing import SpreadPolicy, client_quote
from trading.models import TradingAccount
from trading.selectors.conditions import Conditions, account_conditions

logger = logging.getLogger(__name__)


class ClientQuotes(Mapping[str, Quote]):
    """Quotes at a group's spreads, each priced when it is first asked for: a decision looks at few of them."""

    def __init__(self, ticks: Mapping[str, Tick], spreads: Mapping[str, SpreadPolicy]):
        self._ticks = ticks
        self._spreads = spreads
        self._quotes: dict[str, Quote] = {}

    def __getitem__(self, symbol: str) -> Quote:
        quote = self._quotes.get(symbol)
        if quote is None:
            quote = self._quotes[symbol] = client_quote(self._ticks[symbol], self._spreads[symbol])
        return quote

    @property
    def seen(self) -> list[Quote]:
        """The quotes that have been asked for."""
        return list(self._quotes.values())

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._ticks and symbol in self._spreads

    def __iter__(self) -> Iterator[str]:
        return (symbol for symbol in self._ticks if symbol in self._spreads)

    def __len__(self) -> int:
        return len(self._ticks.keys() & self._spreads.keys())


def newest_ticks() -> Mapping[str, Tick]:
    """Return the newest tick of every symbol; none while Redis is away, so that what needs no price still works."""
    try:
        return latest_ticks()
    except redis.RedisError as error:
        logger.warning("quotes cannot be read: %s", error)
        return {}


def group_market(conditions: Conditions, ticks: Mapping[str, Tick], now: datetime) -> Market:
    """Return the market at `now` under a group's conditions."""
    return Market(now=now, instruments=conditions.instruments, quotes=ClientQuotes(ticks, conditions.spreads))


def account_market(account: TradingAccount) -> Market:
    """Return the present market as `account` sees it."""
    return group_market(account_conditions(account), newest_ticks(), datetime.now(UTC))
