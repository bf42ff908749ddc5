"""What trading adds to pages of the back office: to a person's what they trade, to an account's what is on it."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from forexpro.core.admin.extensions import (
    Panel,
    ReadyFilter,
    add_list_filters,
    add_panel,
    add_ready_filters,
    add_search,
    add_streams,
)
from trading.admin.filters import ClientActivityFilter, ClientMarginCallFilter
from trading.models import Deal, LedgerTransaction, Order, TradingAccount
from trading.selectors.funding import funding_history
from trading.selectors.journal import account_stream
from trading.selectors.overview import Overview, account_overview, user_overview
from trading.selectors.sentences import BALANCE_REASONS

USER, ACCOUNT = "accounts.user", "trading.tradingaccount"
ROWS_SHOWN = 10
POSITIONS_SHOWN = 20
Rows = QuerySet[Any]


def _overview(request: HttpRequest, instance: User | TradingAccount) -> Overview:
    """Return the accounts of a page with what they are worth, valued once for all sections of the page."""
    kept: Overview | None = getattr(request, "_traded", None)
    if kept is None:
        kept = user_overview(instance) if isinstance(instance, User) else account_overview(instance)
        request._traded = kept  # type: ignore[attr-defined]  # read by the next section
    return kept


def _of(instance: User | TradingAccount) -> dict[str, Any]:
    return {"account__owner": instance} if isinstance(instance, User) else {"account": instance}


def _list(model: str, instance: User | TradingAccount, query: str = "") -> str:
    """Return the address of a list of an account's rows; there is none of a person's."""
    if isinstance(instance, User):
        return ""
    return f"{reverse(f'admin:trading_{model}_changelist')}?account__id__exact={instance.pk}{query}"


def _names_accounts(instance: User | TradingAccount) -> bool:
    """Tell whether rows say whose they are; on an account's own page each would say the same."""
    return isinstance(instance, User)


def accounts_panel(request: HttpRequest, user: User) -> Panel:
    """Show a person's accounts with equity and margin."""
    accounts = _overview(request, user).accounts
    return Panel(
        title=_("Trading accounts"),
        template="back_office/panels/accounts.html",
        context={"accounts": accounts},
        link=f"{reverse('admin:trading_tradingaccount_changelist')}?owner__id__exact={user.pk}",
        is_empty=not accounts,
    )


def positions_panel(request: HttpRequest, instance: User | TradingAccount) -> Panel:
    """Show what is open, at its present value."""
    overview = _overview(request, instance)
    unvalued = [one.account for one in overview.accounts if one.valuation is None and one.state.positions]
    return Panel(
        title=_("Open positions"),
        template="back_office/panels/positions.html",
        context={
            "positions": overview.positions[:POSITIONS_SHOWN],
            "more": max(len(overview.positions) - POSITIONS_SHOWN, 0),
            "unvalued": unvalued,
            "names_accounts": _names_accounts(instance),
        },
        link=_list("position", instance, "&closed_at__isempty=1"),
        is_empty=not overview.positions and not unvalued,
    )


def orders_panel(request: HttpRequest, instance: User | TradingAccount) -> Panel:
    """Show the orders that wait for their price."""
    working = Order.objects.filter(**_of(instance), status=Order.Status.WORKING)
    orders = list(working.select_related("account").order_by("-id")[:ROWS_SHOWN])
    return Panel(
        title=_("Working orders"),
        template="back_office/panels/orders.html",
        context={"orders": orders, "names_accounts": _names_accounts(instance)},
        link=_list("order", instance, "&status=working"),
        is_empty=not orders,
    )


def deals_panel(request: HttpRequest, instance: User | TradingAccount) -> Panel:
    """Show the newest deals."""
    deals = list(_newest(Deal, instance))
    return Panel(
        title=_("Newest deals"),
        template="back_office/panels/deals.html",
        context={"deals": deals, "names_accounts": _names_accounts(instance)},
        link=_list("deal", instance),
        is_empty=not deals,
    )


def movements_panel(request: HttpRequest, instance: User | TradingAccount) -> Panel:
    """Show the newest movements of money."""
    movements = [
        {"movement": movement, "amount": client_amount(movement), "reason": BALANCE_REASONS[movement.reason]()}
        for movement in _newest(LedgerTransaction, instance).prefetch_related("postings")
    ]
    return Panel(
        title=_("Newest movements of money"),
        template="back_office/panels/movements.html",
        context={"movements": movements, "names_accounts": _names_accounts(instance)},
        link=_list("ledgertransaction", instance),
        is_empty=not movements,
    )


