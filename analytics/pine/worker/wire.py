"""What goes through the pipes between a run and whoever waits for it.

A message is its length and a pickle. What comes out of the process of a script is read with a list of the only classes
that it may hold, so that even a process that has been taken over can hand back nothing but data.
"""

import io
import pickle
import struct
from typing import IO, Any

_HEADER = struct.Struct(">Q")
_ALLOWED = {
    "analytics.pine.program": {"Result"},
    "analytics.pine.diagnostics": {"Diagnostic", "Severity"},
    "analytics.pine.worker.outcomes": {"Failure", "Question", "Told", "Saved"},
    "analytics.pine.generator.support": {"EnumValue"},
    "analytics.pine.runtime.outputs": {"Outputs", "Alert", "LogLine"},
    "analytics.pine.runtime.plots": {"Plot"},
    "analytics.pine.runtime.drawings": {"ChartPoint", "Line", "Label", "Box", "LineFill", "Polyline"},
    "analytics.pine.runtime.tables": {"Table", "Cell"},
    "analytics.pine.broker.listing": {"TradeRow"},
    "analytics.pine.broker.statistics": {"Summary", "SideSummary"},
}


class TooLarge(Exception):
    """A message is larger than it may be."""


class Garbled(Exception):
    """A message is none that a run sends."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name not in _ALLOWED.get(module, ()):
            raise Garbled(f"{module}.{name}")
        return super().find_class(module, name)


def send(stream: IO[bytes], message: Any, *, most: int | None = None) -> None:
    """Write a message; TooLarge if it has more than `most` bytes."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    if most is not None and len(data) > most:
        raise TooLarge
    stream.write(_HEADER.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive_trusted(stream: IO[bytes]) -> Any:
    """Read a message of the process that started this one."""
    return pickle.loads(_read(stream))  # noqa: S301 - it comes from the parent, never from a script


def receive(stream: IO[bytes], *, most: int) -> Any:
    """Read a message of a process that runs a script; EOFError if it ended without one."""
    data = _read(stream, most)
    try:
        return _Reader(io.BytesIO(data)).load()
    except Exception as error:
        raise Garbled(str(error)) from error


def _read(stream: IO[bytes], most: int | None = None) -> bytes:
    (size,) = _HEADER.unpack(_exactly(stream, _HEADER.size))
    if most is not None and size > most:
        raise TooLarge
    return _exactly(stream, size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
