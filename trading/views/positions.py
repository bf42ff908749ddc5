from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forexpro.core.http.origin import request_origin
from trading import names
from trading.engine.state import Position
from trading.forms import GUARD_FIELDS, CloseByForm, CloseForm, LevelsForm, SubmissionForm, guards_initial
from trading.services.positions import position_close, position_close_by, position_modify, positions_close_all
from trading.views.access import own_account
from trading.views.decisions import Decision, decide, posted
from trading.views.desk import Desk, instrument_of, load_desk, opposites_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def levels(request: HttpRequest, account_id: int, position_id: int) -> HttpResponse:
    """Set or remove stop loss, take profit and guards of a position."""
    desk = load_desk(own_account(request, account_id))
    position = _open_position(desk, position_id)
    initial = {"stop_loss": names.plain(position.stop_loss), "take_profit": names.plain(position.take_profit)}
    form = LevelsForm(posted(request), initial=initial | guards_initial(position.guards))
    decision = Decision(title=_name(position), submit=_("Set protection"))

    def carry_out(entered: dict[str, Any]) -> object:
        return position_modify(
            account_id=account_id,
            position_id=position_id,
            **{name: entered[name] for name in ("stop_loss", "take_profit", *GUARD_FIELDS)},
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, form, decision, carry_out)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, account_id: int, position_id: int) -> HttpResponse:
    """Close a position, wholly or in part."""
    desk = load_desk(own_account(request, account_id))
    position = _open_position(desk, position_id)
    form = CloseForm(posted(request), initial={"volume": names.lots(position.volume)})
    decision = Decision(
        title=_("Close %(position)s") % {"position": _name(position)},
        explanation=_value_now(desk, position),
        submit=_("Close at market"),
        destructive=True,
    )

    def carry_out(entered: dict[str, Any]) -> object:
        return position_close(
            account_id=account_id,
            position_id=position_id,
            volume=entered["volume"],
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, form, decision, carry_out)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_by(request: HttpRequest, account_id: int, position_id: int) -> HttpResponse:
    """Close a position against an opposite one."""
    desk = load_desk(own_account(request, account_id))
    position = _open_position(desk, position_id)
    opposites = opposites_of(desk, position)
    if not opposites:
        raise Http404("There is no opposite position.")
    form = CloseByForm(posted(request))
    choices = [(one.id, _choice(desk, one)) for one in opposites]
    form.fields["opposite_position_id"].choices = choices  # type: ignore[attr-defined]  # of a field of choices
    decision = Decision(
        title=_("Close %(position)s by an opposite position") % {"position": _name(position)},
        explanation=_("Both are closed for the smaller of their volumes, at their opening prices: no spread is paid."),
        submit=_("Close by"),
        destructive=True,
    )

    def carry_out(entered: dict[str, Any]) -> object:
        return position_close_by(
            account_id=account_id,
            position_id=position_id,
            opposite_position_id=entered["opposite_position_id"],
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, form, decision, carry_out)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_all(request: HttpRequest, account_id: int) -> HttpResponse:
    """Close every position of an account."""
    desk = load_desk(own_account(request, account_id))
    count = len(desk.state.positions)
    decision = Decision(
        title=_("Close all positions"),
        explanation=ngettext("%(count)s position: ", "%(count)s positions: ", count) % {"count": count}
        + ", ".join(_name(position) for position in desk.state.positions.values()),
        submit=_("Close all at market"),
        destructive=True,
    )

    def carry_out(entered: dict[str, Any]) -> object:
        return positions_close_all(
            account_id=account_id,
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, SubmissionForm(posted(request)), decision, carry_out)


def _open_position(desk: Desk, position_id: int) -> Position:
    try:
        return desk.state.positions[position_id]
    except KeyError:
        raise Http404("This position is closed, or is not of this account.") from None


def _name(position: Position) -> str:
    return names.order_name(position.side, position.volume, position.symbol)


def _choice(desk: Desk, position: Position) -> str:
    instrument = instrument_of(desk, position.symbol)
    return _("#%(id)s %(position)s from %(price)s") % {
        "id": position.id,
        "position": _name(position),
        "price": f"{position.open_price:.{instrument.digits if instrument else 5}f}",
    }


def _value_now(desk: Desk, position: Position) -> str:
    value = desk.valuation.positions.get(position.id) if desk.valuation else None
    if value is None:
        return ""
    return _("Now worth %(profit)s at %(price)s. Enter less to close a part.") % {
        "profit": names.signed_amount(value.profit, desk.account.currency),
        "price": names.plain(value.price),
    }
