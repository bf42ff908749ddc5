from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from marketdata.models.symbol import validate_sessions
from marketdata.sessions import TradingHours

FOREX = {"timezone": "America/New_York", "hours": [["sun 17:00", "fri 17:00"]]}
HONG_KONG = {"timezone": "Asia/Hong_Kong", "hours": [["mon 09:15", "mon 12:00"], ["fri 17:15", "sat 03:00"]]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("sessions", "moment", "is_open"),
    [
        (FOREX, "2026-11-20 12:00", True),  # a Friday
        (FOREX, "2026-11-20 21:59", True),  # 16:59 in New York, winter time
        (FOREX, "2026-11-20 22:00", False),
        (FOREX, "2026-11-21 12:00", False),
        (FOREX, "2026-11-22 21:59", False),
        (FOREX, "2026-11-22 22:00", True),
        (FOREX, "2026-07-19 21:00", True),  # Sunday 17:00 in summer time
        (FOREX, "2026-07-19 20:59", False),
        (HONG_KONG, "2026-11-16 01:15", True),
        (HONG_KONG, "2026-11-16 04:00", False),
        (HONG_KONG, "2026-11-20 18:59", True),
        (HONG_KONG, "2026-11-20 19:00", False),
        ({}, "2026-11-21 12:00", True),
    ],
)
def test_open_by_the_clock_of_the_market(sessions, moment, is_open):
    assert TradingHours.from_json(sessions).is_open(at(moment)) is is_open


def test_a_session_may_run_over_the_end_of_the_week():
    hours = TradingHours.from_json({"timezone": "UTC", "hours": [["sat 22:00", "mon 01:00"]]})
    assert [
        hours.is_open(at(f"2026-11-{day} {time}")) for day, time in ((21, "21:59"), (22, "12:00"), (23, "01:00"))
    ] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("sessions", "reason"),
    [
        ([], "an object"),
        ({"hours": []}, "timezone"),
        ({"timezone": "Mars/Olympus", "hours": []}, "timezone"),
        ({"timezone": "UTC"}, "hours"),
        ({"timezone": "UTC", "hours": [["sunday 17:00", "fri 17:00"]]}, "sunday 17:00"),
        ({"timezone": "UTC", "hours": [["sun 25:00", "fri 17:00"]]}, "sun 25:00"),
        ({"timezone": "UTC", "hours": [["sun 17:00"]]}, "moment|pairs|values"),
        ({"timezone": "UTC", "hours": [[1, 2]]}, "pairs"),
        ({"timezone": "UTC", "hours": [], "days": []}, "an object"),
    ],
)
def test_sessions_that_cannot_be_read_are_refused_with_the_reason(sessions, reason):
    with pytest.raises(ValidationError, match=reason):
        validate_sessions(sessions)


@pytest.mark.parametrize(
    ("sessions", "moment", "closes"),
    [
        (FOREX, "2026-11-20 12:00", "2026-11-20 22:00"),
        (FOREX, "2026-07-19 21:00", "2026-07-24 21:00"),
        (HONG_KONG, "2026-11-20 18:59", "2026-11-20 19:00"),
        ({**FOREX, "holidays": {"2026-11-26": [["09:30", "13:00"]]}}, "2026-11-24 12:00", "2026-11-26 05:00"),
        ({**FOREX, "holidays": {"2026-11-26": [["09:30", "13:00"]]}}, "2026-11-26 15:00", "2026-11-26 18:00"),
        ({"timezone": "UTC", "hours": [["mon 00:00", "mon 24:00"]]}, "2026-11-16 12:00", "2026-11-17 00:00"),
        ({}, "2026-11-21 12:00", None),
    ],
)
def test_next_closing(sessions, moment, closes):
    found = TradingHours.from_json(sessions).next_closing(at(moment))
    assert found == (None if closes is None else at(closes))


def test_open_times_begin_with_the_running_one():
    hours = TradingHours.from_json(HONG_KONG)
    monday = at("2026-11-16 02:00")
    assert hours.open_times(monday, 3) == [
        (monday, at("2026-11-16 04:00")),
        (at("2026-11-20 09:15"), at("2026-11-20 19:00")),
        (at("2026-11-23 01:15"), at("2026-11-23 04:00")),
    ]
    assert TradingHours.from_json({}).open_times(monday, 3) == [(monday, None)]
