"""Places where a process can be made to die, which proves that dying there loses nothing and repeats nothing.

With `CRASH_POINT=<name>:<count>` in its environment a process kills itself, as by kill -9, the so many-th time it
passes the point of that name. Without it a point costs a call that returns at once.
"""

import os
import signal

POINTS = {
    "outcome.recorded": "a decision is written, with its events and rows, and not committed",
    "outcome.committed": "a decision is committed, and nobody has heard of it",
    "outcome.announced": "followers have been woken, and the caller has no answer",
    "engine.ticks_read": "ticks have been read, and nothing of them is carried out",
    "engine.memory_behind": "what ticks caused is committed, and the engine's memory does not know",
    "engine.progress_due": "ticks are worked through, and the publishers have not been told",
    "engine.progress_reported": "the publishers know how far the engine is, its checkpoint does not",
    "engine.checkpoint_due": "the checkpoint is about to be saved",
    "engine.checkpoint_saved": "the checkpoint is saved",
    "feed.ticks_due": "ticks have come in, and are not published",
    "feed.ticks_published": "ticks are published, and are in no candle",
}


class _Fuse:
    """How often the chosen point may still be passed."""

    def __init__(self, setting: str):
        self.point, _, count = setting.partition(":")
        if self.point and (self.point not in POINTS or not count.isdecimal() or int(count) < 1):
            raise ValueError(f"CRASH_POINT={setting!r}: write <name>:<count>, with a name of {', '.join(POINTS)}")
        self.left = int(count or 0)


_fuse = _Fuse(os.environ.get("CRASH_POINT", ""))


def crash_point(name: str) -> None:
    """Let the process die here if it is this point's turn."""
    if name != _fuse.point:
        return
    _fuse.left -= 1
    if _fuse.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
