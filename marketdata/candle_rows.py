"""Candles as pages write them: one JSON object per bar, times and prices as text."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketdata.ticks import PRICE_DIGITS

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_ROW = '{"time":"%s","open":"%s","high":"%s","low":"%s","close":"%s","volume":%s}'

Text = NDArray[np.uint8]
_TWO_DIGITS = np.array([f"{number:02}".encode() for number in range(100)])


def row_of_json(time_ms: int, prices: Sequence[str], volume: int) -> bytes:
    """Return one candle; `prices` are open, high, low, close with the symbol's digits."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC).strftime(TIME_FORMAT)
    return (_ROW % (moment, *prices, volume)).encode()


def lines_of_json(
    seconds: NDArray[np.int64], prices: NDArray[np.int64], volumes: NDArray[np.int64], digits: int
) -> Text:
    """Return the line of each candle, for `joined`: a row of characters, as `row_of_json` writes it.

    `prices` holds a row each of open, high, low and close, in units of 10^-8; they are rounded half up. All candles are
    written together, with zero bytes where a number is shorter than the longest: one by one they would take several
    times as long.
    """
    if not len(seconds):
        return np.empty((0, 0), np.uint8)
    quantum = 10 ** (PRICE_DIGITS - digits)
    texts = [
        _moments(seconds),
        *_decimals((prices + quantum // 2) // quantum, digits),
        _decimals(volumes, 0),
    ]
    pieces = [b'\n{"time":"', b'","open":"', b'","high":"', b'","low":"', b'","close":"', b'","volume":']
    columns = [column for piece, text in zip(pieces, texts, strict=True) for column in (_constant(piece, text), text)]
    return np.hstack([*columns, _constant(b"}", texts[0])])


def joined(lines: Text) -> bytes:
    """Return consecutive lines as bytes, each with a new line before it."""
    return lines.tobytes().replace(b"\0", b"")


def _moments(seconds: NDArray[np.int64]) -> Text:
    """Return each moment as `TIME_FORMAT` has it. NumPy writes dates slowly, so each day's is written once."""
    days, of_day = np.divmod(seconds, 86_400)
    each_day, places = np.unique(days, return_inverse=True)
    dates = np.datetime_as_string(each_day.astype("datetime64[D]")).astype("S10")[places]
    hours, minutes, moments = (_TWO_DIGITS[of_day // unit % base] for unit, base in ((3600, 24), (60, 60), (1, 60)))
    pieces = (dates, b"T", hours, b":", minutes, b":", moments, b"Z")
    return np.hstack([_constant(piece, dates) if isinstance(piece, bytes) else _characters(piece) for piece in pieces])


def _decimals(values: NDArray[np.int64], digits: int) -> Text:
    """Return each number, in units of its last decimal place, as characters along a further axis."""
    width = max(len(str(int(values.max()))), digits + 1)
    text = np.empty((*values.shape, width), np.uint8)
    left = values
    for place in range(width - 1, -1, -1):
        rest = left // 10
        text[..., place] = left - rest * 10  # NumPy finds remainders slowly
        left = rest
    text += ord("0")
    leading = np.logical_and.accumulate(text[..., : width - digits - 1] == ord("0"), axis=-1)
    text[..., : width - digits - 1][leading] = 0
    if not digits:
        return text
    point = np.full((*values.shape, 1), ord("."), np.uint8)
    return np.concatenate([text[..., :-digits], point, text[..., -digits:]], axis=-1)


def _characters(texts: NDArray[np.bytes_]) -> Text:
    return texts.view(np.uint8).reshape(len(texts), -1)


def _constant(characters: bytes, beside: NDArray[Any]) -> Text:
    """Return the same characters for each row of another matrix."""
    return np.broadcast_to(np.frombuffer(characters, np.uint8), (len(beside), len(characters)))
