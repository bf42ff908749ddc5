import pytest
from django.db import transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.news import newest_place, news_since
from forexpro.core.events.record import record


def write(stream):
    with transaction.atomic():
        record([NewEvent(stream, "t", {})], origin=Origin(actor="user:1"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("of", "changed"),
    [
        ({"streams": ["account:7"]}, True),
        ({"streams": ["account:77"]}, False),
        ({"beginnings": ["account:"]}, True),
        ({"beginnings": ["user:", "acc"]}, True),
        ({"beginnings": ["user:"]}, False),
        ({}, False),
    ],
)
def test_tells_of_the_streams_that_are_asked_for(of, changed):
    place = newest_place()
    write("account:7")
    news = news_since(place, **of)
    assert news.changed == changed
    assert not news_since(news.place, **of).changed, "what was told is not told again"


@pytest.mark.django_db(transaction=True)
def test_a_slower_transaction_is_told_of_when_it_commits():
    """Its event has a lower id than what was committed, and told, meanwhile."""
    from threading import Event, Thread

    from django.db import connection

    recorded, may_commit = Event(), Event()

    def slow():
        with transaction.atomic():
            record([NewEvent("account:1", "t", {})], origin=Origin(actor="user:1"))
            recorded.set()
            may_commit.wait(30)
        connection.close()

    place = newest_place()
    thread = Thread(target=slow)
    thread.start()
    assert recorded.wait(30)
    write("account:2")
    news = news_since(place, beginnings=["account:2"])
    assert news.changed
    may_commit.set()
    thread.join()
    assert news_since(news.place, beginnings=["account:1"]).changed


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 2**70])
def test_any_number_is_a_place(place):
    assert isinstance(news_since(place, beginnings=["account:"]).changed, bool)
