import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from forexpro.core.models import Event
from trading.engine.state import Side
from trading.models import AccountGroup, Deal, LedgerTransaction, Order, Position
from trading.selectors.journal import newest_seq
from trading.selectors.market import account_market
from trading.tests.factories import make_order, make_user

LISTS = ["accountgroup", "tradingaccount", "order", "position", "deal", "ledgertransaction"]
WHO = ["anonymous", "trader", Role.BACK_OFFICE, Role.ADMIN]


@pytest.fixture
def clients(account, trader):
    """Clients by who they are signed in as."""
    clients = {"anonymous": Client(), "trader": Client()}
    clients["trader"].force_login(trader)
    for role in (Role.BACK_OFFICE, Role.ADMIN):
        user = make_user(f"{role.name.lower()}@example.com", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


@pytest.fixture
def position(account):
    make_order(account, volume="1.00")
    return Position.objects.get()


def press(client, account, action, model="tradingaccount", **fields):
    return client.post(f"/admin/trading/{model}/{account.pk}/{action}/", {"_form_submitted": "True", **fields})


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", LISTS)
def test_only_staff_look_at_lists(clients, position, who, name):
    response = clients[who].get(f"/admin/trading/{name}/")
    assert response.status_code == (200 if isinstance(who, Role) else 302)


def test_numbers_of_lists_have_no_zeros_that_mean_nothing(clients, position):
    client = clients[Role.ADMIN]
    assert "10,000.00" in client.get("/admin/trading/tradingaccount/").content.decode()
    deals = client.get("/admin/trading/deal/").content.decode()
    assert ">1.10010<" in deals
    assert ">1.00<" in deals


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_pages_show_every_row(clients, position, name):
    client = clients[Role.ADMIN]
    for row in {
        "accountgroup": AccountGroup.objects.all(),
        "order": Order.objects.all(),
        "ledgertransaction": LedgerTransaction.objects.all(),
        "position": Position.objects.all(),
        "tradingaccount": [position.account],
        "deal": position.account.deal_set.all(),
    }[name]:
        response = client.get(f"/admin/trading/{name}/{row.pk}/change/")
        assert response.status_code == 200
        if name in ("order", "position", "deal", "ledgertransaction"):
            assert not re.search(r"\d\.\d*0000", response.content.decode()), "numbers have no zeros that mean nothing"


def test_lists_take_the_same_number_of_queries_however_long(clients, account, position, django_assert_max_num_queries):
    for _ in range(5):
        make_order(account, side=Side.SELL, volume="0.01")
    for name in LISTS:
        with django_assert_max_num_queries(16):
            clients[Role.ADMIN].get(f"/admin/trading/{name}/")


@pytest.mark.parametrize("who", WHO)
def test_who_moves_money(clients, account, who):
    fields = {"kind": "deposit", "amount": "250.00", "reason": "Goodwill", "submission": "a"}
    press(clients[who], account, "move_money", **fields)
    press(clients[who], account, "move_money", **fields)  # the same dialog sent twice
    account.refresh_from_db()
    assert account.balance == (10_250 if who is Role.ADMIN else 10_000)
    if who is Role.ADMIN:
        movement = LedgerTransaction.objects.latest("id")
        assert (movement.reason, movement.reference) == ("deposit", "Goodwill")
        assert Event.objects.latest("id").actor.startswith("staff:")


def test_moving_money_needs_a_reason(clients, account):
    response = press(clients[Role.ADMIN], account, "move_money", kind="deposit", amount="1", reason="", submission="a")
    assert response.status_code == 200
    account.refresh_from_db()
    assert account.balance == 10_000


def test_refusal_is_told(clients, account):
    client = clients[Role.ADMIN]
    press(client, account, "move_money", kind="withdrawal", amount="-20000", reason="All", submission="a")
    page = client.get(f"/admin/trading/tradingaccount/{account.pk}/change/").content.decode()
    assert "At most 10,000.00 USD can be withdrawn now." in page


@pytest.mark.parametrize("who", WHO)
def test_who_disables_trading(clients, account, who):
    press(clients[who], account, "disable_trading")
    account.refresh_from_db()
    assert account.trading_enabled is (who is not Role.ADMIN)
    press(clients[who], account, "enable_trading")
    account.refresh_from_db()
    assert account.trading_enabled


def test_leverage_is_set_within_the_group(clients, account):
    press(clients[Role.ADMIN], account, "set_leverage", leverage="30")
    press(clients[Role.ADMIN], account, "set_leverage", leverage="5000")
    account.refresh_from_db()
    assert account.leverage == 30


@pytest.mark.parametrize("who", WHO)
def test_who_closes_a_position_as_dealer(clients, position, who):
    press(clients[who], position, "close", model="position", reason="Off-market quote")
    position.refresh_from_db()
    assert position.close_reason == ("dealer" if who is Role.ADMIN else "")


@pytest.mark.parametrize("name", [name for name in LISTS if name != "accountgroup"])
def test_nothing_is_added_or_deleted_by_hand(clients, position, name):
    client = clients[Role.ADMIN]
    assert client.get(f"/admin/trading/{name}/add/").status_code == 403
    row = {"tradingaccount": position.account_id}.get(name, position.pk)
    assert client.post(f"/admin/trading/{name}/{row}/delete/", {"post": "yes"}).status_code in (302, 403)
    assert Position.objects.count() == 1


def test_a_rule_of_a_group_gives_a_symbol_other_costs(clients, account):
    group = account.group
    client = clients[Role.ADMIN]
    form = client.get(f"/admin/trading/accountgroup/{group.pk}/change/").context
    fields = {name: value for name, value in form["adminform"].form.initial.items() if value is not None}
    (formset,) = (inline.formset for inline in form["inline_admin_formsets"])
    empty = formset.empty_form
    rule = {name: empty[name].value() for name in empty.fields}
    rule = {f"instruments-0-{name}": "" if value is None else value for name, value in rule.items()}
    rule |= {"instruments-TOTAL_FORMS": "1", "instruments-INITIAL_FORMS": "0", "instruments-0-asset_class": "forex"}

    refused = client.post(
        f"/admin/trading/accountgroup/{group.pk}/change/",
        fields | rule | {"instruments-0-commission_minimum": "5", "instruments-0-commission_maximum": "1"},
    )
    assert "The least commission is not above the most." in refused.content.decode()

    rule |= {"instruments-0-swap_mode": "points", "instruments-0-swap_long": "-1.5"}
    rule |= {"instruments-0-commission_unit": "money", "instruments-0-commission_rate": "3.5"}
    assert rule["instruments-0-leverage_tiers"] == "", "nothing is the symbol's"
    rule |= {"instruments-0-leverage_cap": "30", "instruments-0-margin_rates": '{"sell": 2}'}
    assert client.post(f"/admin/trading/accountgroup/{group.pk}/change/", fields | rule).status_code == 302
    instrument = account_market(account).instrument("EURUSD")
    assert (instrument.swap.mode, instrument.swap.long) == ("points", Decimal("-1.5"))
    assert instrument.commission.tiers[0].rate == Decimal("3.5")
    assert (instrument.leverage_cap, instrument.leverage_tiers) == (30, ())
    assert (instrument.margin_rates.buy.initial, instrument.margin_rates.sell.initial) == (1, 2)


def test_change_of_a_group_is_in_the_audit_log(clients, account):
    group = AccountGroup.objects.get(name="Retail")
    client = clients[Role.ADMIN]
    form = client.get(f"/admin/trading/accountgroup/{group.pk}/change/").context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value is not None}
    inline = {"instruments-TOTAL_FORMS": "0", "instruments-INITIAL_FORMS": "0"}
    response = client.post(
        f"/admin/trading/accountgroup/{group.pk}/change/",
        fields | inline | {"spread_mode": "markup", "spread_points": 7},
    )
    assert response.status_code == 302
    event = Event.objects.get(type="staff.object_changed")
    assert event.payload["changes"]["spread_points"] == {"before": 0, "after": 7}


