from datetime import UTC, datetime, timedelta

from django.conf import settings

from forexpro.celery import app
from forexpro.core.models import Event
from forexpro.core.realtime.connections import name
from marketdata.models import Symbol
from trading.engine.state import OrderType, TimeInForce
from trading.models import IdempotencyRecord, Order, Position
from trading.tasks import expire_orders, forget_old_requests, replay_accounts, roll_over, sweep_margins
from trading.tests.factories import make_account, make_order, set_price


def place(account, volume, **arguments):
    make_order(account, volume=volume, **arguments)


def test_sweep_stops_out_what_the_engine_missed(account):
    safe = make_account(account.owner)
    place(account, "9.00")
    place(safe, "0.10")
    set_price("EURUSD", "1.09000", "1.09010")

    sweep_margins()
    assert list(Position.objects.filter(closed_at=None).values_list("account_id", flat=True)) == [safe.pk]
    stop_out = Event.objects.get(type="account.stop_out")
    assert (stop_out.stream, stop_out.actor) == (f"account:{account.pk}", "system:margin-sweep")

    events = Event.objects.count()
    sweep_margins()
    assert Event.objects.count() == events


def test_account_without_prices_does_not_stop_the_sweep(account, redis):
    place(account, "9.00")
    redis.delete(name("quotes"))
    sweep_margins()
    assert Position.objects.get().closed_at is None


def test_orders_that_no_engine_withdrew_are_withdrawn(account):
    for seconds in (1, 3600):
        make_order(
            account,
            type=OrderType.LIMIT,
            price="1.05",
            time_in_force=TimeInForce.GTD,
            expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
        )
    expired, working = Order.objects.order_by("id")
    Order.objects.filter(pk=expired.pk).update(expires_at=datetime.now(UTC) - timedelta(minutes=2))
    expire_orders()
    expired.refresh_from_db()
    working.refresh_from_db()
    assert (expired.status, expired.reason, working.status) == ("cancelled", "expired", "working")
    assert Event.objects.get(type="order.cancelled").actor == "system:order-expiry"

    events = Event.objects.count()
    expire_orders()
    assert Event.objects.count() == events


def test_old_requests_are_forgotten(account):
    place(account, "0.10", idempotency_key="old")
    place(account, "0.10", idempotency_key="new")
    IdempotencyRecord.objects.filter(key="old").update(created_at=datetime.now(UTC) - timedelta(days=31))
    forget_old_requests()
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]


def test_beat_runs_them():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {sweep_margins.name, forget_old_requests.name} <= scheduled & set(app.tasks)


def test_rollover_charges_the_night_and_then_nothing(account):
    Symbol.objects.filter(code="EURUSD").update(swap_mode="points", swap_long=-5, swap_week="1 1 1 1 1 1 1")
    place(account, "1.00")
    roll_over()
    assert not Event.objects.filter(type="position.swap_charged").exists()

    Position.objects.update(opened_at=datetime.now(UTC) - timedelta(days=1))
    roll_over()
    roll_over()
    event = Event.objects.get(type="position.swap_charged")
    assert (event.payload["amount"], event.actor) == ("-5.00", "system:rollover")


def test_replay_records_the_accounts_that_differ(account):
    place(account, "0.10")
    untouched = make_account(account.owner)
    place(untouched, "0.10")
    replay_accounts()
    assert not Event.objects.filter(type="replay.difference").exists()

    Position.objects.filter(account=account).update(comment="changed")
    replay_accounts()
    difference = Event.objects.get(type="replay.difference")
    assert (difference.stream, difference.actor) == ("system:replay", "system:replay")
    assert difference.payload["account_id"] == account.pk
    assert "comment is" in difference.payload["difference"]
