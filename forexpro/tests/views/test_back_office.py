"""The first page, the state of the platform, the sidebar, the theme and a client's page, as staff see them."""

import re
from datetime import timedelta

import orjson
import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.middleware import SEEN_EVERY
from accounts.models import Scope, SignedInSession, User
from accounts.services.api_keys import api_key_create
from forexpro.back_office import figures as module
from forexpro.core.heartbeat import beat_record, heartbeat_record
from forexpro.core.http.sessions import idle_limit
from forexpro.core.http.traffic import Traffic
from forexpro.core.realtime.connections import name
from kyc.models import VerificationCase
from trading.engine.state import OrderType
from trading.models import EngineCheckpoint, TradingAccount
from trading.tests.factories import (
    ORIGIN,
    make_account,
    make_live_account,
    make_method,
    make_order,
    make_symbols,
    make_user,
    set_price,
)
from trading.tests.services.funding.asking import ask_deposit

pytestmark = pytest.mark.django_db
TRADING = ["view_deal", "view_position", "view_tradingaccount"]


@pytest.fixture
def enter(client, redis):
    """Return what enters the back office with some permissions, or with all."""

    def enter(*permissions, is_superuser=False):
        user = make_user("staff@example.com", is_staff=True, is_superuser=is_superuser)
        user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def client_account(db, redis):
    """A client with an account that holds 1 EURUSD."""
    make_symbols()
    set_price("EURUSD", "1.10000", "1.10010")
    account = make_account(make_user("client@example.com"))
    make_order(account, volume=1)
    return account


def figures(client, query=""):
    shown = client.get(f"/admin/{query}").context["figures"]
    groups = {"people": shown.people, "trading": shown.trading, "traffic": shown.traffic}
    return shown, {group: {figure.title: figure for figure in found} for group, found in groups.items()}


def test_the_home_shows_figures_of_people_trading_and_platform(enter, client_account):
    shown, found = figures(enter(is_superuser=True))
    assert found["people"]["Clients"].value == "1"
    assert found["trading"]["Volume, lots"].value == "1.00"
    assert found["trading"]["Deposits"].value == "10,000.00\u00a0USD"
    assert found["trading"]["Traded within 30 days"].value == "1"
    assert found["trading"]["Clients' result"].detail == "-10.00\u00a0USD floating now"
    assert [(entry.symbol, entry.house_lots) for entry in shown.exposure] == [("EURUSD", -1)]
    assert len(found["trading"]["Volume, lots"].chart.bars) == 30


def test_every_desk_sees_what_its_lists_are_made_of(enter, client_account):
    shown, found = figures(enter("view_user"))
    assert set(found["people"]) == {"Clients", "New in 30 days", "Signed in within 30 days"}
    assert (found["trading"], shown.exposure) == ({}, [])


def test_money_is_for_those_who_see_the_ledger(enter, client_account):
    _shown, found = figures(enter(*TRADING))
    assert "Deposits" not in found["trading"]
    assert "Volume, lots" in found["trading"]
    assert found["people"] == {}


def test_real_money_comes_first_where_there_is_any(enter, client_account):
    client = enter(*TRADING)
    assert figures(client)[0].kind == "all"
    TradingAccount.objects.filter(pk=make_account(User.objects.get(email="client@example.com")).pk).update(kind="live")
    shown, found = figures(client)
    assert (shown.kind, found["trading"]["Volume, lots"].value) == ("live", "0.00")
    shown, found = figures(client, "?kind=demo")
    assert (shown.kind, found["trading"]["Volume, lots"].value) == ("demo", "1.00")
    assert figures(client, "?kind=nonsense")[0].kind == "live"


def test_figures_are_kept_for_a_minute(enter, client_account):
    client = enter(is_superuser=True)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/")
    assert not [query["sql"] for query in queries if "trading_deal" in (query["sql"] or "")]
    assert len(queries) == 13
    cache.delete_many(module.KEPT)
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/")
    assert len(queries) == 20


def test_requests_errors_and_times_are_shown(enter):
    counters = Traffic()
    for status, seconds in ((200, 0.02), (200, 0.02), (500, 1.5)):
        counters._next_flush = 0
        counters.add(counters.count(status=status, seconds=seconds))
    _shown, found = figures(enter())
    assert found["traffic"]["Errors in an hour"].value == "1"
    assert found["traffic"]["Response time, 95 of 100 within"].value == "2,000 ms"
    assert found["traffic"]["Response time, 95 of 100 within"].detail == "half within 25 ms, 99 of 100 within 2,000 ms"


