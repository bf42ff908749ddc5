"""Dates that scripts write as texts, in the many ways that people do."""

import re
from datetime import datetime

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.values import NA
from analytics.pine.runtime.zones import moment, zone

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ZONES = {
    "UT": "UTC", "UTC": "UTC", "GMT": "UTC", "Z": "UTC", "EST": "-5", "EDT": "-4", "CST": "-6", "CDT": "-5",
    "MST": "-7", "MDT": "-6", "PST": "-8", "PDT": "-7",
}  # fmt: skip
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_REST = r"(?:[T :]+(?P<rest>.*))?"
_DATES = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_REST}",
        r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2}))?",
        rf"(?P<month>\d{{1,2}})([-/.])(?P<day>\d{{1,2}})\2(?P<year>\d{{4}}){_REST}",
        rf"(?P<day>\d{{1,2}}) {_NAME},? (?P<year>\d{{4}}){_REST}",
        rf"{_NAME} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_REST}",
        rf"{_NAME} (?P<year>\d{{4}})",
    )
)
_CLOCK = re.compile(
    r"(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)? *([A-Za-z]{1,3}|(?:UTC|GMT)?(?:[+-]\d{1,2}(?::?\d{2})?)?)"
)
_WORD = re.compile(r"([^\s\d+-]\S*)\s+")


def moment_of_text(text: str | None) -> float:
    """Return the moment a text means, in UTC where it names no zone; what it leaves out is the first or midnight.

    Words in front mean nothing; a date with the name of a month and without a time is in UTC whatever it says.
    """
    if text is None:
        return NA
    date = _without_words(text.strip())
    for form in _DATES:
        found = form.fullmatch(date)
        if found is None:
            continue
        parts = found.groupdict()
        clock = _CLOCK.fullmatch((parts.get("rest") or "").strip())
        month = _month(parts)
        if clock is None or month is None:
            continue
        place = clock[4].upper()
        where = _ZONES.get(place, "" if place.isalpha() else place)
        if place and not where:
            break
        if not place or ("name" in parts and clock[1] is None):
            where = "UTC"
        hour, minute, second = (int(clock[part] or 0) for part in (1, 2, 3))
        try:
            # A clock on a wall: which zone it hangs in is found afterwards.
            wall = datetime(int(parts["year"]), month, int(parts.get("day") or 1), hour, minute, second)  # noqa: DTZ001
        except ValueError:
            break
        return moment(wall.replace(tzinfo=zone(where)))
    raise PineRuntimeError(f'"{text}" is no date: write "2024-01-31 15:30 +0200" or "31 Jan 2024 15:30".')


def _without_words(text: str) -> str:
    while (word := _WORD.match(text)) and word[1][:3].lower() not in _MONTHS:
        text = text[word.end() :]
    return text


def _month(parts: dict[str, str | None]) -> int | None:
    name = parts.get("name")
    return int(parts.get("month") or 1) if name is None else _MONTHS.get(name[:3].lower())
