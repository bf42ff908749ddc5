"""Clients on bad lines: a third of what they are sent is lost, they come again at random, and end up right."""

import asyncio
import random
import threading

import pytest
from channels.db import database_sync_to_async
from django.db import connection

from forexpro.core.http.throttles import UserThrottle
from trading import consumers
from trading.engine.codec import EVENT_TYPES, from_payload, state_hash
from trading.engine.evolve import evolve
from trading.engine.state import AccountState
from trading.selectors import account_state, newest_seq
from trading.services import recording
from trading.tests.api.conftest import AccountClient
from trading.tests.consumers.test_account_sockets import Socket, signed_in
from trading.tests.services.test_races import Worker

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async

LOST = 0.3
CONNECTIONS_MAX = 10_000
rounds = pytest.mark.parametrize("actions", [60, pytest.param(1500, marks=pytest.mark.long)])


class Follower:
    """Folds an account's events as its clients do: each number once and in order, whatever arrives how often."""

    def __init__(self, account, seed):
        self.state = AccountState(id=account.pk, currency="")
        self.seq = self.lost = self.repeated = self.connections = 0
        self.random = random.Random(seed)

    def loses(self):
        """Return whether what comes now is lost on its way."""
        lost = self.random.random() < LOST
        self.lost += lost
        return lost

    def take(self, event):
        """Take an event; return whether there is a gap before it."""
        if event["seq"] <= self.seq:
            self.repeated += 1
            return False
        if event["seq"] > self.seq + 1:
            return True
        self.seq = event["seq"]
        if event["type"] in EVENT_TYPES:
            facts = {name: value for name, value in event["payload"].items() if name != "evidence"}
            self.state = evolve(self.state, from_payload(event["type"], with_number_ids(facts)))
        return False


def with_number_ids(value):
    """Return JSON with the ids, which clients get as texts, as the numbers that they are."""
    if isinstance(value, list):
        return [with_number_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    ids = {key for key in value if key == "id" or key.endswith("_id")}
    return {key: int(item) if key in ids and item is not None else with_number_ids(item) for key, item in value.items()}


@pytest.fixture
def busy(account):
    """Let things happen to the account in a thread of their own; return what starts it, and whether it goes on."""

    def work(actions):
        def run():
            try:
                worker.act(actions)
            finally:
                connection.close()

        worker = Worker(account, seed=actions)
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    return work


def assert_converged(follower, account):
    assert follower.seq == newest_seq(account.pk)
    assert state_hash(follower.state) == state_hash(account_state(account))
    assert follower.lost
    assert follower.seq > 50, "a lot happened"


@rounds
def test_changes_bring_every_event_to_a_client_on_a_bad_line(account, trader, busy, monkeypatch, actions):
    monkeypatch.setattr(UserThrottle, "limit", lambda *arguments: None)  # it asks more often than one would
    client, follower = AccountClient(account, trader), Follower(account, seed=1)
    thread = busy(actions)
    while thread.is_alive() or follower.seq < newest_seq(account.pk):
        since = max(0, follower.seq - follower.random.choice([0, 0, 3]))  # a client may have lost its place
        response = client.get(f"/changes?since={since}&limit={follower.random.randint(4, 40)}")
        assert response.status_code == 200
        if follower.loses():
            continue
        gaps = [follower.take(event) for event in response.json()["events"]]
        assert not any(gaps), "an answer has no gap"
    thread.join()
    assert follower.repeated
    assert_converged(follower, account)


@rounds
async def test_sockets_bring_every_event_to_clients_on_bad_lines(account, trader, busy, monkeypatch, actions):
    wake, lossy = recording.wake, random.Random(2)
    monkeypatch.setattr(recording, "wake", lambda streams: wake(streams) if lossy.random() > LOST else None)
    monkeypatch.setattr(consumers, "POLL_SECONDS", 0.2)
    headers = await in_thread(signed_in)(trader)
    followers = [Follower(account, seed) for seed in (3, 4)]
    thread = busy(actions)
    await asyncio.gather(*(follow(follower, account, headers, thread) for follower in followers))
    thread.join()
    for follower in followers:
        await in_thread(assert_converged)(follower, account)


async def follow(follower, account, headers, thread):
    """Follow the account until nothing happens any more, on connections that break at random or because of a gap."""
    while thread.is_alive() or follower.seq < await in_thread(newest_seq)(account.pk):
        follower.connections += 1
        assert follower.connections < CONNECTIONS_MAX, "there are events that never come"
        async with Socket(f"/ws/account/{account.pk}?since={follower.seq}", headers) as socket:
            for _ in range(follower.random.randint(1, 30)):
                if await socket.communicator.receive_nothing(0.5):
                    break  # the line is quiet: a client looks whether it still holds
                frame = await socket.communicator.receive_json_from(10)
                if follower.loses() or frame["type"] != "event":
                    continue
                if follower.take(frame["event"]):
                    break
