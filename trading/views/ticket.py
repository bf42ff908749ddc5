"""What stands in the order ticket."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketdata.models import Symbol
from trading.engine.state import OrderType, Side
from trading.forms import OrderForm
from trading.models import Order
from trading.views.desk import Desk, new_submission_key, page_urls

DEFAULT_VOLUME = "0.10"


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
        """Return what a form was sent with."""
        return cls(**{name: str(form.data.get(name, default)) for name, default in asdict(cls("")).items()})

    @classmethod
    def after(cls, form: OrderForm) -> "Ticket":
        """Return the ticket after its order was accepted: ready for the next one, without prices."""
        sent = cls.of_form(form)
        return cls(sent.symbol, sent.side, sent.type, sent.volume)


def ticket_context(desk: Desk, ticket: Ticket, form: OrderForm) -> dict[str, Any]:
    """Return what the ticket's template needs."""
    return {
        "account": desk.account,
        "urls": page_urls(desk.account),
        "ticket": ticket,
        "form": form,
        "symbol": Symbol.objects.filter(pk=ticket.symbol).first(),
        "quote": desk.market.quotes.get(ticket.symbol),
        "submission_key": new_submission_key(),
        "order_types": [(type.value, Order.Type(type).label) for type in OrderType],
        "labels": {"stop_loss": _("Stop loss"), "take_profit": _("Take profit")},
    }