def requests_panel(request: HttpRequest, user: User) -> Panel:
    """Show what a person asked to be paid in or out, and moved between accounts, newest first."""
    kinds = {"deposit": _("Deposit"), "withdrawal": _("Withdrawal"), "transfer": _("Transfer")}
    requests = [
        {
            "entry": entry,
            "kind": kinds[entry.kind],
            "address": reverse(f"admin:trading_{entry.kind}_change", args=[entry.id]),
        }
        for entry in funding_history(user, before=None, limit=ROWS_SHOWN)
    ]
    return Panel(
        title=_("Deposits, withdrawals and transfers"),
        template="back_office/panels/requests.html",
        context={"requests": requests},
        is_empty=not requests,
    )


def client_amount(movement: LedgerTransaction) -> Decimal:
    """Return what a movement, whose postings were fetched, gave to the client."""
    (client,) = (posting for posting in movement.postings.all() if posting.balance_after is not None)
    return client.amount


def _newest(model: Any, instance: User | TradingAccount) -> Rows:
    """Return the newest rows; accounts are named by their ids, so that the index of accounts is read and no other."""
    accounts = instance.trading_accounts.values_list("pk", flat=True) if isinstance(instance, User) else [instance.pk]
    rows: Rows = model.objects.filter(account_id__in=list(accounts)).select_related("account")
    return rows.order_by("-id")[:ROWS_SHOWN]


def _account_streams(user: User) -> list[str]:
    return [account_stream(account_id) for account_id in user.trading_accounts.values_list("pk", flat=True)]


def _by_number(people: Rows, text: str) -> Rows | None:
    """Find a person by their own number or by that of one of their accounts."""
    if not (text.isascii() and text.isdigit()):
        return None
    owners = TradingAccount.objects.filter(number=int(text)).values("owner_id")
    return people.filter(Q(pk=int(text)) | Q(pk__in=owners))


for page in (USER, ACCOUNT):
    add_panel(page, positions_panel, permission="trading.view_position", place=30)
    add_panel(page, orders_panel, permission="trading.view_order", place=40)
    add_panel(page, deals_panel, permission="trading.view_deal", place=50)
    add_panel(page, movements_panel, permission="trading.view_ledgertransaction", place=60)
add_panel(USER, accounts_panel, permission="trading.view_tradingaccount", place=20)
add_panel(USER, requests_panel, permission="trading.view_withdrawal", place=55)
add_streams(USER, _account_streams)
add_search(USER, _by_number)
add_list_filters(USER, ClientActivityFilter, ClientMarginCallFilter)
add_ready_filters(
    USER,
    ReadyFilter(gettext_lazy("Inactive: no volume in 30 days"), "volume=none"),
    ReadyFilter(gettext_lazy("Never traded"), "volume=never"),
    ReadyFilter(gettext_lazy("In margin call"), "margin_call=1"),
    permission="trading.view_tradingaccount",
)
add_ready_filters(
    ACCOUNT,
    ReadyFilter(gettext_lazy("Live"), "kind__exact=live"),
    ReadyFilter(gettext_lazy("Inactive: no volume in 30 days"), "volume=none"),
    ReadyFilter(gettext_lazy("In margin call"), "margin_call__exact=1"),
    ReadyFilter(gettext_lazy("50 lots open or more"), "open=50"),
    ReadyFilter(gettext_lazy("Trading disabled"), "trading_enabled__exact=0"),
    permission="trading.view_tradingaccount",
)
add_ready_filters(
    "trading.position",
    ReadyFilter(gettext_lazy("Open"), "closed_at__isempty=1"),
    ReadyFilter(gettext_lazy("Stopped out"), "close_reason=stop_out"),
    ReadyFilter(gettext_lazy("Closed by the dealer"), "close_reason=dealer"),
    permission="trading.view_position",
)
add_ready_filters(
    "trading.order",
    ReadyFilter(gettext_lazy("Working"), "status=working"),
    ReadyFilter(gettext_lazy("Rejected"), "status=rejected"),
    permission="trading.view_order",
)
for request_list in ("deposit", "withdrawal"):
    add_ready_filters(
        f"trading.{request_list}",
        ReadyFilter(gettext_lazy("Requested"), "status__exact=requested"),
        ReadyFilter(gettext_lazy("In review"), "status__exact=in_review"),
        permission=f"trading.view_{request_list}",
    )
add_ready_filters(
    "trading.withdrawal",
    ReadyFilter(gettext_lazy("Second approval missing"), "status__exact=in_review&first_approved_by__isempty=0"),
    ReadyFilter(gettext_lazy("Approved, not paid"), "status__exact=approved"),
    permission="trading.view_withdrawal",
)
add_ready_filters(
    "trading.ledgertransaction",
    ReadyFilter(gettext_lazy("Deposits"), "reason=deposit"),
    ReadyFilter(gettext_lazy("Withdrawals"), "reason=withdrawal"),
    ReadyFilter(gettext_lazy("Adjustments"), "reason=adjustment"),
    ReadyFilter(gettext_lazy("Compensations"), "reason=negative_balance_compensation"),
    permission="trading.view_ledgertransaction",
)
