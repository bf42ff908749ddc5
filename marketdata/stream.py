"""The tick stream: every tick of every feed, in one order, for the engine and the candle builder.

An entry's id is `<milliseconds>-<running number>`, so that ids keep growing after Redis lost its data, and the
difference of two running numbers is the count of ticks between two ids.

The stream has a maximum length. A consumer that must see every tick reports how far it is. Where the slowest of them
falls too far behind, a replay waits for it; a live feed cannot wait, so its ticks are merged per symbol until there is
room again, keeping first, high, low and last of bid and of ask: no spike is lost. Pages are not held up by either.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import redis
from django.conf import settings

from forexpro.core.realtime.connections import async_redis_client, name, redis_client
from marketdata.ticks import PACKED_SIZE, Tick, pack, unpack

logger = logging.getLogger(__name__)

# A batch is one atomic step of Redis; longer ones would hold up everybody else there.
BATCH_TICKS = 500
# A consumer which has not reported for so long is gone: nobody waits for it any more.
CONSUMER_TIMEOUT_MS = 60_000
ROOM_POLL_SECONDS = 0.01
START = "0-0"

# Appends the ticks of a batch, keeps the newest quote of each symbol, publishes, and answers how many ticks the
# slowest consumer is behind. ARGV: ticks to append, ticks to publish, size of one, length of the stream, now, timeout,
# token of the lease. A process that was held up and goes on late must not publish beside its successor, and only Redis
# knows the moment at which a lease passes on.
_PUBLISH = """
local stream, quotes, channel, progress = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if KEYS[5] and redis.call('GET', KEYS[5]) ~= ARGV[7] then
  return redis.error_reply('LEASE is not held by this process')
end
local appended, published = ARGV[1], ARGV[2]
local size, now = tonumber(ARGV[3]), tonumber(ARGV[5])

local ms, number = 0, 0
local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
if last then
  local a, b = string.match(last[1], '(%d+)-(%d+)')
  ms, number = tonumber(a), tonumber(b)
end
if now > ms then ms = now end
for offset = 1, #appended, size do
  number = number + 1
  local id = string.format('%.0f-%.0f', ms, number)
  redis.call('XADD', stream, 'MAXLEN', '~', ARGV[4], id, 't', string.sub(appended, offset, offset + size - 1))
end

