"""What an order or position was given beside its prices, as the badges of its row."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trading import models, names
from trading.engine.state import Guards, Order, TimeInForce


@dataclass(frozen=True, slots=True)
class Term:
    """A badge: what it says, and the sentence behind it."""

    text: str
    title: str
    waits: bool = False


def order_terms(order: Order) -> list[Term]:
    """Return the terms of a working order; one that stands until cancelled, alone and unprotected has none."""
    return [*_standing(order), *_links(order), *_deviation(order), *guard_terms(order.guards)]


def guard_terms(guards: Guards | None) -> list[Term]:
    """Return what moves the stop loss or takes a part by itself."""
    if guards is None:
        return []
    found = []
    if (trailing := guards.trailing_stop) is not None:
        text = _("Trails %(points)s") % {"points": trailing.distance_points}
        title = _("The stop loss follows the price at %(distance)s points, %(step)s at a time.")
        values = {"distance": trailing.distance_points, "step": trailing.step_points}
        found.append(Term(text, _moving(title % values, trailing.moves_at)))
    if (break_even := guards.break_even) is not None:
        text = _("Break-even %(points)s") % {"points": break_even.profit_points}
        title = _("At %(profit)s points of profit the stop loss moves to the opening price and %(offset)s points more.")
        values = {"profit": break_even.profit_points, "offset": break_even.offset_points}
        found.append(Term(text, _moving(title % values, break_even.moves_at)))
    if targets := guards.partial_take_profits:
        title = _("Takes %(targets)s.") % {
            "targets": ", ".join(
                _("%(volume)s at %(price)s") % {"volume": names.lots(target.volume), "price": names.plain(target.price)}
                for target in targets
            )
        }
        text = ngettext("%(count)s partial TP", "%(count)s partial TPs", len(targets)) % {"count": len(targets)}
        found.append(Term(text, title))
    return found


def _moving(title: str, moves_at: object) -> str:
    return title if moves_at is None else f"{title} {_('It moves next at %(price)s.') % {'price': moves_at}}"


def _standing(order: Order) -> list[Term]:
    if order.time_in_force is TimeInForce.GTC:
        return []
    name = str(models.Order.TimeInForce(order.time_in_force).label)
    if order.expires_at is None:
        return [Term(name, name)]
    until = date_format(timezone.localtime(order.expires_at), "j M, H:i", use_l10n=False)
    text = name if order.time_in_force is TimeInForce.DAY else _("Until %(moment)s") % {"moment": until}
    return [Term(text, _("Expires on %(moment)s.") % {"moment": until})]


def _links(order: Order) -> list[Term]:
    found = []
    if order.parent_id is not None:
        title = _("Waits for the fill of order %(id)s, and goes if that goes.") % {"id": order.parent_id}
        found.append(Term(_("After #%(id)s") % {"id": order.parent_id}, title, waits=True))
    if order.oco_group:
        title = _("The fill of one order of the group %(group)s cancels the others.") % {"group": order.oco_group}
        found.append(Term(_("OCO %(group)s") % {"group": order.oco_group}, title))
    return found


def _deviation(order: Order) -> list[Term]:
    if order.deviation_points is None:
        return []
    points = {"points": order.deviation_points}
    return [Term(_("±%(points)s") % points, _("Fills at most %(points)s points beyond its price.") % points)]