def titles(client):
    return {item.title: item for item in client.get("/admin/").context["attention"]}


def engine(*, age):
    EngineCheckpoint.objects.update_or_create(
        shard="0/1",
        defaults={
            "tick_id": "1700000000000-1",
            "log_xid": 1,
            "log_id": 1,
            "updated_at": timezone.now() - timedelta(seconds=age),
        },
    )


def test_a_dead_shard_of_the_engine_is_urgent(enter):
    client = enter("view_symbol")
    engine(age=1)
    assert "Engine 0/1 does not run" not in titles(client)
    engine(age=60)
    assert titles(client)["Engine 0/1 does not run"].urgent


def test_silent_workers_are_urgent(enter, redis):
    client = enter("view_symbol")
    assert "Workers or beat are silent" not in titles(client), "nothing has ever run here"
    redis.set(name("heartbeat"), (timezone.now() - timedelta(minutes=5)).isoformat())
    assert titles(client)["Workers or beat are silent"].urgent


def status(client):
    return {part.title: part for part in client.get("/admin/status/").context["parts"]}


def test_the_state_of_every_part(enter, redis):
    client = enter()
    heartbeat_record()
    beat_record()
    engine(age=60)
    report = {"name": "simulator", "status": "delayed", "detail": "slow", "at": timezone.now().isoformat()}
    redis.hset(name("feeds"), "simulator", orjson.dumps(report))
    parts = status(client)
    assert {title: part.tone for title, part in parts.items()} == {
        "PostgreSQL": "good",
        "Redis": "good",
        "Workers": "good",
        "Feed simulator": "uncertain",
        "Engine 0/1": "bad",
        "Beat": "good",
    }
    assert dict(parts["PostgreSQL"].facts)["Version"]
    assert dict(parts["Workers"].facts) == {"Answering": "none"}
    redis.set(name("beat"), (timezone.now() - timedelta(minutes=5)).isoformat())
    assert status(client)["Beat"].tone == "bad"


def test_a_new_installation_is_uncertain_and_not_broken(enter):
    parts = status(enter())
    assert {parts[title].tone for title in ("Workers", "Feeds", "Beat")} == {"uncertain"}


def test_who_is_not_staff_learns_nothing_of_the_platform(client, db):
    client.force_login(make_user("client@example.com"))
    response = client.get("/admin/status/")
    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/admin/status/")


def sidebar(client):
    groups = client.get("/admin/").context["sidebar_navigation"]
    return {str(group["title"]): [str(item["title"]) for item in group["items"]] for group in groups}


def test_the_sidebar_has_what_may_be_seen_in_the_order_of_a_days_work(enter):
    found = sidebar(enter(is_superuser=True))
    assert list(found) == ["Desk", "Clients", "Trading", "Money", "Market", "System"]
    assert found["Desk"] == ["Home", "State of the platform"]
    assert found["Trading"][:4] == ["Accounts", "Positions", "Orders", "Deals"]
    assert "Schedules" in found["System"]


def test_the_sidebar_of_somebody_with_one_list(enter):
    assert sidebar(enter("view_user")) == {"Desk": ["Home", "State of the platform"], "Clients": ["People"]}


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [(None, 'class="dark"'), ("dark", 'class="dark"'), ("light", 'class="light"'), ("system", "")],
)
def test_the_back_office_has_the_theme_of_the_product(enter, cookie, expected):
    client = enter()
    if cookie is not None:
        client.cookies["theme"] = cookie
    opening = client.get("/admin/").content.decode().partition("<html")[2].partition(">")[0]
    assert expected in opening
    assert ("class=" in opening) == bool(expected)


def test_a_clients_page_shows_everything_on_one_screen(enter, client_account):
    client = enter(is_superuser=True)
    make_order(client_account, type=OrderType.LIMIT, price="1.05000")
    response = client.get(f"/admin/accounts/user/{client_account.owner_id}/change/")
    panels = [str(panel.title) for panel in response.context["panels"]]
    assert panels == [
        "Verification",
        "Client",
        "Trading accounts",
        "Open positions",
        "Working orders",
        "Newest deals",
        "Deposits, withdrawals and transfers",
        "Newest movements of money",
        "Sessions and keys",
        "Visits",
        "What happened",
    ]
    page = response.content.decode()
    for shown in (str(client_account.number), "1.10010", "1.05", "Deposit", "9,990.00", "-10.00"):
        assert shown in page, shown


