"""Moments as text, in patterns such as `yyyy-MM-dd HH:mm`."""

import re
from datetime import datetime, timedelta

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def _offset(when: datetime, count: int, *, iso: bool) -> str:
    seconds = int((when.utcoffset() or timedelta()).total_seconds())
    if iso and seconds == 0:
        return "Z"
    sign = "-" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if iso and count == 1:
        return f"{sign}{hours:02}"
    return f"{sign}{hours:02}{':' if iso and count > 2 else ''}{minutes:02}"


def _field(when: datetime, letter: str, count: int) -> str | None:
    numbers = {
        "M": when.month,
        "L": when.month,
        "d": when.day,
        "H": when.hour,
        "k": when.hour or 24,
        "K": when.hour % 12,
        "h": when.hour % 12 or 12,
        "m": when.minute,
        "s": when.second,
        "S": when.microsecond // 1000,
        "D": when.timetuple().tm_yday,
        "w": when.isocalendar().week,
        "W": (when.day + when.replace(day=1).weekday() - 1) // 7 + 1,
        "F": (when.day - 1) // 7 + 1,
        "u": when.isoweekday(),
    }
    if letter in "ML" and count >= 3:
        return when.strftime("%B" if count > 3 else "%b")
    if letter in numbers:
        return str(numbers[letter]).rjust(count, "0")
    match letter:
        case "y" | "Y":
            year = when.year if letter == "y" else when.isocalendar().year
            return f"{year % 100:02}" if count == 2 else str(year).rjust(count, "0")
        case "E":
            return when.strftime("%A" if count > 3 else "%a")
        case "a":
            return "AM" if when.hour < 12 else "PM"
        case "G":
            return "AD"
        case "z":
            return when.strftime("%Z")
        case "Z":
            return _offset(when, count, iso=False)
        case "X":
            return _offset(when, count, iso=True)
    return None


def format_date(when: datetime, pattern: str) -> str:
    """Return a moment in a pattern; text in single quotes stands for itself."""
    out = []
    for token in _TOKEN.finditer(pattern):
        if token[1] is not None:
            out.append(token[1].replace("''", "'") or "'")
        elif token[2] is not None:
            field = _field(when, token[2], len(token[0]))
            out.append(token[0] if field is None else field)
        else:
            out.append(token[0])
    return "".join(out)
