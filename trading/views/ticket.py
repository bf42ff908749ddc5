"""What stands in the order ticket."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketdata.models import Symbol
from trading import names
from trading.engine.state import OrderType, Side
from trading.forms import GUARD_FIELDS, OrderForm
from trading.models import Order
from trading.views.desk import Desk, new_submission_key, page_urls

DEFAULT_VOLUME = "0.10"
TICKET_ID = "ticket-%s"
# What a person decides once for many orders stays in the ticket, what belongs to one price does not.
ADVANCED = (
    *("time_in_force", "expires_at", "deviation_points", "oco_group", "parent_id"),
    *(name for fields in GUARD_FIELDS.values() for name in fields),
)
_KEPT = ("time_in_force", "deviation_points")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket's fields as typed; what was refused comes back exactly as it was sent."""

    symbol: str
    side: str = Side.BUY
    type: str = OrderType.MARKET
    volume: str = DEFAULT_VOLUME
    price: str = ""
    limit_price: str = ""
    stop_loss: str = ""
    take_profit: str = ""

    @classmethod
    def of_form(cls, form: OrderForm) -> "Ticket":
        """Return what a form was sent with, without NUL, which neither a page nor the database can hold."""
        sent = {name: str(form.data.get(name, default)) for name, default in asdict(cls("")).items()}
        return cls(**{name: text.replace("\0", "") for name, text in sent.items()})

    @classmethod
    def after(cls, form: OrderForm) -> "Ticket":
        """Return the ticket after its order was accepted: ready for the next one, without prices."""
        sent = cls.of_form(form)
        return cls(sent.symbol, sent.side, sent.type, sent.volume)


def new_form() -> OrderForm:
    """Return the form of an empty ticket."""
    return OrderForm(auto_id=TICKET_ID)


def next_form(sent: OrderForm) -> OrderForm:
    """Return the form of the next ticket after `sent` was accepted."""
    return OrderForm(auto_id=TICKET_ID, initial={name: sent.data.get(name) for name in _KEPT})


def ticket_context(desk: Desk, ticket: Ticket, form: OrderForm) -> dict[str, Any]:
    """Return what the ticket's template needs."""
    form.fields["parent_id"].widget.choices = [("", "–"), *_parents(desk)]
    return {
        "account": desk.account,
        "urls": page_urls(desk.account),
        "ticket": ticket,
        "form": form,
        "symbol": Symbol.objects.filter(pk=ticket.symbol).first(),
        "quote": desk.market.quotes.get(ticket.symbol),
        "submission_key": new_submission_key(),
        "order_types": [(type.value, Order.Type(type).label) for type in OrderType],
        "labels": {
            "stop_loss": _("Stop loss"),
            "take_profit": _("Take profit"),
            "deviation": _("Deviation"),
            "points": _("points"),
        },
        "advanced_errors": any(form[name].errors for name in ADVANCED),
    }


def _parents(desk: Desk) -> list[tuple[int, str]]:
    return [
        (order.id, f"#{order.id} {names.order_name(order.side, order.volume, order.symbol)}")
        for order in desk.state.orders.values()
    ]