if #published > 0 then
  local latest, id = {}, string.format('%.0f-%.0f', ms, number)
  for offset = 1, #published, size do
    local symbol = string.match(string.sub(published, offset, offset + 15), '^[^%z]+')
    latest[symbol] = string.sub(published, offset, offset + size - 1) .. id
  end
  local fields = {}
  for symbol, quote in pairs(latest) do
    fields[#fields + 1] = symbol
    fields[#fields + 1] = quote
  end
  redis.call('HSET', quotes, unpack(fields))
  redis.call('PUBLISH', channel, published)
end

local behind = 0
local reports = redis.call('HGETALL', progress)
for i = 1, #reports, 2 do
  local consumed, reported = string.match(reports[i + 1], '%d+%-(%d+) (%d+)')
  if now - tonumber(reported) > tonumber(ARGV[6]) then
    redis.call('HDEL', progress, reports[i])
  else
    behind = math.max(behind, number - tonumber(consumed))
  end
end
return behind
"""


class LeaseLost(redis.RedisError):
    """Another process may publish now."""


class Lease(NamedTuple):
    """The right to publish: Redis takes ticks only while `token` is what it keeps under `key`."""

    key: str
    token: bytes


async def publish_ticks(ticks: Sequence[Tick], *, wait_for_consumers: bool = False, lease: Lease | None = None) -> None:
    """Append `ticks` to the stream, in order, and publish them as the latest quotes.

    `wait_for_consumers` is for replays: return only when the slowest consumer has room for more. Raises
    LeaseLost when `lease` has run out or is another process's; nothing is published then.
    """
    await _publisher().publish(ticks, wait_for_consumers=wait_for_consumers, lease=lease)


def read_ticks(after_id: str, *, count: int = 1000, block_ms: int = 0) -> list[Tick]:
    """Return at most `count` ticks after an id (`START` for all there are), waiting for the first up to `block_ms`.

    `block_ms` is at most 500: the connection gives up on silence soon after.
    """
    answer: Any = redis_client().xread({name("ticks"): after_id}, count=count, block=min(block_ms, 500) or None)
    return [unpack(fields[b"t"], entry_id.decode()) for _, entries in answer for entry_id, fields in entries]


def newest_id() -> str:
    """Return the id of the newest tick, `START` where there is none."""
    newest: Any = redis_client().xrevrange(name("ticks"), count=1)
    return str(newest[0][0].decode()) if newest else START


def report_progress(consumer: str, entry_id: str) -> None:
    """Tell the publishers that `consumer` has worked through every tick up to `entry_id`; call it every few seconds."""
    redis_client().hset(name("tick_progress"), consumer, f"{entry_id} {_now_ms()}")


def forget_consumer(consumer: str) -> None:
    """Tell the publishers not to wait for `consumer` any more."""
    redis_client().hdel(name("tick_progress"), consumer)


def merge_ticks(ticks: Iterable[Tick]) -> list[Tick]:
    """Return first, last, and the ticks with the highest and lowest bid and ask of each symbol, in their order."""
    kept: dict[str, list[tuple[int, Tick]]] = {}
    for position, tick in enumerate(ticks):
        entry = (position, tick)
        extremes = kept.setdefault(tick.symbol, [entry] * 6)
        if tick.bid > extremes[1][1].bid:
            extremes[1] = entry
        if tick.bid < extremes[2][1].bid:
            extremes[2] = entry
        if tick.ask > extremes[3][1].ask:
            extremes[3] = entry
        if tick.ask < extremes[4][1].ask:
            extremes[4] = entry
        extremes[5] = entry
    merged = {position: tick for extremes in kept.values() for position, tick in extremes}
    return [merged[position] for position in sorted(merged)]


def _now_ms() -> int:
    return int(time.time() * 1000)


class _Publisher:
    """What one event loop publishes; holds the merged ticks of an overflow until there is room for them."""

    def __init__(self) -> None:
        self._script = async_redis_client().register_script(_PUBLISH)
        self._lock = asyncio.Lock()
        self._held: list[Tick] = []
        self._drain: asyncio.Task[None] | None = None
        self._lease: Lease | None = None

    async def publish(self, ticks: Sequence[Tick], *, wait_for_consumers: bool, lease: Lease | None) -> None:
        async with self._lock:
            self._lease = lease
            for start in range(0, len(ticks), BATCH_TICKS):
                batch = ticks[start : start + BATCH_TICKS]
                packed = b"".join(map(pack, batch))
                if self._draining:
                    self._held = merge_ticks([*self._held, *batch])
                    await self._run(b"", packed)
                    continue
                behind = await self._run(packed, packed)
                if wait_for_consumers:
                    while behind > self._room:
                        await asyncio.sleep(ROOM_POLL_SECONDS)
                        behind = await self._run(b"", b"")
                elif behind > self._room:
                    logger.warning("the slowest consumer is %s ticks behind: merging ticks", behind)
                    self._drain = asyncio.get_running_loop().create_task(self._hold_until_room())

    @property
    def _draining(self) -> bool:
        return self._drain is not None and not self._drain.done()

    @property
    def _room(self) -> int:
        return settings.TICK_STREAM_LENGTH // 2

    async def _hold_until_room(self) -> None:
        while True:
            await asyncio.sleep(ROOM_POLL_SECONDS)
            async with self._lock:
                try:
                    if await self._run(b"", b"") <= self._room:
                        await self._run(b"".join(map(pack, self._held)), b"")
                        self._held = []
                        return
                except LeaseLost:
                    logger.warning("%s merged ticks are dropped: another process publishes now", len(self._held))
                    self._held = []
                    return
                except redis.RedisError as error:
                    logger.warning("merged ticks not published, trying again: %s", error)

    async def _run(self, appended: bytes, published: bytes) -> int:
        """Return how many ticks the slowest consumer is behind."""
        keys = [name("ticks"), name("quotes"), name("prices"), name("tick_progress")]
        arguments: list[bytes | int] = [
            appended,
            published,
            PACKED_SIZE,
            settings.TICK_STREAM_LENGTH,
            _now_ms(),
            CONSUMER_TIMEOUT_MS,
        ]
        if self._lease is not None:
            keys.append(self._lease.key)
            arguments.append(self._lease.token)
        try:
            return int(await self._script(keys=keys, args=arguments))
        except redis.ResponseError as error:
            if str(error).startswith("LEASE"):
                raise LeaseLost(str(error)) from error
            raise


_publishers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Publisher] = WeakKeyDictionary()


def _publisher() -> _Publisher:
    loop = asyncio.get_running_loop()
    if loop not in _publishers:
        _publishers[loop] = _Publisher()
    return _publishers[loop]
