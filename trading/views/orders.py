import math
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from forexpro.core.http.origin import request_origin
from forexpro.core.http.throttles import take
from forexpro.core.refusals import Refused
from trading import names
from trading.api.throttles import order_limit
from trading.engine.state import Order as WorkingOrder
from trading.forms import GUARD_FIELDS, OrderChangeForm, OrderForm, SubmissionForm, guards_initial
from trading.models import Order, TradingAccount
from trading.services.orders import order_cancel, order_modify, order_place
from trading.views.access import own_account
from trading.views.decisions import Decision, decide, posted
from trading.views.desk import Desk, load_desk, page_urls
from trading.views.ticket import TICKET_ID, Ticket, next_form, ticket_context


@login_required
@require_POST
def place(request: HttpRequest, account_id: int) -> HttpResponse:
    """Place the order that the ticket describes; answer the ticket, fresh, or as it was with the reason beside it."""
    account = own_account(request, account_id)
    form = OrderForm(request.POST, auto_id=TICKET_ID)
    if form.is_valid():
        entered = form.cleaned_data
        key = entered.pop("idempotency_key") or None
        try:
            ensure_order_rate(account)
            order_place(account_id=account_id, **entered, origin=request_origin(request), idempotency_key=key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return _without_scripts(request, account_id, form)
    desk = load_desk(account)
    ticket = Ticket.of_form(form) if form.errors else Ticket.after(form)
    context = ticket_context(desk, ticket, form if form.errors else next_form(form))
    response = render(request, "trading/partials/ticket.html", context, status=422 if form.errors else 200)
    return response if form.errors else trigger_client_event(response, "account-changed")


def ensure_order_rate(account: TradingAccount) -> None:
    """Refuse more orders in a minute than the account's group allows; pages and API count together."""
    orders_per_minute = account.group.orders_per_minute
    wait = None if orders_per_minute is None else take([order_limit(account.pk, orders_per_minute)])
    if wait is None:
        return
    seconds = math.ceil(wait)
    raise Refused(
        "too_many_orders",
        _("This account may place %(limit)s orders a minute. Try again in %(seconds)s seconds.")
        % {"limit": orders_per_minute, "seconds": seconds},
        {"orders_per_minute": orders_per_minute, "retry_after": seconds},
        http_status=429,
    )


def _without_scripts(request: HttpRequest, account_id: int, form: OrderForm) -> HttpResponse:
    account = own_account(request, account_id)
    if not form.errors:
        return HttpResponseRedirect(page_urls(account)["terminal"])
    context = ticket_context(load_desk(account), Ticket.of_form(form), form)
    return render(request, "trading/ticket_page.html", context, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, account_id: int, order_id: int) -> HttpResponse:
    """Change prices, expiry and guards of a working order."""
    desk = load_desk(own_account(request, account_id))
    order = _working_order(desk, order_id)
    prices = ["price", "stop_loss", "take_profit"] + (["limit_price"] if order.limit_price is not None else [])
    initial: dict[str, Any] = {name: names.plain(getattr(order, name)) for name in prices}
    initial |= {"expires_at": order.expires_at, **guards_initial(order.guards)}
    form = OrderChangeForm(posted(request), initial=initial)
    if order.limit_price is None:
        del form.fields["limit_price"]
    decision = Decision(title=_name(order), submit=_("Change the order"))

    def carry_out(entered: dict[str, Any]) -> object:
        return order_modify(
            account_id=account_id,
            order_id=order_id,
            **{name: entered[name] for name in (*prices, "expires_at", *GUARD_FIELDS)},
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, form, decision, carry_out)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, account_id: int, order_id: int) -> HttpResponse:
    """Withdraw a working order."""
    desk = load_desk(own_account(request, account_id))
    order = _working_order(desk, order_id)
    decision = Decision(
        title=_("Cancel %(order)s") % {"order": _name(order)}, submit=_("Cancel the order"), destructive=True
    )

    def carry_out(entered: dict[str, Any]) -> object:
        return order_cancel(
            account_id=account_id,
            order_id=order_id,
            origin=request_origin(request),
            idempotency_key=entered["idempotency_key"] or None,
        )

    return decide(request, desk.account, SubmissionForm(posted(request)), decision, carry_out)


def _working_order(desk: Desk, order_id: int) -> WorkingOrder:
    try:
        return desk.state.orders[order_id]
    except KeyError:
        raise Http404("This order is finished, or is not of this account.") from None


def _name(order: WorkingOrder) -> str:
    return _("%(order)s %(type)s at %(price)s") % {
        "order": names.order_name(order.side, order.volume, order.symbol),
        "type": Order.Type(order.type).label.lower(),
        "price": names.plain(order.price),
    }
