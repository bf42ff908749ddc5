from datetime import UTC, datetime, timedelta

import pytest

from forexpro.core.events.chain import GENESIS, Head, NewEvent, Origin, event_hash, extend

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ORIGIN = Origin(actor="user:1", request_id="request-1", ip="203.0.113.9")
FIELDS = {
    "stream": "account:1",
    "seq": 1,
    "type": "order.placed",
    "actor": "user:1",
    "payload": {"volume": "0.10", "symbol": "EURUSD"},
    "request_id": "request-1",
    "ip": "203.0.113.9",
    "occurred_at": AT,
    "prev_hash": GENESIS,
}


def test_extends_from_the_head():
    events = [NewEvent("account:1", "a", {}), NewEvent("account:1", "b", {"x": "1"})]
    first, second = extend(Head(4, "f" * 64), events, origin=ORIGIN, occurred_at=AT)
    assert (first.seq, second.seq) == (5, 6)
    assert first.prev_hash == "f" * 64
    assert second.prev_hash == first.hash
    assert (second.actor, second.request_id, second.ip) == ("user:1", "request-1", "203.0.113.9")


def test_the_hash_is_what_the_docstring_says():
    import hashlib

    canonical = (
        '{"actor":"user:1","ip":"203.0.113.9","occurred_at":"2026-01-02T03:04:05.678901Z",'
        '"payload":{"symbol":"EURUSD","volume":"0.10"},"request_id":"request-1","seq":1,'
        '"stream":"account:1","type":"order.placed"}'
    )
    assert event_hash(**FIELDS) == hashlib.sha256((GENESIS + canonical).encode()).hexdigest()


def test_the_order_of_keys_does_not_matter():
    reordered = FIELDS | {"payload": {"symbol": "EURUSD", "volume": "0.10"}}
    assert event_hash(**reordered) == event_hash(**FIELDS)


@pytest.mark.parametrize(
    "change",
    [
        {"stream": "account:2"},
        {"seq": 2},
        {"type": "order.cancelled"},
        {"actor": "staff:1"},
        {"payload": {"volume": "0.11", "symbol": "EURUSD"}},
        {"request_id": ""},
        {"ip": None},
        {"occurred_at": AT + timedelta(microseconds=1)},
        {"prev_hash": "1" + GENESIS[1:]},
    ],
)
def test_every_field_changes_the_hash(change):
    assert event_hash(**FIELDS | change) != event_hash(**FIELDS)
