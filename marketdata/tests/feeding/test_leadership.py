"""One process feeds; another takes over when it ends, and nobody publishes on a lease that ran out."""

import asyncio

import pytest

from forexpro.core.realtime.connections import async_redis_client, name
from marketdata.feeding.leadership import LEASE_SECONDS, RENEWAL_SECONDS, Leadership, LeadershipLost

pytestmark = pytest.mark.usefixtures("redis")


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


@pytest.fixture
async def client():
    return async_redis_client()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def processes(client, clock) -> list[Leadership]:
    others = Clock()
    return [
        Leadership("simulator", monotonic=clock, sleep=clock.sleep),
        Leadership("simulator", monotonic=others, sleep=others.sleep),
    ]


async def test_the_first_leads_and_the_second_stands_by_until_it_ends(processes, caplog):
    first, second = processes
    caplog.set_level("INFO")
    await first.acquire()
    waiting = asyncio.create_task(second.acquire())
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert (first.held, second.held, waiting.done()) == (True, False, False)
    await first.release()
    await asyncio.wait_for(waiting, 5)
    assert (first.held, second.held) == (False, True)
    assert "standing by" in caplog.text
    await second.release()


async def test_another_provider_has_a_leader_of_its_own(processes, clock):
    await processes[0].acquire()
    other = Leadership("twelvedata", monotonic=clock, sleep=clock.sleep)
    await asyncio.wait_for(other.acquire(), 5)
    assert other.held


async def test_a_lease_ends_for_its_holder_before_redis_gives_it_away(processes, clock, client):
    await processes[0].acquire()
    remaining = await client.pttl(name("feed_leader", "simulator"))
    assert remaining > (LEASE_SECONDS - 1) * 1000
    clock.seconds += LEASE_SECONDS - RENEWAL_SECONDS
    assert not processes[0].held


async def run_keep(leadership: Leadership) -> asyncio.Task:
    task = asyncio.create_task(leadership.keep())
    for _ in range(20):
        await asyncio.sleep(0.001)
    return task


async def test_renewing_keeps_it(processes, clock):
    await processes[0].acquire()
    start = clock.seconds
    task = await run_keep(processes[0])
    assert clock.seconds > start + LEASE_SECONDS
    assert processes[0].held
    task.cancel()


async def test_a_redis_that_lost_its_data_changes_nothing(processes, client):
    await processes[0].acquire()
    await client.delete(name("feed_leader", "simulator"))
    task = await run_keep(processes[0])
    assert not task.done()
    assert processes[0].held
    assert await client.exists(name("feed_leader", "simulator"))
    task.cancel()


async def test_a_process_that_slept_through_its_lease_learns_that_it_lost(processes, client):
    first, second = processes
    await first.acquire()
    await client.delete(name("feed_leader", "simulator"))
    await second.acquire()
    with pytest.raises(LeadershipLost):
        await asyncio.wait_for(first.keep(), 5)
    assert second.held
    await first.release()
    assert await client.exists(name("feed_leader", "simulator")), "the lead of the other process is untouched"
