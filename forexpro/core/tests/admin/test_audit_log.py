import csv
import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connections, transaction
from django.test import Client

from forexpro.core.events import selectors
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.events.selectors import event_types
from forexpro.core.events.verify import events_verify
from forexpro.core.models import Event, EventAnchor, EventVerification

User = get_user_model()
pytestmark = pytest.mark.django_db
CHANGES = {"name": {"before": "Old <b>", "after": "New"}, "active": {"before": None, "after": False}}
LIST = "/admin/core/event/"
EXPORT = "/admin/core/event/export/"


def write(stream, type, payload=None, *, actor="user:1", ip=None, request_id="", at=None):
    with transaction.atomic():
        record(
            [NewEvent(stream, type, payload or {})],
            origin=Origin(actor=actor, request_id=request_id, ip=ip),
            occurred_at=at,
        )


@pytest.fixture
def staff():
    """Return what creates a signed-in client by permissions; `None` is somebody who is not staff."""
    from django.contrib.auth.models import Permission

    def client(*permissions, is_staff=True, is_superuser=False):
        user = User.objects.create_user(
            f"{User.objects.count()}@example.org", None, full_name="S", is_staff=is_staff, is_superuser=is_superuser
        )
        user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        browser = Client()
        browser.force_login(user)
        browser.user = user
        return browser

    return client


@pytest.fixture
def log():
    write("account:1", "order.placed", {"symbol": "EURUSD"}, at=datetime(2026, 1, 5, 12, tzinfo=UTC))
    write("account:2", "order.placed", {"symbol": "USDJPY"}, actor="user:2", ip="2001:db8::1")
    write("user:2", "user.signed_in", ip="203.0.113.9", request_id="request-abc")
    write(
        "staff:9",
        "staff.object_changed",
        {
            "object": "trading.accountgroup:3",
            "name": "Retail",
            "changes": CHANGES,
        },
        actor="staff:9",
    )


def shown(client, query=""):
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [(event.stream, event.type) for event in response.context["cl"].result_list]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["staff:9", "user:2", "account:2", "account:1"]),
        ("?stream=account:1", ["account:1"]),
        ("?actor=user:2", ["account:2"]),
        ("?type=order.placed", ["account:2", "account:1"]),
        ("?ip=203.0.113.9", ["user:2"]),
        ("?ip=2001:DB8:0::1", ["account:2"]),
        ("?ip=nonsense", []),
        ("?object=trading.accountgroup:3", ["staff:9"]),
        ("?request_id=request-abc", ["user:2"]),
        (
            "?occurred_at_from_0=2026-01-05&occurred_at_from_1=00:00:00&occurred_at_to_0=2026-01-06&occurred_at_to_1=00:00:00",
            ["account:1"],
        ),
        ("?occurred_at_from_0=2026-01-05&occurred_at_to_0=2026-01-05", ["account:1"]),
        ("?occurred_at_to_0=2026-01-04", []),
        ("?occurred_at_to_0=yesterday", ["staff:9", "user:2", "account:2", "account:1"]),
        ("?q=account:2", ["account:2"]),
        ("?q=user:2", ["user:2", "account:2"]),
        ("?q=203.0.113.9", ["user:2"]),
        ("?q=order.placed", ["account:2", "account:1"]),
        ("?q=request-abc", ["user:2"]),
        ("?q=trading.accountgroup:3", ["staff:9"]),
        ("?q=nobody@example.org", []),
        ("?q=nothing", []),
        ("?person=2", ["user:2", "account:2"]),
        ("?person=nobody@example.org", []),
        ("?person=nobody", []),
    ],
)
def test_filters_and_searches(staff, log, query, expected):
    assert [stream for stream, _type in shown(staff("view_event"), query)] == expected


def test_finds_a_person_by_address(staff, log):
    client = staff("view_event")
    write(f"user:{client.user.pk}", "user.signed_in")
    write("account:5", "order.placed", actor=f"user:{client.user.pk}")
    assert {stream for stream, _type in shown(client, f"?q={client.user.email}")} == {
        f"user:{client.user.pk}",
        "account:5",
    }


def test_filters_by_a_person(staff, log):
    client = staff("view_event")
    write(f"user:{client.user.pk}", "user.signed_in")
    write("account:5", "order.placed", actor=f"user:{client.user.pk}")
    assert {stream for stream, _type in shown(client, f"?person={client.user.email.upper()}")} == {
        f"user:{client.user.pk}",
        "account:5",
    }


