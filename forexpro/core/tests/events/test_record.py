from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from forexpro.core.events.chain import GENESIS, NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.models import Event, EventStream

ORIGIN = Origin(actor="system:test", ip="203.0.113.9")


@pytest.mark.django_db
def test_records_in_order_and_links_the_chain():
    with transaction.atomic():
        record([NewEvent("account:1", "a", {"n": "1"}), NewEvent("user:1", "b", {})], origin=ORIGIN)
        record([NewEvent("account:1", "c", {})], origin=ORIGIN)
    first, second = Event.objects.filter(stream="account:1").order_by("seq")
    assert (first.type, first.seq, first.prev_hash) == ("a", 1, GENESIS)
    assert (second.type, second.seq, second.prev_hash) == ("c", 2, first.hash)
    assert first.payload == {"n": "1"}
    head = EventStream.objects.get(name="account:1")
    assert (head.seq, head.hash) == (2, second.hash)


@pytest.mark.django_db(transaction=True)
def test_insists_on_the_transaction_of_the_effect():
    with pytest.raises(transaction.TransactionManagementError):
        record([NewEvent("account:1", "a", {})], origin=ORIGIN)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_gap():
    with transaction.atomic():
        record([NewEvent("account:1", "a", {})], origin=ORIGIN)
    with transaction.atomic():
        record([NewEvent("account:1", "lost", {})], origin=ORIGIN)
        transaction.set_rollback(True)
    with transaction.atomic():
        record([NewEvent("account:1", "b", {})], origin=ORIGIN)
    assert list(Event.objects.order_by("seq").values_list("seq", "type")) == [(1, "a"), (2, "b")]


@pytest.mark.django_db(transaction=True)
def test_eight_threads_number_their_streams_without_gaps():
    """Each transaction writes several streams in another order; heads locked in name order cannot deadlock."""
    threads, rounds = 8, 12
    start = Barrier(threads)

    def write(number):
        try:
            start.wait()
            for round in range(rounds):
                streams = ["account:1", "account:2", f"user:{number}"]
                ordered = streams if (number + round) % 2 else streams[::-1]
                with transaction.atomic():
                    record([NewEvent(stream, "t", {"by": f"{number}/{round}"}) for stream in ordered], origin=ORIGIN)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(write, number) for number in range(threads)]:
            future.result()

    for stream in ("account:1", "account:2"):
        events = list(Event.objects.filter(stream=stream).order_by("seq"))
        assert [event.seq for event in events] == list(range(1, threads * rounds + 1))
        assert [event.prev_hash for event in events] == [GENESIS, *(event.hash for event in events[:-1])]
        assert len({event.payload["by"] for event in events}) == threads * rounds


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_event SET payload = '{}'",
        "DELETE FROM core_event",
        "TRUNCATE core_event",
    ],
)
def test_the_database_refuses_to_rewrite(statement):
    with transaction.atomic():
        record([NewEvent("account:1", "a", {"n": "1"})], origin=ORIGIN)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().payload == {"n": "1"}


@pytest.mark.django_db
def test_readers_are_woken_after_the_commit_and_its_failure_is_nobodys(
    monkeypatch, django_capture_on_commit_callbacks, caplog
):
    woken = []

    def wake(streams):
        woken.append(list(streams))
        raise RuntimeError("nobody listens")

    monkeypatch.setattr("forexpro.core.events.record.wake", wake)
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            record([NewEvent("b", "t", {}), NewEvent("a", "t", {})], origin=ORIGIN)
        assert woken == []
    assert woken == [["a", "b"]]
    assert "nobody listens" in caplog.text
