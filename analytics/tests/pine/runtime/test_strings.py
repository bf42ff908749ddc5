"""`str.*`, by results recorded from the reference platform where there are such."""

from typing import Any

import pytest

from analytics.pine.runtime.errors import PineRuntimeError
from analytics.pine.runtime.matrix import Matrix
from analytics.pine.runtime.strings import LONGEST
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, context_of, same

CALLS = Calls(context_of([], symbol=Symbol("EURUSD")))
FINE = "#.####################"

SHOWN: list[tuple[Any, str, str]] = [
    (123, "", "123"),
    (12.3, "", "12.3"),
    (1.123456789012, "", "1.123456789"),
    (-0.00000000001, "", "0"),
    ("abc", "", "abc"),
    (True, "", "true"),
    (False, "", "false"),
    (NA, "", "NaN"),
    (None, "", "NaN"),
    ([1, 2.5, NA], "", "[1, 2.5, NaN]"),
    (Matrix([[1.0, 2.0], [3.0, 4.0]], 2), "", "[1, 2]\n[3, 4]"),
    (123, "#.00", "123.00"),
    (-123, "00000.00", "-00123.00"),
    (1.234567, "mintick", "1.23457"),
    (1.2, "mintick", "1.20000"),
    (1.234567, "price", "1.23457"),
    (12.345, "percent", "12.35%"),
    (1_234_567, "volume", "1.235M"),
    (999, "volume", "999"),
    (1_234_567.891, "#,##0.00", "1,234,567.89"),
    (0.256, "#.#%", "25.6%"),
    (12345.678, "0.###E0", "1.235E4"),
    (0.1, FINE, "0.1"),
    (1 / 3, FINE, "0.3333333333333333"),
    (123456789.123456789, "#.##########", "123456789.12345679"),
    (0.1 + 0.2, FINE, "0.3"),
    (0.001234567890123456, FINE, "0.0012345678901235"),
    (0.1 + 0.7, FINE, "0.7999999999999999"),
    (0.00012345678901234567, FINE, "0.00012345678901234567"),
    (1e-7, FINE, "0.0000001"),
    (2.675, "#.##", "2.68"),
    (4.35, "#.#", "4.4"),
    (-0.25, "#.#", "-0.3"),
    (0.5, "#", "1"),
    (2.5, "#", "3"),
    (0.5, "#.#", "0.5"),
    (0.5, "#.0", ".5"),
    (-0.5, "#.0", "-.5"),
    (0.5, "0.#", "0.5"),
    (0.0, "#.0", ".0"),
    (0.0, "#.##", "0"),
    (1e21, "#.##", "1000000000000000000000"),
    (1e100, "#.##", "1" + "0" * 100),
]


@pytest.mark.parametrize(("value", "pattern", "wanted"), SHOWN)
def test_tostring(value: Any, pattern: str, wanted: str) -> None:
    assert CALLS["str.tostring"](value, pattern) == wanted


FORMATTED: list[tuple[str, tuple[Any, ...], str]] = [
    ("{0}", (1,), "1"),
    ("{0}", (1.23456,), "1.235"),
    ("{0}", (12345.5,), "12,345.5"),
    ("{0}", (1_234,), "1,234"),
    ("'{'", (1,), "{"),
    ("'{0}'", (1,), "{0}"),
    ("'{{ticker}}'", (1,), "{{ticker}}"),
    ("a'{'b'}'c", (1,), "a{b}c"),
    ("it''s {0}", (1,), "it's 1"),
    ("'{'''}'", (1,), "{'}"),
    ("'{0}'{0}'{0}'", (1,), "{0}1{0}"),
    ("{0} 'unterminated {0}", (1,), "1 unterminated {0}"),
    ("{0}", ("a'b",), "a'b"),
    ("'{'\"price\": {0,number,#.##}}", (1.234,), '{"price": 1.23}'),
    ("{1}", (1,), "{1}"),
    ("{0} {2}", (1, 2), "1 {2}"),
    ("{0,NUMBER,#.#}", (1.234,), "1.2"),
    ("{0, number, integer}", (1.34,), "1"),
    ("{0, number, currency}", (1_340_000,), "$1,340,000.00"),
    ("{0,number,currency}", (1.34,), "$1.34"),
    ("{0, number, percent}", (0.1,), "10%"),
    ("{0, number, #.#}", (1.234,), " 1.2"),
    ("{0,number,'#'.##}", (1.234,), "#1.23"),
    ("{0,number,#.##}", (2.675,), "2.67"),
    ("{0,number,#}", (0.5,), "0"),
    ("{0,number,#}", (2.5,), "2"),
    ("{0,number,#.#}", (0.75,), "0.8"),
    ("{0,number,#.#}", (0.05,), "0.1"),
    ("{0,number,#.##}", (NA,), "NaN"),
    ("{0} {1} {2}", (True, NA, "x"), "true NaN x"),
    ("{0}", ([1, 2.55555],), "[1.0, 2.55555]"),
    ("{0}", ([1, 23456],), "[1, 23456]"),
    ("{0}", ([1e21, 0.0005, 12345678.5, NA, 0.0],), "[1.0E21, 5.0E-4, 1.23456785E7, NaN, 0.0]"),
    ("{0}", (["a", "b"],), "[a, b]"),
    ("{0,date,yyyy.MM.dd} {0,time,HH:mm}", (1_704_150_000_000,), "2024.01.01 23:00"),
    ("{0,time,HH:mm:ss} left", (90_000,), "00:01:30 left"),
    ("{0,date} {0,time}", (1_704_150_000_000,), "Jan 1, 2024 11:00:00 PM"),
    ("{0,date,short} {0,time,short}", (1_704_150_000_000,), "1/1/24 11:00 PM"),
    ("{0,date,long} {0,time,long}", (1_704_150_000_000,), "January 1, 2024 11:00:00 PM UTC"),
    ("{0,date,full}", (1_704_150_000_000,), "Monday, January 1, 2024"),
]