def test_pages_without_counting(staff, django_assert_max_num_queries, log):
    with transaction.atomic():
        record([NewEvent("account:3", "t", {"n": str(n)}) for n in range(120)], origin=Origin(actor="user:1"))
    client = staff("view_event")
    seen = []
    for page in (1, 2, 3):
        with django_assert_max_num_queries(12) as queries:
            seen += shown(client, f"?p={page}")
        statements = [query["sql"] for query in queries if "core_event" in (query["sql"] or "")]
        assert not any("COUNT(" in statement for statement in statements)
    assert len(seen) == 124


def test_says_what_happened_in_words(staff, log):
    write("user:2", "user.signed_in", {"user_agent": "Firefox"})
    page = staff("view_event").get(LIST).content.decode()
    assert "Signed in with Firefox." in page
    assert "trading.accountgroup:3" in page


def test_a_payload_of_another_version_does_not_hide_the_log(staff):
    write("account:1", "order.placed", {"symbol": "EURUSD"})
    write("account:1", "order.invented", {})
    page = staff("view_event").get(LIST).content.decode()
    assert page.count("order.placed") >= 2
    assert page.count("order.invented") >= 2


def test_the_list_escapes_and_the_detail_shows_before_and_after(staff, log):
    client = staff("view_event")
    event = Event.objects.get(stream="staff:9")
    page = client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert "Old &lt;b&gt;" in page
    assert "Old <b>" not in page
    assert '<td class="was">–</td><td class="is">False</td>' in page
    assert "matches its hash and continues" in page


def test_the_detail_says_who_acted_by_name(staff):
    client = staff("view_event")
    write("account:1", "order.placed", {"symbol": "EURUSD"}, actor=f"staff:{client.user.pk}")
    page = client.get(f"{LIST}{Event.objects.get().pk}/change/").content.decode()
    assert f"S (staff:{client.user.pk})" in page


def test_the_detail_notices_an_altered_row(staff, log):
    from django.db import connection

    client = staff("view_event")
    event = Event.objects.get(stream="account:1")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_rewrite")
        cursor.execute('UPDATE core_event SET payload = \'{"symbol": "XAUUSD"}\' WHERE id = %s', [event.pk])
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_rewrite")
    page = client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert "does not match its hash" in page


@pytest.mark.parametrize(
    ("permissions", "options", "status"),
    [
        (["view_event"], {}, 200),
        ([], {"is_superuser": True}, 200),
        ([], {}, 403),
        (["view_user"], {}, 403),
        (["view_event"], {"is_staff": False}, 403),
    ],
)
def test_who_may_look_and_export(staff, log, permissions, options, status):
    client = staff(*permissions, **options)
    assert client.get(LIST, follow=True).status_code == status
    assert client.get(EXPORT, follow=True).status_code == status


def test_visitors_sign_in_first(client):
    for url in (LIST, EXPORT):
        assert client.get(url, follow=True).redirect_chain[-1][0].startswith("/sign-in?next=/admin/")


@pytest.mark.parametrize("who", [{"is_superuser": True}, {}])
def test_nobody_writes(staff, log, who):
    client = staff("view_event", "add_event", "change_event", "delete_event", **who)
    event = Event.objects.get(stream="account:1")
    before = list(Event.objects.order_by("id").values_list("hash", flat=True))
    attempts = [
        client.get(f"{LIST}add/"),
        client.post(f"{LIST}add/", {"stream": "account:1"}),
        client.post(f"{LIST}{event.pk}/change/", {"type": "forged"}),
        client.post(f"{LIST}{event.pk}/delete/", {"post": "yes"}),
    ]
    assert {response.status_code for response in attempts} == {403}
    client.post(LIST, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert list(Event.objects.order_by("id").values_list("hash", flat=True)) == before


def exported(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_exports_what_is_filtered_and_records_it(staff, log):
    client = staff("view_event")
    response = client.get(f"{EXPORT}?type=order.placed")
    rows = exported(response)
    assert response["Content-Disposition"].startswith('attachment; filename="audit-log-')
    assert [(row["stream"], row["payload"]) for row in rows] == [
        ("account:1", '{"symbol":"EURUSD"}'),
        ("account:2", '{"symbol":"USDJPY"}'),
    ]
    assert rows[0]["occurred_at"] == "2026-01-05T12:00:00+00:00"
    assert len(rows[0]["hash"]) == 64
    event = Event.objects.get(type="staff.audit_log_exported")
    assert event.stream == f"staff:{client.user.pk}"
    assert event.payload == {"filters": {"type": "order.placed"}}


def test_exports_more_rows_than_it_ever_holds(staff, log, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(selectors, "EXPORT_CHUNK", 10)
    with transaction.atomic():
        record([NewEvent("account:3", "t", {"n": str(n)}) for n in range(35)], origin=Origin(actor="user:1"))
    response = staff("view_event").get(f"{EXPORT}?stream=account:3")
    with django_assert_num_queries(5):
        pieces = list(response.streaming_content)
    assert len(pieces) == 5
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode())))
    assert [row["seq"] for row in rows] == [str(number) for number in range(1, 36)]


