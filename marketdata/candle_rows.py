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
_TWO_DIGITS: Text = np.array([[ord(digit) for digit in f"{number:02}"] for number in range(100)], np.uint8)


def row_of_json(time_ms: int, prices: Sequence[str], volume: int) -> bytes:
    """Return one candle; `prices` are open, high, low, close with the symbol's digits."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC).strftime(TIME_FORMAT)
    return (_ROW % (moment, *prices, volume)).encode()


def rows_of_json(
    seconds: NDArray[np.int64], prices: NDArray[np.int64], volumes: NDArray[np.int64], digits: int
) -> list[bytes]:
    """Return one candle per element, as `row_of_json` writes it.

    `prices` holds a row each of open, high, low and close, in units of 10^-8; they are rounded half up. All candles are
    written together, as a matrix of characters with zero bytes where a number is shorter than the longest: one by one
    they would take several times as long.
    """
    if not len(seconds):
        return []
    quantum = 10 ** (PRICE_DIGITS - digits)
    texts = [
        _moments(seconds),
        *_decimals((prices + quantum // 2) // quantum, digits),
        _decimals(volumes, 0),
    ]
    pieces = [b'{"time":"', b'","open":"', b'","high":"', b'","low":"', b'","close":"', b'","volume":']
    columns = [column for piece, text in zip(pieces, texts, strict=True) for column in (_constant(piece, text), text)]
    characters = np.hstack([*columns, _constant(b"}\n", texts[0])])
    return characters.tobytes().replace(b"\0", b"").splitlines()


def _moments(seconds: NDArray[np.int64]) -> Text:
    """Return each moment as `TIME_FORMAT` has it. NumPy writes dates slowly, so each day's is written once."""
    days, of_day = np.divmod(seconds, 86_400)
    each_day, places = np.unique(days, return_inverse=True)
    dates = np.datetime_as_string(each_day.astype("datetime64[D]")).astype("S10").view(np.uint8).reshape(-1, 10)[places]
    hours, minutes, moments = (_TWO_DIGITS[of_day // unit % base] for unit, base in ((3600, 24), (60, 60), (1, 60)))
    pieces = (dates, b"T", hours, b":", minutes, b":", moments, b"Z")
    return np.hstack([_constant(piece, dates) if isinstance(piece, bytes) else piece for piece in pieces])


def _decimals(values: NDArray[np.int64], digits: int) -> Text:
    """Return each number, in units of its last decimal place, as characters along a further axis."""
    width = max(len(str(int(values.max()))), digits + 1)
    text = np.empty((*values.shape, width), np.uint8)
    left = values
    for place in range(width - 1, -1, -1):
        left, text[..., place] = left // 10, left % 10
    text += ord("0")
    leading = np.logical_and.accumulate(text[..., : width - digits - 1] == ord("0"), axis=-1)
    text[..., : width - digits - 1][leading] = 0
    if not digits:
        return text
    point = np.full((*values.shape, 1), ord("."), np.uint8)
    return np.concatenate([text[..., :-digits], point, text[..., -digits:]], axis=-1)


def _constant(characters: bytes, beside: NDArray[Any]) -> Text:
    """Return the same characters for each row of another matrix."""
    return np.broadcast_to(np.frombuffer(characters, np.uint8), (len(beside), len(characters)))
