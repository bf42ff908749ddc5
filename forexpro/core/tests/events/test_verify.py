from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from forexpro.core.events import verify
from forexpro.core.events.anchor import anchor_take
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.events.verify import events_verify
from forexpro.core.models import EventAnchor, EventVerification
from forexpro.core.tasks import take_event_anchor, verify_event_log

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log():
    """Three streams of four events, from an IPv6 address, with text that JSON escapes."""
    for number in range(4):
        for stream in ("account:1", "account:2", "user:1"):
            origin = Origin(actor="user:1", request_id="request-1", ip="2001:db8::1")
            with transaction.atomic():
                record(
                    [
                        NewEvent(
                            stream, "t", {"n": str(number), "text": 'é "quoted" \\ 漢', "deep": [{"b": 1, "a": None}]}
                        )
                    ],
                    origin=origin,
                )


def tamper(statement):
    """Change the log as somebody would who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_rewrite")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_rewrite")


def faults(outcome):
    return [(fault["stream"], fault["seq"]) for fault in outcome.faults]


def test_an_untouched_log_is_clean(log):
    anchor_take()
    outcome = events_verify()
    assert (outcome.events, outcome.streams, outcome.anchors, outcome.faults) == (12, 3, 1, [])
    assert EventVerification.objects.get().faulty_streams == 0


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE core_event SET payload = '{}' WHERE stream = 'account:2' AND seq IN (2, 3)", ("account:2", 2)),
        ("UPDATE core_event SET actor = 'user:2' WHERE stream = 'account:2' AND seq = 4", ("account:2", 4)),
        ("UPDATE core_event SET ip = '2001:db8::2' WHERE stream = 'account:2' AND seq = 1", ("account:2", 1)),
        ("UPDATE core_event SET ip = NULL WHERE stream = 'account:2' AND seq = 1", ("account:2", 1)),
        (
            "UPDATE core_event SET occurred_at = occurred_at + interval '1 us' WHERE stream = 'account:2' AND seq = 3",
            ("account:2", 3),
        ),
        ("UPDATE core_event SET hash = repeat('a', 64) WHERE stream = 'account:2' AND seq = 3", ("account:2", 3)),
        ("DELETE FROM core_event WHERE stream = 'account:2' AND seq = 1", ("account:2", 1)),
        ("DELETE FROM core_event WHERE stream = 'account:2' AND seq = 3", ("account:2", 3)),
        ("DELETE FROM core_event WHERE stream = 'account:2' AND seq = 4", ("account:2", 4)),
        ("DELETE FROM core_event WHERE stream = 'account:2'", ("account:2", 1)),
        ("DELETE FROM core_eventstream WHERE name = 'account:2'", ("account:2", 4)),
        ("UPDATE core_eventstream SET seq = 3 WHERE name = 'account:2'", ("account:2", 4)),
        ("UPDATE core_eventstream SET hash = repeat('a', 64) WHERE name = 'account:2'", ("account:2", 4)),
    ],
)
def test_names_the_first_altered_or_missing_row_of_the_stream(log, statement, expected):
    tamper(statement)
    outcome = events_verify()
    assert faults(outcome) == [expected]
    assert outcome.faulty_streams == 1


def rewrite_consistently(stream):
    """Forge a whole chain with right hashes and head, which only an anchor can notice."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_rewrite")
        cursor.execute("CREATE TEMPORARY TABLE kept AS SELECT id, xid FROM core_event WHERE stream = %s", [stream])
        cursor.execute("DELETE FROM core_event WHERE stream = %s", [stream])
        cursor.execute("DELETE FROM core_eventstream WHERE name = %s", [stream])
        with transaction.atomic():
            record([NewEvent(stream, "t", {"n": "forged"}) for _number in range(4)], origin=Origin(actor="user:1"))
        cursor.execute(
            "UPDATE core_event e SET xid = k.xid FROM "
            "(SELECT xid, row_number() OVER (ORDER BY id) AS seq FROM kept) k WHERE e.stream = %s AND e.seq = k.seq",
            [stream],
        )
        cursor.execute("DROP TABLE kept")
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER core_event_no_rewrite")


def test_a_chain_rewritten_consistently_contradicts_the_anchor(log):
    rewrite_consistently("account:2")
    assert events_verify().faults == []  # the control: without an anchor nothing shows


def test_an_anchor_notices_a_chain_rewritten_consistently(log):
    anchor = anchor_take()
    rewrite_consistently("account:2")
    outcome = events_verify()
    assert [fault["seq"] for fault in outcome.faults] == [None]
    assert f"anchor {anchor.pk}" in outcome.faults[0]["problem"]


def test_anchors_hold_while_the_log_grows(log):
    anchor_take()
    for stream in ("account:1", "account:9"):
        with transaction.atomic():
            record([NewEvent(stream, "later", {})], origin=Origin(actor="user:1"))
    anchor_take()
    assert EventAnchor.objects.latest("id").streams == 4
    assert events_verify().faults == []


def test_an_anchor_leaves_out_what_is_not_finished(log):
    from forexpro.core.tests.events.test_reader import slow_writer

    with slow_writer("account:1"):
        with transaction.atomic():
            record([NewEvent("account:2", "later", {})], origin=Origin(actor="user:1"))
        anchor_take()
    assert events_verify().faults == []


def test_reads_in_chunks_and_reports_progress(log, monkeypatch):
    monkeypatch.setattr(verify, "CHUNK", 5)
    seen = []
    outcome = events_verify(progress=lambda events, streams: seen.append((events, streams)))
    assert outcome.faults == []
    assert seen == [(5, 2), (10, 3), (12, 3)]


def test_the_command_says_so_and_exits_with_status(log):
    output = StringIO()
    call_command("verify_events", stdout=output)
    assert "12 events of 3 streams" in output.getvalue()

    tamper("UPDATE core_event SET payload = '{}' WHERE stream = 'user:1' AND seq = 2")
    output = StringIO()
    with pytest.raises(SystemExit) as exited:
        call_command("verify_events", stdout=output)
    assert exited.value.code == 1
    assert "user:1 number 2: altered" in output.getvalue()


def test_the_daily_tasks(log, caplog):
    take_event_anchor()
    anchor = EventAnchor.objects.get()
    tamper("DELETE FROM core_event WHERE stream = 'user:1' AND seq = 2")
    verify_event_log()
    assert EventVerification.objects.get().faulty_streams == 1
    assert "user:1 2: missing" in caplog.text
    assert len(anchor.hash) == 64