def test_exporting_nothing_is_a_file_with_a_heading(staff, log):
    assert exported(staff("view_event").get(f"{EXPORT}?stream=nothing")) == []


def test_types_are_those_that_occur(log):
    assert event_types() == ["order.placed", "staff.object_changed", "user.signed_in"]


def test_types_of_an_empty_log(db):
    assert event_types() == []


def test_says_whether_the_chain_was_verified(staff, log):
    client = staff("view_event")
    assert "has not been verified yet" in client.get(LIST).content.decode()
    now = datetime(2026, 1, 5, tzinfo=UTC)
    EventVerification.objects.create(started_at=now, streams=4, events=1234, anchors=0, faulty_streams=0)
    EventAnchor.objects.create(before_xid=1, streams=4, hash="ab" * 32)
    page = client.get(LIST).content.decode()
    assert "1,234 events of 4 streams are complete and unaltered" in page
    assert "abababababababab…" in page
    EventVerification.objects.create(
        started_at=now,
        streams=4,
        events=1234,
        anchors=0,
        faulty_streams=1,
        faults=[{"stream": "account:1", "seq": 7, "problem": "altered: x"}],
    )
    page = client.get(LIST).content.decode()
    assert "the log was altered" in page
    assert "account:1/7: altered: x" in page


@pytest.mark.django_db(transaction=True)
async def test_on_an_asgi_server_rows_are_made_while_they_are_sent(staff, monkeypatch):
    """Django's own adapter would make all rows first; this pulls one piece and looks how far the log was read."""
    from asgiref.sync import sync_to_async
    from django.test import AsyncClient

    monkeypatch.setattr(selectors, "EXPORT_CHUNK", 10)
    read = []
    original = selectors.in_chunks

    def counting(events):
        for chunk in original(events):
            read.append(len(chunk))
            yield chunk

    monkeypatch.setattr("forexpro.core.admin.audit_log.in_chunks", counting)

    def prepare():
        with transaction.atomic():
            record([NewEvent("account:3", "t", {"n": str(n)}) for n in range(35)], origin=Origin(actor="user:1"))
        return staff("view_event", is_superuser=True).user

    user = await sync_to_async(prepare)()
    client = AsyncClient()
    await client.aforce_login(user)
    response = await client.get(f"{EXPORT}?stream=account:3")
    pieces = aiter(response.streaming_content)
    assert (await anext(pieces)).startswith(b"id,occurred_at")
    assert read == [10]
    rest = b"".join([piece async for piece in pieces])
    assert read == [10, 10, 10, 5]
    assert rest.count(b"\n") == 25
    await sync_to_async(connections.close_all)()  # this test's own thread; the server does so after each request


@pytest.mark.django_db(transaction=True)
def test_a_verification_shows_in_the_back_office(staff, log):
    events_verify()
    client = staff("view_event")
    assert client.get("/admin/core/eventverification/").status_code == 200
    assert client.get("/admin/core/eventanchor/").status_code == 200
    assert staff().get("/admin/core/eventverification/").status_code == 403


# --- Live ----------------------------------------------------------------------------------------
def test_an_open_log_follows_every_stream_four_times_a_minute(staff, log, django_assert_num_queries):
    client = staff("view_event")
    page = client.get(LIST).content.decode()
    assert f'data-live="{LIST}news/"' in page
    assert 'data-live-pause="15"' in page
    since = page.partition('data-since="')[2].partition('"')[0]
    with django_assert_num_queries(
        5
    ):  # session, person, permissions of both kinds, and one look into the index of the log
        news = client.get(f"{LIST}news/?since={since}", headers={"X-Live": "1"}).json()
    assert news["changed"] is True, "this transaction is not over, so its events may be told of again"
    far = 2**62
    assert client.get(f"{LIST}news/?since={far}").json()["changed"] is False