def test_no_two_tables_of_a_clients_page_have_one_name(enter, client_account):
    owner, browser = client_account.owner, Client()
    browser.force_login(owner)
    SignedInSession.objects.create(
        user=owner,
        session_id=browser.session.session_key,
        signed_in_at=timezone.now(),
        last_seen_at=timezone.now(),
    )
    api_key_create(owner_id=owner.pk, name="Bot", scopes=[Scope.READ], lifetime=timedelta(1), origin=ORIGIN)
    page = enter(is_superuser=True).get(f"/admin/accounts/user/{owner.pk}/change/").content.decode()
    names = re.findall(r'role="group" aria-label="([^"]+)"', page)
    assert {"Sessions", "API keys"} <= set(names)
    assert len(names) == len(set(names))


def test_sections_of_a_clients_page_are_for_those_who_see_their_lists(enter, client_account):
    client = enter("view_user", "view_position")
    response = client.get(f"/admin/accounts/user/{client_account.owner_id}/change/")
    shown = [str(panel.title) for panel in response.context["panels"]]
    assert shown == ["Client", "Open positions", "Sessions and keys"]
    assert "9,990.00" not in response.content.decode()


def test_a_clients_page_takes_as_many_queries_for_many_accounts(enter, client_account):
    client = enter(is_superuser=True)
    address = f"/admin/accounts/user/{client_account.owner_id}/change/"
    client.get(address)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        for _number in range(3):
            make_account(client_account.owner, deposit="100")
    assert counts[0] == counts[1]


def test_a_position_that_cannot_be_valued_is_named(enter, client_account, redis):
    redis.delete(name("quotes"))
    page = enter(is_superuser=True).get(f"/admin/accounts/user/{client_account.owner_id}/change/").content.decode()
    assert f"Account {client_account.number} has open positions; a price to value them is missing." in page


def news(client, address, since):
    return client.get(f"/admin/{address}?since={since}").json()


def test_an_open_list_is_told_of_changes(enter, client_account):
    client = enter(is_superuser=True)
    page = client.get("/admin/trading/position/")
    assert page.context["live_address"] == "/admin/trading/position/news/"
    assert news(client, "trading/position/news/", "nonsense")["changed"]
    assert set(news(client, "accounts/user/news/", page.context["live_since"])) == {"since", "changed"}


@pytest.mark.parametrize("address", ["accounts/user/news/", "trading/position/news/", "core/event/news/"])
def test_who_may_not_see_a_list_hears_no_news_of_it(enter, client_account, address):
    assert enter("view_symbol").get(f"/admin/{address}?since=1").status_code == 403


def test_who_may_not_see_a_client_hears_no_news_of_them(enter, client_account):
    address = f"/admin/accounts/user/{client_account.owner_id}/news/?since=1"
    assert enter("view_symbol").get(address).status_code == 403


@pytest.mark.parametrize("address", ["", "status/", "trading/position/", "trading/position/news/?since=1"])
def test_an_open_page_that_asks_by_itself_keeps_no_session_alive(enter, address):
    client = enter(is_superuser=True)
    session = Session.objects.filter(session_key=client.session.session_key)
    session.update(expire_date=timezone.now() + idle_limit() - SEEN_EVERY - timedelta(seconds=5))
    before = session.get().expire_date
    assert client.get(f"/admin/{address}", headers={"X-Live": "1"}).status_code == 200
    assert session.get().expire_date == before
    client.get(f"/admin/{address}")
    assert session.get().expire_date > before


def test_the_home_names_requests_that_wait_and_how_long(enter, client_account, monkeypatch):
    client = enter("decide_deposit")
    assert "Deposits to decide" not in titles(client)
    ask_deposit(make_live_account(client_account.owner), make_method())
    assert not titles(client)["Deposits to decide"].urgent
    assert "Withdrawals to decide or pay" not in titles(client), "for those who decide about them"
    monkeypatch.setattr("forexpro.home.REQUEST_DUE", timedelta(0))
    assert titles(client)["Deposits to decide"].urgent


def test_the_home_names_documents_to_review(enter, client_account):
    client = enter("review_document")
    assert "Documents to review" not in titles(client)
    VerificationCase.objects.create(
        client=client_account.owner, opened_at=timezone.now(), waiting_since=timezone.now(), status="in_review"
    )
    assert titles(client)["Documents to review"].detail == "1 client waits"
