"""Candles as pages write them: one JSON object per bar, times and prices as text."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from marketdata.ticks import PRICE_DIGITS

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_ROW = '{"time":"%s","open":"%s","high":"%s","low":"%s","close":"%s","volume":%s}'

Text = NDArray[np.uint8]
_MINUTES = np.array([f"T{minute // 60:02}:{minute % 60:02}:".encode() for minute in range(1_440)])
_SECONDS = np.array([f"{second:02}Z".encode() for second in range(60)])
# Four digits at a time, each four as one number, so that a table is looked up once for all of them.
_FOUR_DIGITS = np.array([f"{number:04}".encode() for number in range(10_000)]).view(np.uint32)


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
    opens, highs, lows, closes = _decimals((prices + quantum // 2) // quantum, digits)
    parts: list[bytes | Text] = [
        *(b'\n{"time":"', *_moments(seconds)),
        *(b'","open":"', *_with_point(opens, digits)),
        *(b'","high":"', *_with_point(highs, digits)),
        *(b'","low":"', *_with_point(lows, digits)),
        *(b'","close":"', *_with_point(closes, digits)),
        *(b'","volume":', _decimals(volumes, 0), b"}"),
    ]
    line = b"".join(part if isinstance(part, bytes) else bytes(part.shape[1]) for part in parts)
    lines = np.tile(np.frombuffer(line, np.uint8), (len(seconds), 1))
    start = 0
    for part in parts:
        if isinstance(part, bytes):
            start += len(part)
        else:
            lines[:, start : start + part.shape[1]] = part
            start += part.shape[1]
    return lines


def joined(lines: Text) -> bytes:
    """Return consecutive lines as bytes, each with a new line before it."""
    return lines.tobytes().replace(b"\0", b"")


def _moments(seconds: NDArray[np.int64]) -> list[bytes | Text]:
    """Return each moment as `TIME_FORMAT` has it. NumPy writes dates slowly, so each day's is written once."""
    days, of_day = np.divmod(seconds, 86_400)
    minutes = of_day // 60
    begins_day = np.diff(days, prepend=days[0] - 1) != 0
    dates = np.datetime_as_string(days[begins_day].astype("datetime64[D]")).astype("S10")
    pieces = dates[np.cumsum(begins_day) - 1], _MINUTES[minutes], _SECONDS[of_day - minutes * 60]
    return [piece.view(np.uint8).reshape(len(seconds), -1) for piece in pieces]


def _decimals(values: NDArray[np.int64], digits: int) -> Text:
    """Return each number, in units of its last decimal place, as characters along a further axis, without the point."""
    width = max(len(str(int(values.max()))), digits + 1)
    fours = np.empty((*values.shape, -(-width // 4)), np.uint32)
    left = values
    for place in range(fours.shape[-1] - 1, -1, -1):
        higher = left // 10_000
        fours[..., place] = _FOUR_DIGITS[left - higher * 10_000]  # NumPy finds remainders slowly
        left = higher
    text = fours.view(np.uint8)[..., -width:]
    for place in range(width - digits - 1):
        text[..., place] *= values >= 10 ** (width - 1 - place)
    return text


def _with_point(text: Text, digits: int) -> list[bytes | Text]:
    return [text[:, :-digits], b".", text[:, -digits:]] if digits else [text]
