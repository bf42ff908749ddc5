"""When a worker sends: one shift after the other, the next one taking over before the last has finished."""

import asyncio
import threading
from collections.abc import Callable

from celery.signals import worker_shutting_down

from forexpro.core.webhooks.sender import Sender

SHIFT_SECONDS = 300

# One shift in each process; further processes share the work with it.
_on_shift = threading.Lock()
_stops: set[Callable[[], None]] = set()


def shift_work(*, hand_over: Callable[[], None], seconds: float = SHIFT_SECONDS) -> bool:
    """Send for a while unless this process does so already; return whether it has.

    `hand_over` is called when the time is up and nothing new is taken, so that the next shift can begin while this one
    waits for slow receivers.
    """
    if not _on_shift.acquire(blocking=False):
        return False
    relieved = False

    def relieve() -> None:
        nonlocal relieved
        relieved = True
        _on_shift.release()

    def time_is_up() -> None:
        relieve()
        hand_over()

    try:
        asyncio.run(_work(seconds, time_is_up))
    finally:
        if not relieved:
            relieve()
    return True


async def _work(seconds: float, time_is_up: Callable[[], None]) -> None:
    sender = Sender()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(sender.stop)

    _stops.add(stop)
    try:
        await sender.run(seconds=seconds, on_time_up=time_is_up)
    finally:
        _stops.discard(stop)


@worker_shutting_down.connect
def _stop_shifts(**_details: object) -> None:
    for stop in list(_stops):
        stop()