@pytest.mark.parametrize(("pattern", "values", "wanted"), FORMATTED)
def test_format(pattern: str, values: tuple[Any, ...], wanted: str) -> None:
    assert CALLS["str.format"](pattern, *values) == wanted


@pytest.mark.parametrize("pattern", ["a{", "{{0}}", "{0 ,number,#.#}", "{x}"])
def test_format_refuses_what_is_no_placeholder(pattern: str) -> None:
    with pytest.raises(PineRuntimeError):
        CALLS["str.format"](pattern, 1)


TIMES = [
    ("yyyy-MM-dd HH:mm", "UTC-4", "2025-01-01 02:23"),
    ("HH:mm:ss", "UTC", "06:23:45"),
    ("dd-MM-yyyy HH:mm", "UTC-8", "31-12-2024 22:23"),
    ("yyyy-MM-dd'T'HH:mm:ssZ", "UTC-5", "2025-01-01T01:23:45-0500"),
    ("EEE, d MMM yy 'at' h:mm a", "UTC", "Wed, 1 Jan 25 at 6:23 AM"),
    ("EEEE MMMM D w u XXX", "Asia/Kolkata", "Wednesday January 1 1 3 +05:30"),
    ("X S k K W F G", "UTC", "Z 0 6 6 1 1 AD"),
    ("zzz ''", "America/New_York", "EST '"),
]


@pytest.mark.parametrize(("pattern", "timezone", "wanted"), TIMES)
def test_format_time(pattern: str, timezone: str, wanted: str) -> None:
    assert CALLS["str.format_time"](1_735_712_625_000, pattern, timezone) == wanted


def test_format_time_is_in_the_symbols_zone_and_of_na_the_beginning_of_times() -> None:
    assert CALLS["str.format_time"](1_735_712_625_000) == "2025-01-01T01:23:45-0500"
    assert CALLS["str.format_time"](NA, "yyyy-MM-dd HH:mm", "UTC") == "1970-01-01 00:00"


WORKED: list[tuple[str, tuple[Any, ...], Any]] = [
    ("str.contains", ("Hello World!", "!"), True),
    ("str.contains", ("Hello World!", "?"), False),
    ("str.contains", (None, "?"), None),
    ("str.contains", ("abc", None), True),
    ("str.replace", ("abc", "", "-", 2), "ab-c"),
    ("str.replace", ("abc", "", "-", 4), "abc-"),
    ("str.replace", ("aaa", "aa", "-", 1), "a-"),
    ("str.split", ("", ""), [""]),
    ("str.endswith", ("Hello", "lo"), True),
    ("str.startswith", ("Hello", "lo"), False),
    ("str.length", ("Hello World!",), 12),
    ("str.length", (None,), NA),
    ("str.lower", ("Hello",), "hello"),
    ("str.upper", ("Hello",), "HELLO"),
    ("str.trim", ("  Hello ",), "Hello"),
    ("str.trim", (None,), ""),
    ("str.match", ("Hello World!", r"[\w]+"), "Hello"),
    ("str.match", ("Hello", "[0-9]"), ""),
    ("str.pos", ("Hello World!", "World"), 6),
    ("str.pos", ("Hello", "World"), NA),
    ("str.repeat", ("ab", 3, "-"), "ab-ab-ab"),
    ("str.repeat", ("ab", NA, ""), None),
    ("str.replace", ("aaa", "a", "-", 1), "a-a"),
    ("str.replace", ("aaa", "a", "-", NA), "-aa"),
    ("str.replace", ("aaa", "a", "-", 3), "aaa"),
    ("str.replace", ("abc", "", "-", NA), "-abc"),
    ("str.replace_all", ("aXbX", "X", "-"), "a-b-"),
    ("str.split", ("Hello World!", " "), ["Hello", "World!"]),
    ("str.split", ("abc", ""), ["a", "b", "c"]),
    ("str.substring", ("Hello World!", 6, 11), "World"),
    ("str.substring", ("hello", NA), "hello"),
    ("str.substring", ("hello", 3, NA), "lo"),
    ("str.tonumber", ("123",), 123),
    ("str.tonumber", ("-1.5e3",), -1500.0),
    ("str.tonumber", ("abc",), NA),
    ("str.tonumber", ("1_000",), NA),
    ("str.tonumber", (None,), NA),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), WORKED)
def test_function_of_text(name: str, arguments: tuple[Any, ...], wanted: Any) -> None:
    assert same(CALLS[name](*arguments), wanted)


def test_refusals() -> None:
    with pytest.raises(PineRuntimeError, match="substring"):
        CALLS["str.substring"]("hello", 3, 9)
    with pytest.raises(PineRuntimeError, match="regular expression"):
        CALLS["str.match"]("hello", "(")
    with pytest.raises(PineRuntimeError, match=str(LONGEST)):
        CALLS["str.repeat"]("x" * 100, 1000, "")
    with pytest.raises(PineRuntimeError, match=str(LONGEST)):
        CALLS["str.replace_all"]("x" * LONGEST, "x", "xx")
