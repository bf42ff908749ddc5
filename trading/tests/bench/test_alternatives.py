"""What orders are compared with writes what an order writes."""

from contextlib import closing

import pytest
from django.db import connection

from forexpro.core.models import Event
from trading.bench.alternatives import Orderer, RawOrders, place_with_orm
from trading.models import Deal, IdempotencyRecord, Order, Position
from trading.tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)

CHOSEN = {
    "id",
    "position_id",
    "order_id",
    "event_seq",
    "first_seq",
    "last_seq",
    "seq",
    "key",
    "request_hash",
    "payload",
}


def written(account):
    """Return the newest rows, without ids, moments, hashes and payloads."""
    with connection.cursor() as cursor:
        for model in (Order, Position, Deal, IdempotencyRecord):
            cursor.execute(
                f"SELECT * FROM {model._meta.db_table} WHERE account_id = %s ORDER BY id DESC LIMIT 1", [account.pk]
            )
            row = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
            for name, value in row.items():
                if name not in CHOSEN and not name.endswith(("_at", "_time")) and name != "reason":
                    yield model.__name__, name, value
    events = Event.objects.filter(stream=f"account:{account.pk}").order_by("-seq")[:3]
    yield [event.type for event in events]


def place(account):
    make_order(account, volume="0.01", idempotency_key="service")


def test_alternatives_write_what_an_order_writes(account):
    place(account)
    expected = list(written(account))
    raw = RawOrders([Orderer(account.pk, account.owner_id, key_digest="")])
    with closing(raw):
        raw.place(0)
        assert list(written(account)) == expected
        raw.place_with_key(0)
    assert list(written(account)) == expected
    place_with_orm(account.pk)
    assert list(written(account)) == expected
