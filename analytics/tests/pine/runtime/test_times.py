"""Trading days, sessions, larger timeframes and dates."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from analytics.pine.runtime.bars import Bar
from analytics.pine.runtime.calendars import calendar
from analytics.pine.runtime.context import Context, Declaration
from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.timeframes import Timeframe
from analytics.pine.runtime.values import NA
from analytics.pine.runtime.zones import moment, zone
from analytics.tests.pine.runtime.bars import Calls, each_bar, same

NEW_YORK = "America/New_York"
FOREX = calendar("1700-1700:23456", NEW_YORK)
SHARES = Symbol("ACME", hours="0930-1600:23456")
CRYPTO = Symbol("BTCUSD", hours="24x7", timezone="UTC")


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return moment(datetime(year, month, day, hour, minute, tzinfo=UTC))


def there(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return moment(datetime(year, month, day, hour, minute, tzinfo=zone(NEW_YORK)))


def context_at(*times: int, timeframe: str = "30", symbol: Symbol | None = None, version: int = 6) -> Context:
    bars = [Bar(time, 1.0, 1.0, 1.0, 1.0, 1.0) for time in times]
    declared = Declaration(version=version)
    context = Context(
        symbol or Symbol("EURUSD"), Timeframe.parse(timeframe), bars, declaration=declared, now=lambda: 12345
    )
    context.begin(len(bars) - 1)
    return context


DAYS = [
    (there(2025, 1, 5, 17), date(2025, 1, 6)),  # Sunday evening is Monday's
    (there(2025, 1, 6, 16, 59), date(2025, 1, 6)),
    (there(2025, 1, 6, 17), date(2025, 1, 7)),
    (there(2025, 1, 10, 16, 59), date(2025, 1, 10)),
    (there(2025, 1, 11, 12), date(2025, 1, 13)),  # Saturday belongs to the next day of trading
]


@pytest.mark.parametrize(("time", "day"), DAYS)
def test_trading_day(time: int, day: date) -> None:
    assert FOREX.day_of(time) == day
    context = context_at(time)
    assert Calls(context)["time_tradingday"]() == utc(day.year, day.month, day.day)


def openings(timeframe: str, days: int) -> list[date]:
    """The trading days on which bars of a timeframe open, from 20 October 2024 on."""
    found = []
    end = 0
    for number in range(days):
        day = date(2024, 10, 21) + timedelta(days=number)
        if FOREX.trades_on(day) and FOREX.opening(day) >= end:
            start, end = FOREX.bar(FOREX.opening(day), Timeframe.parse(timeframe))
            found.append(FOREX.day_of(start))
    return found


def test_days_are_grouped_by_the_weekdays_of_their_year() -> None:
    found = openings("2D", 80)
    autumn = [(10, 21), (10, 23), (10, 25), (10, 29), (10, 31), (11, 4), (11, 6), (11, 8), (11, 12), (11, 14), (11, 18)]
    assert found[:11] == [date(2024, month, day) for month, day in autumn]
    assert found[-5:] == [date(2024, 12, 26), date(2024, 12, 30), *(date(2025, 1, day) for day in (1, 3, 7))]


def test_weeks_are_grouped_from_the_first_monday_of_their_year() -> None:
    mondays = [date(2024, 10, 21), date(2024, 11, 11), date(2024, 12, 2), date(2024, 12, 23), date(2025, 1, 6)]
    assert openings("3W", 85) == mondays
    assert openings("W", 14) == [date(2024, 10, 21), date(2024, 10, 28)]


def test_months_begin_with_their_first_trading_day() -> None:
    assert openings("M", 80) == [date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 2), date(2025, 1, 1)]
    assert openings("12M", 80) == [date(2024, 1, 1), date(2025, 1, 1)]


def test_timeframe_change() -> None:
    times = [there(2025, 1, 6, 12, 30) + step * 1_800_000 for step in range(20)]
    context = context_at(*times)
    calls = Calls(context)
    day, hours4, none = calls["timeframe.change"], calls["timeframe.change"], calls["timeframe.change"]
    found = [(day("D"), hours4("240"), none("")) for _ in each_bar(context)]
    assert [index for index, row in enumerate(found) if row[0]] == [9]
    assert [index for index, row in enumerate(found) if row[1]] == [1, 9, 17]
    assert [row[2] for row in found] == [False] + [True] * 19


def test_timeframe_change_called_on_some_bars_compares_with_the_bar_before() -> None:
    context = context_at(*(there(2025, 1, 6, 16) + step * 1_800_000 for step in range(6)))
    change = Calls(context)["timeframe.change"]
    assert [change("D") for index in each_bar(context) if index in (2, 4)] == [True, False]


def bounds(session: str, timezone: str, time: int) -> tuple[int, int] | None:
    return calendar(session, timezone).span_around(time)


def test_sessions_over_midnight_belong_to_the_day_they_end_on() -> None:
    sunday, friday = utc(2025, 1, 5, 18), utc(2025, 1, 10, 18)
    assert bounds("1700-0200:23456", "UTC", sunday) == (utc(2025, 1, 5, 17), utc(2025, 1, 6, 2))
    assert bounds("1700-0200:23456", "UTC", utc(2025, 1, 6, 1)) == (utc(2025, 1, 5, 17), utc(2025, 1, 6, 2))
    assert bounds("1700-0200:23456", "UTC", friday) is None
    assert bounds("0000-0000:23456", "UTC", utc(2025, 1, 6, 12)) == (utc(2025, 1, 6), utc(2025, 1, 7))
    assert bounds("0000-0000:23456", "UTC", sunday) is None
    assert bounds("1700-1700:23456", "UTC", friday) is None


def test_sessions_keep_their_clock_times_when_clocks_change() -> None:
    assert bounds("1900-0400", NEW_YORK, utc(2025, 3, 9, 3)) == (utc(2025, 3, 9, 0), utc(2025, 3, 9, 8))
    assert bounds("0100-0500", NEW_YORK, utc(2025, 3, 9, 7)) == (utc(2025, 3, 9, 6), utc(2025, 3, 9, 9))
    assert bounds("1900-0400", NEW_YORK, utc(2025, 11, 2, 3)) == (utc(2025, 11, 1, 23), utc(2025, 11, 2, 9))
    assert bounds("1700-0200", NEW_YORK, utc(2025, 3, 9, 0)) == (utc(2025, 3, 8, 22), utc(2025, 3, 9, 7))
    assert bounds("1700-0200", NEW_YORK, utc(2025, 11, 2, 0)) == (utc(2025, 11, 1, 21), utc(2025, 11, 2, 6))


def test_a_session_may_have_several_ranges() -> None:
    for hour, inside in [(9, True), (11, False), (14, True), (17, False)]:
        found = bounds("0900-1100,1300-1700:23456", "UTC", utc(2025, 1, 6, hour))
        assert (found is not None) is inside
    assert bounds("0900-1100,1300-1700:23456", "UTC", utc(2025, 1, 5, 9)) is None


DAYS_OF_SESSIONS = [
    ("1100-1400", [3, 3, 3, 3, 3, 3, 3]),
    (" 1100-1400 ", [3, 3, 3, 3, 3, 3, 3]),
    ("1100-1400,", [3, 3, 3, 3, 3, 0, 0]),
    ("1100-1400:", [3, 3, 3, 3, 3, 0, 0]),
    ("1100-1400,1500-1600", [4, 4, 4, 4, 4, 0, 0]),
    ("1100-1400:2|1200-1300:2", [1, 0, 0, 0, 0, 0, 0]),
    ("1100-1400| 1200-1300:7", [3, 3, 3, 3, 3, 1, 0]),
    ("1100-1400:17", [0, 0, 0, 0, 0, 3, 3]),
    ("24x7", [24] * 7),
    ("0930-2500", [15] * 7),
    ("2500-1200", [11] * 7),
]


@pytest.mark.parametrize(("session", "hours"), DAYS_OF_SESSIONS)
def test_days_that_sessions_are_on(session: str, hours: list[int]) -> None:
    """A lone range is one of all days, others are of the working days unless they name some."""
    inside = [bounds(session, "UTC", utc(2025, 1, 6 + hour // 24, hour % 24)) is not None for hour in range(24 * 7)]

    assert [sum(inside[day * 24 : day * 24 + 24]) for day in range(7)] == hours


@pytest.mark.parametrize("session", ["invalid", "regular", "x", ":23456", "-1400"])
def test_what_begins_with_no_hour_is_the_symbols_session(session: str) -> None:
    context = context_at(there(2025, 1, 6, 16))
    calls = Calls(context)
    for _ in each_bar(context):
        assert calls["time()"]("60", session, "", 0, 0) == calls["time()"]("60", "", "", 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9-10",
        "0900",
        "2500-2600",
        "2400-2500",
        "0900-1000:8",
        "0930-16",
        "1100 -1400",
        "0930-1600|1700-1800",
        ",1100-1400",
    ],
)
def test_what_is_no_session(text: str) -> None:
    with pytest.raises(PineRuntimeError, match="session"):
        bounds(text, "UTC", 0)


MONDAY_NOON = there(2025, 1, 6, 12)
OF_TIME: list[tuple[tuple[Any, ...], int | None, int | None]] = [
    (("",), MONDAY_NOON, there(2025, 1, 6, 12, 30)),
    (("240",), there(2025, 1, 6, 9), there(2025, 1, 6, 13)),
    (("D",), there(2025, 1, 5, 17), there(2025, 1, 6, 17)),
    (("W",), there(2025, 1, 5, 17), there(2025, 1, 10, 17)),
    (("M",), there(2024, 12, 31, 17), there(2025, 1, 31, 17)),
    (("60", "0930-1600"), there(2025, 1, 6, 11, 30), there(2025, 1, 6, 12, 30)),
    (("60", "1130-1215"), there(2025, 1, 6, 11, 30), there(2025, 1, 6, 12, 15)),
    (("D", "0930-1600"), there(2025, 1, 6, 9, 30), there(2025, 1, 6, 16)),
    (("30", "1300-1600"), None, None),
    (("30", "1700-1800", "UTC"), MONDAY_NOON, there(2025, 1, 6, 12, 30)),
    (("30", "0930-1600:3456"), None, None),
    (("", "", "", 1), there(2025, 1, 6, 11, 30), MONDAY_NOON),
    (("", "", "", -2), there(2025, 1, 6, 13), there(2025, 1, 6, 13, 30)),
    (("", "", "", 5), None, None),
    (("D", "", "", 0, 1), there(2025, 1, 2, 17), there(2025, 1, 3, 17)),
    (("D", "", "", 0, -1), there(2025, 1, 6, 17), there(2025, 1, 7, 17)),
]


@pytest.mark.parametrize(("arguments", "opens", "closes"), OF_TIME)
def test_time_and_time_close(arguments: tuple[Any, ...], opens: int | None, closes: int | None) -> None:
    calls = Calls(context_at(there(2025, 1, 6, 11, 30), MONDAY_NOON))
    assert same(calls["time()"](*arguments), opens)
    assert same(calls["time_close()"](*arguments), closes)


def test_times_of_the_bar() -> None:
    calls = Calls(context_at(MONDAY_NOON))
    assert calls["time"]() == MONDAY_NOON
    assert calls["time_close"]() == there(2025, 1, 6, 12, 30)
    assert calls["timenow"]() == 12345
    daily = Calls(context_at(there(2025, 1, 6, 9, 30), timeframe="D", symbol=SHARES))
    assert daily["time_close"]() == there(2025, 1, 6, 16)
    last = Calls(context_at(there(2025, 1, 6, 15, 30), timeframe="60", symbol=SHARES))
    assert last["time_close"]() == there(2025, 1, 6, 16)


PARTS: list[tuple[str, str, int, int]] = [
    ("year", "year()", 2024, 2025), ("month", "month()", 12, 1), ("weekofyear", "weekofyear()", 1, 1),
    ("dayofmonth", "dayofmonth()", 31, 1), ("dayofweek", "dayofweek()", 3, 4), ("hour", "hour()", 20, 1),
    ("minute", "minute()", 30, 30), ("second", "second()", 5, 5),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "function", "at_exchange", "in_utc"), PARTS)
def test_parts_of_dates(variable: str, function: str, at_exchange: int, in_utc: int) -> None:
    time = utc(2025, 1, 1, 1, 30) + 5_000
    calls = Calls(context_at(time))
    assert calls[variable]() == calls[function](time, None) == at_exchange
    assert calls[function](time, "UTC") == in_utc
    assert same(calls[function](NA, "UTC"), NA)


STAMPS: list[tuple[tuple[Any, ...], int]] = [
    ((2024, 2, 29, 15, 30, 0), there(2024, 2, 29, 15, 30)),
    ((2024, 2, 29), there(2024, 2, 29)),
    (("UTC", 2024, 2, 29, 15, 30, 0), utc(2024, 2, 29, 15, 30)),
    (("GMT+2", 2024, 2, 29, 15, 30, 0), utc(2024, 2, 29, 13, 30)),
    ((2024, 13, 1, 0, 0, 0), there(2025, 1, 1)),
    ((2024, 0, 1, 0, 0, 0), there(2023, 12, 1)),
    ((2024, 3, 0, 0, 0, 0), there(2024, 2, 29)),
    ((2024, 1, 1, 25, -30, 0), there(2024, 1, 2, 0, 30)),
    (("2024-02-29",), utc(2024, 2, 29)),
    (("2024-02-29T15:30:00+02:00",), utc(2024, 2, 29, 13, 30)),
    (("2024-02-29 15:30",), utc(2024, 2, 29, 15, 30)),
    (("20 Feb 2020 15:30 GMT+0200",), utc(2020, 2, 20, 13, 30)),
    (("20 February 2020",), utc(2020, 2, 20)),
    (("Thu, 20 Feb 2020 15:30:00 -0500",), utc(2020, 2, 20, 20, 30)),
    (("Feb 01 2020 22:10:00",), utc(2020, 2, 1, 22, 10)),
    (("2024-02-29T15:30Z",), utc(2024, 2, 29, 15, 30)),
    (("2021-01-13:5:00",), utc(2021, 1, 13, 5)),
    (("2025",), utc(2025, 1, 1)),
    (("2025-06",), utc(2025, 6, 1)),
    (("2025.6",), utc(2025, 6, 1)),
    (("Jan 2022",), utc(2022, 1, 1)),
    (("01-02-2022",), utc(2022, 1, 2)),
    (("03.04.2023 10:20:30",), utc(2023, 3, 4, 10, 20) + 30_000),
    (("01 Jan 2022 00:00 EST",), utc(2022, 1, 1, 5)),
    (("2022-01-01 PDT",), utc(2022, 1, 1, 7)),
    (("Jan 01 2022 EST",), utc(2022, 1, 1)),
    (("UTC 01 Jan 2022 00:00 +0300",), utc(2021, 12, 31, 21)),
    (("hello world 01 Jan 2022",), utc(2022, 1, 1)),
    ((2024, NA, 1, 0, 0), there(2023, 12, 1)),
    ((None, 2024, 2, 29, 15, 30, 0), there(2024, 2, 29, 15, 30)),
    (("UTC", 9999, 31, 12, 23, 59), 253_450_598_340_000),
]


@pytest.mark.parametrize(("arguments", "wanted"), STAMPS)
def test_timestamp(arguments: tuple[Any, ...], wanted: int) -> None:
    assert Calls(context_at(0))["timestamp"](*arguments) == wanted


def test_timestamp_of_what_is_no_date() -> None:
    stamp: Callable[..., Any] = Calls(context_at(0))["timestamp"]
    for arguments in [
        ("tomorrow",),
        ("2024-02-31",),
        ("31 Foo 2024",),
        ("06 2025",),
        ("01 Jan 2022 00:00 CET",),
        ("UTC", 2024, 1, 10**12),
    ]:
        with pytest.raises(PineRuntimeError):
            stamp(*arguments)
    assert same(stamp(None), NA)


TIMEFRAMES: list[tuple[str, str, int]] = [
    ("30", "30", 1800), ("D", "1D", 86_400), ("3W", "3W", 1_814_400), ("M", "1M", 2_628_003), ("15S", "15S", 15),
]  # fmt: skip


@pytest.mark.parametrize(("text", "period", "seconds"), TIMEFRAMES)
def test_timeframes(text: str, period: str, seconds: int) -> None:
    context = context_at(MONDAY_NOON, timeframe=text)
    calls = Calls(context)
    assert calls["timeframe.period"]() == calls["timeframe.main_period"]() == period
    assert calls["timeframe.in_seconds"]("") == calls["timeframe.in_seconds"](text) == seconds
    assert calls["timeframe.multiplier"]() == context.timeframe.multiplier
    names = [
        "timeframe.isintraday", "timeframe.isminutes", "timeframe.isseconds", "timeframe.isticks", "timeframe.isdaily",
        "timeframe.isweekly", "timeframe.ismonthly", "timeframe.isdwm",
    ]  # fmt: skip
    true = {
        "": {"isintraday", "isminutes"}, "S": {"isintraday", "isseconds"}, "D": {"isdaily", "isdwm"},
        "W": {"isweekly", "isdwm"}, "M": {"ismonthly", "isdwm"},
    }[context.timeframe.unit]  # fmt: skip
    assert {name.removeprefix("timeframe.") for name in names if calls[name]()} == true


def test_before_version_6_a_single_day_has_no_number() -> None:
    context = context_at(MONDAY_NOON, timeframe="D", version=5)
    assert Calls(context)["timeframe.period"]() == "D"
    assert Calls(context_at(MONDAY_NOON, timeframe="2D", version=5))["timeframe.period"]() == "2D"


def test_the_main_period_is_the_charts() -> None:
    context = context_at(MONDAY_NOON)
    context.main_timeframe = Timeframe.parse("5")
    assert Calls(context)["timeframe.main_period"]() == "5"


@pytest.mark.parametrize(("seconds", "wanted"), [
    (30, "30S"), (60, "1"), (3600, "60"), (61, "2"), (86_400, "1D"), (604_800, "1W"), (2_628_003, "1M"), (90_000, "2D"),
])  # fmt: skip
def test_timeframe_from_seconds(seconds: int, wanted: str) -> None:
    assert Calls(context_at(0))["timeframe.from_seconds"](seconds) == wanted


@pytest.mark.parametrize("text", ["", "0", "x", "5H", "1441", "D1"])
def test_what_is_no_timeframe(text: str) -> None:
    with pytest.raises(PineRuntimeError, match="timeframe"):
        Timeframe.parse(text)


def test_ticks_have_no_length() -> None:
    with pytest.raises(PineRuntimeError, match="ticks"):
        _ = Timeframe.parse("100T").seconds


def test_there_is_no_such_zone() -> None:
    with pytest.raises(PineRuntimeError, match="Nowhere"):
        zone("Nowhere/Land")


def test_first_and_last_bar_of_the_session() -> None:
    times = [there(2025, 1, 6, 15, 30) + step * 1_800_000 for step in range(6)]
    context = context_at(*times)
    calls = Calls(context)
    firsts = [calls[name] for name in ("session.isfirstbar", "session.isfirstbar_regular")]
    lasts = [calls[name] for name in ("session.islastbar", "session.islastbar_regular")]
    found = [([f() for f in firsts], [f() for f in lasts]) for _ in each_bar(context)]
    assert [index for index, row in enumerate(found) if row[0] == [True, True]] == [3]
    assert [index for index, row in enumerate(found) if row[1] == [True, True]] == [2]


def test_a_history_may_begin_with_a_session() -> None:
    assert Calls(context_at(there(2025, 1, 5, 17)))["session.isfirstbar"]()
    assert not Calls(context_at(there(2025, 1, 5, 18)))["session.isfirstbar"]()
    assert Calls(context_at(there(2025, 1, 5, 17), timeframe="D"))["session.islastbar"]()


def test_market_hours() -> None:
    for hour, wanted in [(8, False), (10, True), (16, False)]:
        calls = Calls(context_at(there(2025, 1, 6, hour), symbol=SHARES))
        assert calls["session.ismarket"]() is wanted
        assert not calls["session.ispremarket"]()
        assert not calls["session.ispostmarket"]()
    assert Calls(context_at(utc(2025, 1, 5, 3), symbol=CRYPTO))["session.ismarket"]()
