"""At which price of a symbol an account would be stopped out, everything else staying as it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from trading.engine.market import Market, Quote
from trading.engine.state import AccountState, Side
from trading.engine.valuation import value_account

# How far above the present price the search looks: twenty times is further than any market goes in a position's life.
HIGHEST = 20


def stop_out_price(state: AccountState, symbol: str, market: Market) -> Decimal | None:
    """Return the price nearest to the present one at which the account is stopped out; None where there is none.

    It is a bid where a falling price does it and an ask where a rising one does, with the present spread between the
    two. Margin is frozen and value moves in one direction with the price, so bisecting over points finds it exactly.
    Raises `Refused` where a price for the account's value is missing.
    """
    point = market.instrument(symbol).point
    quote = market.quote(symbol)
    spread = quote.ask - quote.bid

    def stopped_out(bid: Decimal) -> bool:
        moved = replace(quote, bid=bid, ask=bid + spread)
        return value_account(state, replace(market, quotes=_Moved(market.quotes, moved))).is_stopped_out(state.policy)

    if stopped_out(quote.bid):
        return quote.bid if _net_side(state, symbol) is Side.BUY else quote.ask
    points = int(quote.bid / point)
    down = _first(lambda steps: stopped_out(quote.bid - steps * point), points - 1)
    if down is not None:
        return quote.bid - down * point
    up = _first(lambda steps: stopped_out(quote.bid + steps * point), points * HIGHEST)
    return None if up is None else quote.ask + up * point


class _Moved(Mapping[str, Quote]):
    """Quotes of which one is another; the rest are looked up one by one, as they may be priced when asked for."""

    def __init__(self, quotes: Mapping[str, Quote], moved: Quote):
        self._quotes = quotes
        self._moved = moved

    def __getitem__(self, symbol: str) -> Quote:
        return self._moved if symbol == self._moved.symbol else self._quotes[symbol]

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._quotes

    def __iter__(self) -> Iterator[str]:
        return iter(self._quotes)

    def __len__(self) -> int:
        return len(self._quotes)


def _net_side(state: AccountState, symbol: str) -> Side:
    net = sum(
        (position.side.sign * position.volume for position in state.positions.values() if position.symbol == symbol),
        Decimal(0),
    )
    return Side.BUY if net >= 0 else Side.SELL


def _first(holds: Callable[[int], bool], most: int) -> int | None:
    """Return the smallest number of steps at which `holds`, which stays so from there on; None if not up to `most`."""
    if most < 1 or not holds(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
