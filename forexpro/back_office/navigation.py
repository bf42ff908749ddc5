"""The sidebar of the back office: what this member of staff may see, in the order of a day's work."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

DESK, CLIENTS, TRADING, MONEY, MARKET, SYSTEM = (
    _("Desk"), _("Clients"), _("Trading"), _("Money"), _("Market"), _("System"),
)  # fmt: skip
GROUPS = (DESK, CLIENTS, TRADING, MONEY, MARKET, SYSTEM)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list of a model is found; those of a group are in the order of `PLACES`."""

    group: Any
    icon: str
    title: Any = None


PLACES = {
    "accounts.user": Place(CLIENTS, "group", _("People")),
    "accounts.visit": Place(CLIENTS, "visibility", _("Visits")),
    "kyc.verificationcase": Place(CLIENTS, "verified_user", _("Verification")),
    "kyc.rejectionreason": Place(CLIENTS, "playlist_remove"),
    "trading.tradingaccount": Place(TRADING, "account_balance_wallet", _("Accounts")),
    "trading.position": Place(TRADING, "swap_vert"),
    "trading.order": Place(TRADING, "pending_actions"),
    "trading.deal": Place(TRADING, "receipt_long"),
    "trading.deposit": Place(MONEY, "south_west"),
    "trading.withdrawal": Place(MONEY, "north_east"),
    "trading.transfer": Place(MONEY, "sync_alt"),
    "trading.booking": Place(MONEY, "rule", _("Bookings by hand")),
    "trading.paymentmethod": Place(MONEY, "credit_card"),
    "trading.ledgertransaction": Place(MONEY, "account_balance", _("Ledger")),
    "trading.fundinglimit": Place(MONEY, "payments"),
    "marketdata.symbol": Place(MARKET, "candlestick_chart"),
    "trading.accountgroup": Place(MARKET, "tune", _("Groups")),
    "trading.conditionsversion": Place(MARKET, "history_edu", _("Conditions in force")),
    "core.plannedchange": Place(MARKET, "event_upcoming"),
    "crm.servicekey": Place(SYSTEM, "vpn_key"),
    "crm.countedread": Place(SYSTEM, "visibility"),
    "core.webhookendpoint": Place(SYSTEM, "webhook", _("Webhooks")),
    "core.webhookdelivery": Place(SYSTEM, "outbox", _("Webhook deliveries")),
    "core.event": Place(SYSTEM, "policy"),
    "core.eventverification": Place(SYSTEM, "fact_check"),
    "core.eventanchor": Place(SYSTEM, "anchor"),
    "django_celery_beat.periodictask": Place(SYSTEM, "schedule", _("Schedules")),
    # Where the lists of an app go that are not named above.
    "kyc": Place(CLIENTS, "verified_user"),
    "accounts": Place(CLIENTS, "person"),
    "trading": Place(MONEY, "payments"),
    "marketdata": Place(MARKET, "show_chart"),
}
_ORDER = {label: number for number, label in enumerate(PLACES)}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar in unfold's form."""
    found: dict[Any, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for listed in admin.site.get_app_list(request):
        for model in listed["models"]:
            label = model["model"]._meta.label_lower
            named = label if label in PLACES else listed["app_label"]
            place = PLACES.get(named, Place(SYSTEM, "database"))
            item = {"title": place.title if label in PLACES else model["name"], "link": model["admin_url"]}
            item["title"] = item["title"] or model["name"]
            found[place.group].append((_ORDER.get(named, len(PLACES)), item | {"icon": place.icon}))
    found[DESK] = [
        (0, {"title": _("Home"), "link": reverse_lazy("admin:index"), "icon": "home"}),
        (1, {"title": _("State of the platform"), "link": reverse_lazy("admin:status"), "icon": "monitor_heart"}),
    ]
    path = request.path
    return [
        {"title": group, "separator": group is not DESK, "items": [_active(item, path) for _number, item in ordered]}
        for group in GROUPS
        if (ordered := sorted(found[group], key=lambda entry: entry[0]))
    ]


def _active(item: dict[str, Any], path: str) -> dict[str, Any]:
    link = str(item["link"])
    return item | {"active": path == link or (link != reverse("admin:index") and path.startswith(link))}