@pytest.mark.parametrize("name", ["why", "why_document"])
def test_only_staff_are_told_why(clients, account, position, name):
    seq = newest_seq(account.pk)
    address = reverse(f"admin:trading_tradingaccount_{name}", args=[account.pk, seq])
    for who, client in clients.items():
        assert client.get(address).status_code == (200 if isinstance(who, Role) else 302), who


def test_lists_and_audit_log_lead_to_why(clients, account, position):
    deal = Deal.objects.get(account=account)
    address = reverse("admin:trading_tradingaccount_why", args=[account.pk, deal.event_seq])
    assert address in clients[Role.ADMIN].get(reverse("admin:trading_deal_changelist")).content.decode()
    event = Event.objects.get(stream=f"account:{account.pk}", seq=deal.event_seq)
    page = clients[Role.ADMIN].get(reverse("admin:core_event_change", args=[event.pk]))
    assert address in page.content.decode()


def test_staff_apply_the_limits_for_retail_clients_to_a_group(clients, account):
    group = account.group
    assert press(clients["trader"], group, "apply_retail_limits", model="accountgroup").status_code in (302, 403)
    assert not group.instruments.exists()
    response = press(clients[Role.ADMIN], group, "apply_retail_limits", model="accountgroup")
    assert response.headers["HX-Redirect"] == f"/admin/trading/accountgroup/{group.pk}/change/"
    assert group.instruments.get(asset_class="crypto").leverage_cap == 2
    assert group.instruments.get(symbol_id="EURUSD").leverage_cap == 30
