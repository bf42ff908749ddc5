"""The event log as an engine follows it: at once where a wake-up names an account, once a second as a whole."""

import time
from collections import deque

import redis

from forexpro.core.events.reader import Position, RecordedEvent, read_after
from forexpro.core.realtime.connections import redis_client
from forexpro.core.realtime.wakeups import channel
from trading.selectors.journal import account_stream

BATCH_EVENTS = 1000
STREAM_PREFIX = account_stream(0).removesuffix("0")


class AccountLog:
    """A place in the log, and the places before it: a successor begins where no tick was still to come."""

    def __init__(self) -> None:
        self._followed: deque[tuple[float, Position]] = deque()
        self._position = Position()
        self._wakeups: redis.client.PubSub | None = None

    def connect(self) -> None:
        """Listen to wake-ups."""
        self._wakeups = redis_client().pubsub(ignore_subscribe_messages=True)
        self._wakeups.subscribe(channel())

    def disconnect(self) -> None:
        """Stop listening."""
        if self._wakeups is not None:
            self._wakeups.close()
            self._wakeups = None

    def woken_accounts(self) -> set[int]:
        """Return the accounts that wake-ups have named since the last call."""
        streams: set[str] = set()
        while self._wakeups is not None and (message := self._wakeups.get_message()) is not None:
            streams.update(message["data"].decode().split())
        return {account_of(stream) for stream in streams if stream.startswith(STREAM_PREFIX)}

    def start_from(self, position: Position) -> None:
        """Read from `position` on."""
        self._position = position
        self._followed = deque([(0.0, position)])

    def read(self) -> list[RecordedEvent]:
        """Return the next events of accounts, at most `BATCH_EVENTS`; the same ones until they were `followed`."""
        return read_after(self._position, stream_prefix=STREAM_PREFIX, limit=BATCH_EVENTS)

    def everything(self) -> list[RecordedEvent]:
        """Return all that the log has now, of each account in its order, and go no further by that."""
        events: list[RecordedEvent] = []
        position = self._position
        while page := read_after(position, stream_prefix=STREAM_PREFIX, limit=BATCH_EVENTS, unsettled=True):
            events += page
            position = page[-1].position
        return sorted(events, key=lambda event: event.seq)

    def followed(self, events: list[RecordedEvent]) -> None:
        """Go on behind `events`, which `read` returned."""
        if events:
            self._position = events[-1].position
            self._followed.append((time.time() * 1000, self._position))

    def settled(self, moment_ms: float) -> Position:
        """Return the newest place known that was reached by a moment; it may not go back from one call to the next."""
        while len(self._followed) > 1 and self._followed[1][0] <= moment_ms:
            self._followed.popleft()
        return self._followed[0][1]


def account_of(stream: str) -> int:
    """Return the account whose event stream this is."""
    return int(stream.removeprefix(STREAM_PREFIX))
