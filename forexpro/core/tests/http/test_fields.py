"""Text, ids and JSON as they come in."""

import io
import re

import pytest
from rest_framework.exceptions import ParseError, ValidationError

from forexpro.core.http.fields import (
    FlagInput,
    IdInput,
    LinesInput,
    NetworkInput,
    PatternInput,
    TextInput,
    TimeZoneInput,
    WholeNumberInput,
    text_pattern,
)
from forexpro.core.http.parsers import BodyTooLarge, OrjsonParser
from forexpro.core.http.renderers import dumps
from forexpro.core.refusals import Refused


@pytest.mark.parametrize("wrong", [1, True, None, [], {}, "", "  ", "a\x00b", "a\nb", "\x1b[2J", "a\x85b", "toolong"])
def test_text_is_one_line_of_text(wrong):
    with pytest.raises(ValidationError):
        TextInput(max_length=5).run_validation(wrong)


def test_text_is_trimmed_and_keeps_every_letter():
    assert TextInput().run_validation(" Zoë – 日本 🙂 ") == "Zoë – 日本 🙂"
    assert TextInput(allow_blank=True).run_validation("  ") == ""


def test_lines_may_be_several_and_nothing_else_may_be_in_them():
    assert LinesInput().run_validation("one\n\ttwo\r\nthree") == "one\n\ttwo\r\nthree"
    for wrong in ("a\x00b", "a\x0bb", "\x1b[2J"):
        with pytest.raises(ValidationError):
            LinesInput().run_validation(wrong)


def test_a_pattern_is_that_of_the_whole_text():
    field = PatternInput("^[a-z]+$")
    assert field.run_validation("abc") == "abc"
    for wrong in ("abc1", " abc", "abc\n", "", "ABC"):
        with pytest.raises(ValidationError):
            field.run_validation(wrong)


@pytest.mark.parametrize("allow_blank", [True, False])
@pytest.mark.parametrize("field", [TextInput, LinesInput])
def test_the_documented_pattern_says_what_is_taken(field, allow_blank):
    field = field(allow_blank=allow_blank)
    pattern = re.compile(text_pattern(field))
    for text in ("", " ", "a", " a ", "a b", "a\nb", "\n", "\x00", "a\x1fb", "é", "\u2028", "\x9b", "\t"):
        try:
            field.run_validation(text)
            taken = True
        except ValidationError:
            taken = False
        assert bool(pattern.fullmatch(text)) == taken, repr(text)


def test_ids_come_as_they_were_answered():
    assert [IdInput().run_validation(one) for one in ("17", 17, 17.0, "007")] == [17, 17, 17, 7]
    for wrong in ("", "-1", -1, "1.0", 1.5, -1.0, 1e18, float("inf"), True, "１７", "9" * 19, 10**18, " 17", None, []):
        with pytest.raises(ValidationError):
            IdInput().run_validation(wrong)


def test_numbers_and_flags_are_no_texts():
    number = WholeNumberInput(min_value=0, max_value=10)
    assert [number.run_validation(one) for one in (0, 10, 3.0)] == [0, 10, 3]
    for wrong in ("3", True, 3.5, -1, 11, 1e20, None, ""):
        with pytest.raises(ValidationError):
            number.run_validation(wrong)
    assert [FlagInput().run_validation(one) for one in (True, False, "true", "false")] == [True, False, True, False]
    for wrong in (1, 0, "1", "yes", "True", "", None, []):
        with pytest.raises(ValidationError):
            FlagInput().run_validation(wrong)


def test_networks_and_time_zones_are_known_ones():
    assert NetworkInput().run_validation("203.0.113.7/24") == "203.0.113.0/24"
    assert TimeZoneInput().run_validation("Europe/Berlin") == "Europe/Berlin"
    for field, wrong in ((NetworkInput(), "203.0.113.256"), (TimeZoneInput(), "../etc/passwd")):
        with pytest.raises(Refused) as refused:
            field.run_validation(wrong)
        assert refused.value.http_status == 422


@pytest.mark.parametrize(
    "body", [b'"\\ud800"', b"NaN", b"1e999", b"[" * 100_000, b"{", b"", b"\xff", b'{"a": 1,}', b"'a'"]
)
def test_what_could_not_be_hashed_or_stored_is_no_json(body):
    with pytest.raises(ParseError):
        OrjsonParser().parse(io.BytesIO(body))


def test_a_number_longer_than_64_bits_can_be_answered_again():
    assert dumps(OrjsonParser().parse(io.BytesIO(b'{"n": 99999999999999999999}'))) == b'{"n":1e+20}'


def test_a_body_without_end_is_refused(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert OrjsonParser().parse(io.BytesIO(b'"12345678"')) == "12345678"
    with pytest.raises(BodyTooLarge):
        OrjsonParser().parse(io.BytesIO(b'"123456789"'))
