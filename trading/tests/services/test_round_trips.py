"""How often an order goes to PostgreSQL and back: the same for one position and for many."""

import tempfile
from contextlib import contextmanager

import pytest
from django.db import connection
from psycopg.pq import Trace

from trading.services.positions import position_close, positions_close_all
from trading.tests.factories import ORIGIN, make_order

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def round_trips():
    """Count how often the connection sent something after having received the last answer."""
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    counted = []
    with tempfile.TemporaryFile("w+") as trace:
        pgconn.trace(trace.fileno())
        pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield counted
        pgconn.untrace()
        trace.seek(0)
        senders = [line[0] for line in trace if line[0] in "FB"]
    counted.append(sum(before != "F" and now == "F" for before, now in zip(["B", *senders], senders, strict=False)))


def test_order_takes_three_round_trips(account):
    """BEGIN, lock and load; record; COMMIT."""
    make_order(account)  # loads the conditions of the group
    with round_trips() as counted:
        make_order(account, idempotency_key="a")
    assert counted == [3]


def test_order_through_http_takes_three_more(account, client):
    """Session, user and account."""
    client.force_login(account.owner)
    body = {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10"}

    def post(key):
        path = f"/api/v1/accounts/{account.pk}/orders"
        return client.post(path, body, content_type="application/json", headers={"Idempotency-Key": key})

    # The first loads the conditions of the group, the third prepares the statements.
    assert {post(key).status_code for key in "abc"} == {201}
    with round_trips() as counted:
        assert post("d").status_code == 201
    assert counted == [6]


def test_closing_takes_as_many_however_much_is_closed(account):
    answers = [make_order(account) for _ in range(10)]
    with round_trips() as one:
        position_close(account_id=account.pk, position_id=answers[0].order_id, origin=ORIGIN)
    with round_trips() as nine:
        positions_close_all(account_id=account.pk, origin=ORIGIN)
    assert one == nine == [3]
