from contextlib import contextmanager
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.reader import Position, current_position, read_after
from forexpro.core.events.record import record
from forexpro.core.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = Origin(actor="system:test")


def write(stream, type="t"):
    with transaction.atomic():
        record([NewEvent(stream, type, {"n": "1"})], origin=ORIGIN)


@contextmanager
def slow_writer(stream):
    """Another session that has recorded an event and commits when the block ends."""
    recorded, commit = Signal(), Signal()

    def run():
        try:
            with transaction.atomic():
                record([NewEvent(stream, "slow", {})], origin=ORIGIN)
                recorded.set()
                commit.wait(10)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    assert recorded.wait(10)
    try:
        yield
    finally:
        commit.set()
        thread.join()


def follow_by_position():
    position = Position()
    while True:
        events = read_after(position)
        position = events[-1].position if events else position
        yield [event.stream for event in events]


def follow_by_id():
    """What one would write first: the control that shows what goes wrong."""
    last = 0
    while True:
        rows = list(Event.objects.filter(id__gt=last).order_by("id").values_list("id", "stream"))
        last = rows[-1][0] if rows else last
        yield [stream for _id, stream in rows]


@pytest.mark.parametrize(
    ("follower", "seen_at_last"),
    [(follow_by_position, {"slow:1", "fast:1"}), (follow_by_id, {"fast:1"})],
)
def test_a_slower_transaction_is_skipped_by_id_but_not_by_position(follower, seen_at_last):
    following = follower()
    seen = []
    with slow_writer("slow:1"):
        write("fast:1")  # a later id, committed earlier
        seen += next(following)
    seen += next(following)
    seen += next(following)
    assert set(seen) == seen_at_last
    assert len(seen) == len(seen_at_last)


def test_reads_pages_of_one_prefix_in_the_order_of_each_stream():
    for number in range(5):
        write("account:1", f"t{number}")
        write("user:1")
    position, seen = Position(), []
    while page := read_after(position, stream_prefix="account:", limit=2):
        assert len(page) <= 2
        seen += [(event.seq, event.type, event.payload) for event in page]
        position = page[-1].position
    assert seen == [(number + 1, f"t{number}", {"n": "1"}) for number in range(5)]


def test_the_present_position_starts_before_unfinished_transactions_and_after_finished_ones():
    write("before:1")
    with slow_writer("unfinished:1"):
        position = current_position()
        write("after:1")
    assert [event.stream for event in read_after(position)] == ["unfinished:1", "after:1"]
