"""Lists with very many rows: what they find, how many queries they take, and that indexes answer them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from trading.engine.state import OrderType
from trading.models import Deal, Order, Position, TradingAccount
from trading.services.positions import position_close
from trading.tests.factories import ORIGIN, make_account, make_order, make_user

pytestmark = pytest.mark.django_db
QUERIES = {
    "accounts/user/": 7,
    "trading/tradingaccount/": 7,
    "trading/order/": 6,
    "trading/position/": 6,
    "trading/deal/": 6,
    "trading/ledgertransaction/": 6,
    "trading/conditionsversion/": 6,
    "core/event/": 8,
}


@pytest.fixture
def staff(client):
    user = User.objects.create_superuser("staff@example.com", None, full_name="Staff")
    client.force_login(user)
    return client


@pytest.fixture
def crowd(market):
    """Accounts by what is particular about them."""
    accounts = {}
    for name in ("busy", "idle", "large"):
        owner = User.objects.create_user(f"{name}@example.com", full_name=name)
        accounts[name] = make_account(owner, deposit="50000")
    for name, volume in (("busy", "0.10"), ("large", "10.00")):
        make_order(accounts[name], volume=volume)
    return accounts


def rows(client, address):
    response = client.get(f"/admin/{address}")
    assert response.status_code == 200, response.get("Location")
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("address", QUERIES)
def test_a_list_takes_the_same_few_queries_however_long_it_is(staff, crowd, address):
    counts = []
    for more in (0, 12):
        for number in range(more):
            account = make_account(make_user(f"more{number}@example.com"), deposit="100")
            make_order(account, type=OrderType.LIMIT, volume="0.01", price="1.05000")
        staff.get(f"/admin/{address}")
        with CaptureQueriesContext(connection) as queries:
            staff.get(f"/admin/{address}")
        counts.append(len(queries))
    assert counts[0] == counts[1] == QUERIES[address]


@pytest.mark.parametrize("model", ["order", "position", "deal", "ledgertransaction", "conditionsversion"])
def test_rows_of_accounts_are_never_counted(staff, crowd, model):
    counting = re.compile(rf"count\(\*\).*trading_{model}", re.IGNORECASE)
    with CaptureQueriesContext(connection) as queries:
        staff.get(f"/admin/trading/{model}/")
    assert not [query["sql"] for query in queries if counting.search(query["sql"])]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"busy", "idle", "large"}),
        ("?volume=7", {"busy", "large"}),
        ("?volume=30", {"busy", "large"}),
        ("?volume=none", {"idle"}),
        ("?volume=never", {"idle"}),
        ("?open=any", {"busy", "large"}),
        ("?open=10", {"large"}),
        ("?open=50", set()),
        ("?open=nonsense", {"busy", "idle", "large"}),
        ("?currency=USD", {"busy", "idle", "large"}),
        ("?currency=EUR", set()),
        ("?margin_call__exact=1", set()),
        ("?q=idle", {"idle"}),
    ],
)
def test_accounts_are_found(staff, crowd, query, found):
    names = {account.owner.full_name for account in rows(staff, f"trading/tradingaccount/{query}")}
    assert names == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?volume=none", {"idle"}),
        ("?volume=never", {"idle", "Staff"}),
        ("?volume=7", {"busy", "large"}),
        ("?margin_call=1", set()),
    ],
)
def test_people_are_found_by_what_they_trade(staff, crowd, query, found):
    assert {user.full_name for user in rows(staff, f"accounts/user/{query}")} == found


def test_an_account_in_margin_call_leads_to_its_owner(staff, crowd):
    TradingAccount.objects.filter(pk=crowd["idle"].pk).update(margin_call=True)
    assert [user.full_name for user in rows(staff, "accounts/user/?margin_call=1")] == ["idle"]


def test_a_suspended_client_is_not_missed(staff, crowd):
    User.objects.filter(full_name="idle").update(is_active=False)
    assert rows(staff, "accounts/user/?volume=none") == []


def test_people_are_found_by_their_number_and_by_that_of_an_account(staff, crowd):
    owner = crowd["busy"].owner
    assert rows(staff, f"accounts/user/?q={owner.pk}") == [owner]
    assert rows(staff, f"accounts/user/?q={crowd['busy'].number}") == [owner]
    assert rows(staff, "accounts/user/?q=9" + "9" * 30) == []


@pytest.mark.parametrize("model", ["order", "position", "deal", "ledgertransaction"])
def test_rows_are_found_by_the_number_of_their_account(staff, crowd, model):
    found = rows(staff, f"trading/{model}/?q={crowd['busy'].number}")
    assert found
    assert {row.account_id for row in found} == {crowd["busy"].pk}
    assert rows(staff, f"trading/{model}/?q={crowd['busy'].number + 1000}") == []


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("trading/order/?status=filled&side=buy&symbol=EURUSD&type=market", Order),
        ("trading/position/?closed_at__isempty=1&symbol=EURUSD&side=buy", Position),
        ("trading/deal/?entry=in&reason=order&symbol=EURUSD", Deal),
    ],
)
def test_filters_of_rows(staff, crowd, address, model):
    assert len(rows(staff, address)) == model.objects.count() == 2
    assert rows(staff, address.replace("EURUSD", "USDJPY")) == []


def test_a_filter_of_movements(staff, crowd):
    assert len(rows(staff, "trading/ledgertransaction/?reason=deposit")) == 3
    assert rows(staff, "trading/ledgertransaction/?reason=withdrawal") == []


def test_deals_of_a_position(staff, crowd):
    position = Position.objects.get(account=crowd["busy"])
    position_close(account_id=position.account_id, position_id=position.pk, origin=ORIGIN)
    assert len(rows(staff, f"trading/deal/?q={position.pk}")) == 2


@pytest.fixture
def plan(crowd):
    """Return the plan of a query when PostgreSQL may not read a whole table: the index that it could use."""

    def explain(queryset):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        return queryset.explain()

    return explain


def test_newest_rows_are_read_from_the_end(plan):
    for model in (Order, Position, Deal):
        assert "Index Scan Backward" in plan(model.objects.order_by("-id")[:50]), model


def test_rows_of_an_account_are_read_from_its_index(plan, crowd):
    account = crowd["busy"]
    for model, index in ((Order, "order_account"), (Position, "position_account"), (Deal, "deal_account")):
        assert index in plan(model.objects.filter(account=account).order_by("-id")[:50]), model


def test_times_of_deals_are_found_by_their_index(plan):
    assert "deal_time" in plan(Deal.objects.filter(executed_at__gte="2026-01-01T00:00Z").order_by())


def test_open_positions_are_read_from_an_index_that_has_no_others(plan):
    found = plan(Position.objects.filter(closed_at=None).values("account_id").order_by())
    assert "position_open" in found or "position_swap_due" in found


def test_prices_have_all_digits_of_their_symbol(staff, crowd):
    for address in ("trading/position/", "trading/deal/"):
        assert "1.10010" in staff.get(f"/admin/{address}").content.decode()
    position = Position.objects.filter(account=crowd["busy"]).get()
    assert "1.10010" in staff.get(f"/admin/trading/position/{position.pk}/change/").content.decode()


def test_a_closed_position_has_the_volume_that_it_had(staff, crowd):
    closed = Position.objects.get(account=crowd["busy"])
    position_close(account_id=crowd["busy"].pk, position_id=closed.pk, origin=ORIGIN)
    page = staff.get("/admin/trading/position/").content.decode()
    assert re.findall(r"field-lots[^>]*>\s*([\d.]+)", page) == ["10.00", "0.10"]


def test_rows_on_the_page_of_an_account_do_not_say_whose_they_are(staff, crowd):
    account = crowd["busy"]
    rows_of = {
        address: re.findall(r"<td>(\d{8})</td>", staff.get(f"/admin/{address}/change/").content.decode())
        for address in (f"trading/tradingaccount/{account.pk}", f"accounts/user/{account.owner_id}")
    }
    # A position, a deal and the deposit.
    assert list(rows_of.values()) == [[], [str(account.number)] * 3]
