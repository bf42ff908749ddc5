"""What each desk sees and does about trading, through the pages that they use, and that a refusal changes nothing."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.roles import Role
from forexpro.core.models import Event
from trading.engine.state import OrderType, Side
from trading.models import ConditionsVersion, Order, Position
from trading.services.orders import order_place
from trading.tests.factories import ORIGIN, make_group, make_user

pytestmark = pytest.mark.django_db
DESKS = [role for role in Role if role.is_staff]
EVERYTHING = {
    "tradingaccount", "order", "position", "deal", "accountgroup", "conditionsversion", "ledgertransaction",
}  # fmt: skip
TRADES = {"tradingaccount", "order", "position", "deal"}
SEES = {
    Role.READ_ONLY: EVERYTHING,
    Role.SUPPORT: TRADES,
    Role.COMPLIANCE: EVERYTHING,
    Role.DEALER: TRADES | {"accountgroup", "conditionsversion"},
    Role.FINANCE: TRADES | {"ledgertransaction"},
    Role.BACK_OFFICE: EVERYTHING,
    Role.ADMIN: EVERYTHING,
    Role.SUPER_ADMIN: EVERYTHING,
}
DEALS = {Role.DEALER, Role.ADMIN, Role.SUPER_ADMIN}
PAYS = {Role.FINANCE, Role.ADMIN, Role.SUPER_ADMIN}
WHO = ["anonymous", "trader", *DESKS]


@pytest.fixture
def as_(account, trader):
    """Return a client signed in as the owner, as one of a role, or as nobody."""

    def client(who):
        browser = Client()
        if who == "trader":
            browser.force_login(trader)
        elif who != "anonymous":
            user = make_user(f"{who.name.lower()}@example.com", is_staff=True, is_superuser=who is Role.SUPER_ADMIN)
            user.groups.add(Group.objects.get(name=who.value))
            browser.force_login(user)
        return browser

    return client


@pytest.fixture
def traded(account):
    """An account with an open position and a working order."""
    terms = {"symbol": "EURUSD", "side": Side.BUY, "volume": Decimal(1), "account_id": account.pk, "origin": ORIGIN}
    order_place(**terms, type=OrderType.MARKET)
    order_place(**terms, type=OrderType.LIMIT, price=Decimal("1.05000"))
    return account


def press(client, model, pk, action, **fields):
    return client.post(f"/admin/trading/{model}/{pk}/{action}/", {"_form_submitted": "True", **fields})


def snapshot(account):
    account.refresh_from_db()
    rows = list(Order.objects.values_list("status")), list(Position.objects.values_list("closed_at"))
    return account.balance, account.group_id, account.trading_enabled, account.leverage, rows, Event.objects.count()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("model", sorted(EVERYTHING))
def test_who_sees_which_list(as_, traded, who, model):
    response = as_(who).get(f"/admin/trading/{model}/")
    if who in ("anonymous", "trader"):
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")
    else:
        assert response.status_code == (200 if model in SEES[who] else 403)


ACTIONS = {
    "close": (DEALS, "position", {"reason": "Off-market"}),
    "cancel": (DEALS, "order", {"reason": "Off-market"}),
    "disable_trading": (DEALS, "tradingaccount", {}),
    "set_leverage": (DEALS, "tradingaccount", {"leverage": "30"}),
    "change_group": (DEALS, "tradingaccount", {}),
    "move_money": (
        PAYS,
        "tradingaccount",
        {"kind": "deposit", "amount": "5", "reason": "Goodwill", "submission": "one"},
    ),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_who_does_what(as_, traded, who, action):
    may, model, fields = ACTIONS[action]
    if action == "change_group":
        fields = {"group": make_group("Other").pk}
    pk = {
        "tradingaccount": traded.pk,
        "position": Position.objects.get().pk,
        "order": Order.objects.get(status="working").pk,
    }[model]
    client = as_(who)
    before = snapshot(traded)
    response = press(client, model, pk, action, **fields)
    if who in may:
        assert response.status_code == 200
        assert snapshot(traded) != before
        assert Event.objects.latest("id").actor.startswith("staff:")
    else:
        assert response.status_code in (302, 403)
        assert snapshot(traded) == before


@pytest.mark.parametrize("who", DESKS)
def test_buttons_are_offered_to_those_who_may_press_them(as_, traded, who):
    client = as_(who)
    page = client.get(f"/admin/trading/tradingaccount/{traded.pk}/change/").content.decode()
    assert ("/move_money" in page) == (who in PAYS)
    assert ("/disable_trading" in page) == (who in DEALS)
    position = Position.objects.get()
    page = client.get(f"/admin/trading/position/{position.pk}/change/").content.decode()
    assert (f"{position.pk}/close" in page) == (who in DEALS)


@pytest.mark.parametrize("who", DESKS)
def test_nobody_rewrites_conditions(as_, traded, who):
    client = as_(who)
    version = ConditionsVersion.objects.get()
    before = ConditionsVersion.objects.values_list("document", "effective_from").get()
    address = f"/admin/trading/conditionsversion/{version.pk}"
    for response in (
        client.post(f"{address}/change/", {"effective_from": "2020-01-01"}),
        client.post(f"{address}/delete/", {"post": "yes"}),
        client.post("/admin/trading/conditionsversion/add/", {}),
    ):
        assert response.status_code == 403
    assert ConditionsVersion.objects.values_list("document", "effective_from").get() == before


def test_groups_are_changed_by_admins_only(as_, traded):
    for who in DESKS:
        if who in SEES and "accountgroup" in SEES[who]:
            page = as_(who).get(f"/admin/trading/accountgroup/{traded.group_id}/change/").content.decode()
            assert ('name="_save"' in page) == (who in {Role.ADMIN, Role.SUPER_ADMIN}), who
