"""What the terminal shows of one account at one moment: rows, addresses, and the data its scripts start from."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from forexpro.core.http.renderers import dumps
from forexpro.core.money import currency_digits
from forexpro.core.refusals import Refused
from trading import models, names
from trading.engine.market import Instrument, Market
from trading.engine.state import AccountState, Order, Position
from trading.engine.valuation import PositionValue, Valuation, value_account
from trading.models import TradingAccount
from trading.models.order import Side
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import load_accounts
from trading.views.terms import Term, guard_terms, order_terms


@dataclass(frozen=True, slots=True)
class Desk:
    """An account's state with the market it is judged by; `seq` numbers the newest event that the state contains."""

    account: TradingAccount
    state: AccountState
    market: Market
    valuation: Valuation | None
    seq: int


@dataclass(frozen=True, slots=True)
class Row:
    """A position or working order as a row; `entry` is what the chart's lines need of it, as JSON."""

    subject: Position | Order
    name: str
    side_name: str
    type_name: str
    digits: int
    value: PositionValue | None
    entry: str
    terms: list[Term]
    edit_url: str
    remove_url: str
    remove_name: str
    close_by_url: str = ""


def load_desk(account: TradingAccount) -> Desk:
    """Load an account with the present market. Its valuation is None while a price for it is missing."""
    (loaded,) = load_accounts([account.pk])
    market = group_market(loaded.conditions, newest_ticks(), datetime.now(UTC))
    try:
        valuation = value_account(loaded.state, market)
    except Refused:
        valuation = None
    return Desk(account, loaded.state, market, valuation, loaded.head.seq)


def book_context(desk: Desk) -> dict[str, Any]:
    """Return what the templates of positions and orders need, newest first."""
    held = {(position.symbol, position.side) for position in desk.state.positions.values()}
    return {
        "account": desk.account,
        "urls": page_urls(desk.account),
        "positions": [
            _position_row(desk, position, has_opposite=(position.symbol, position.side.opposite) in held)
            for __, position in sorted(desk.state.positions.items(), reverse=True)
        ],
        "orders": [_order_row(desk, desk.state.orders[id]) for id in sorted(desk.state.orders, reverse=True)],
    }


def page_urls(account: TradingAccount) -> dict[str, str]:
    """Return the addresses of an account's pages and fragments."""
    names = ("terminal", "orders", "book", "history", "journal", "close_all")
    return {name: reverse(f"trading:{name}", args=[account.pk]) for name in names}


def new_submission_key() -> str:
    """Return what makes two submissions of one form one, and of two forms two."""
    return uuid.uuid4().hex


def instrument_of(desk: Desk, symbol: str) -> Instrument | None:
    """Return the specification of a symbol, None where the group does not trade it any more."""
    return desk.market.instruments.get(symbol)


def opposites_of(desk: Desk, position: Position) -> list[Position]:
    """Return the positions that a position can be closed by, oldest first."""
    return [
        other
        for __, other in sorted(desk.state.positions.items())
        if other.symbol == position.symbol and other.side is not position.side
    ]


def _position_row(desk: Desk, position: Position, *, has_opposite: bool) -> Row:
    arguments = [desk.account.pk, position.id]
    close_by = reverse("trading:position_close_by", args=arguments) if has_opposite else ""
    return _row(
        desk,
        position,
        kind="position",
        price=position.open_price,
        value=desk.valuation.positions.get(position.id) if desk.valuation else None,
        edit_url=reverse("trading:position", args=arguments),
        remove_url=reverse("trading:position_close", args=arguments),
        api_url=_api_url(desk, "positions", position.id),
        remove={"method": "POST", "url": f"{_api_url(desk, 'positions', position.id)}/close"},
        terms=guard_terms(position.guards),
        close_by_url=close_by,
    )


def _order_row(desk: Desk, order: Order) -> Row:
    arguments = [desk.account.pk, order.id]
    return _row(
        desk,
        order,
        kind="order",
        price=order.price,
        value=None,
        edit_url=reverse("trading:order", args=arguments),
        remove_url=reverse("trading:order_cancel", args=arguments),
        api_url=_api_url(desk, "orders", order.id),
        remove={"method": "DELETE", "url": _api_url(desk, "orders", order.id)},
        terms=order_terms(order),
    )


def _row(
    desk: Desk,
    subject: Position | Order,
    *,
    kind: str,
    price: Decimal,
    value: PositionValue | None,
    edit_url: str,
    remove_url: str,
    api_url: str,
    remove: Mapping[str, str],
    terms: list[Term],
    close_by_url: str = "",
) -> Row:
    type_name = str(models.Order.Type(subject.type).label) if isinstance(subject, Order) else ""
    instrument = instrument_of(desk, subject.symbol)
    entry = {
        "kind": kind,
        "id": subject.id,
        "symbol": subject.symbol,
        "side": subject.side,
        "label": type_name,
        "volume": names.lots(subject.volume),
        "price": price,
        "limit_price": subject.limit_price if isinstance(subject, Order) else None,
        "armed": subject.armed if isinstance(subject, Order) else False,
        "stop_loss": subject.stop_loss,
        "take_profit": subject.take_profit,
        "guards": None if subject.guards is None else asdict(subject.guards),
        "oco_group": subject.oco_group if isinstance(subject, Order) else "",
        "url": api_url,
        "remove": remove,
    }
    name = names.order_name(subject.side, subject.volume, subject.symbol)
    removing = _("Close %(name)s") if kind == "position" else _("Cancel %(name)s")
    return Row(
        subject=subject,
        name=name,
        side_name=str(Side(subject.side).label),
        type_name=type_name,
        digits=instrument.digits if instrument else 5,
        value=value,
        entry=dumps(entry).decode(),
        terms=terms,
        edit_url=edit_url,
        remove_url=remove_url,
        remove_name=removing % {"name": name},
        close_by_url=close_by_url,
    )


def _api_url(desk: Desk, kind: str, id: int) -> str:
    return f"{api_root(desk.account)}/{kind}/{id}"


def api_root(account: TradingAccount) -> str:
    """Return the address under which the trader API has an account."""
    return f"/api/v1/accounts/{account.pk}"


def scripts_context(desk: Desk, symbol: str, watchlist: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the page's scripts start from."""
    account = desk.account
    return {
        "account": {"id": account.pk, "currency": account.currency, "digits": currency_digits(account.currency)},
        "symbol": symbol,
        "instruments": [instrument for group in watchlist for instrument in group["rows"]],
        "urls": {
            "book": reverse("trading:book", args=[account.pk]),
            "preview": f"{api_root(account)}/orders/preview",
            "candles": "/market/candles",
            "prices_socket": f"/ws/prices?account={account.pk}",
            "account_socket": f"/ws/account/{account.pk}",
        },
    }
