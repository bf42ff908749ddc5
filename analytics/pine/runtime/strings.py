"""`str.*`: text, and values as text."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from analytics.pine.runtime.bindings import Binding, OfContext, Pure
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.date_formats import format_date
from analytics.pine.runtime.errors import LimitReached, PineRuntimeError
from analytics.pine.runtime.mathematics import missing, rounded_to_mintick
from analytics.pine.runtime.number_formats import formatted, written_out
from analytics.pine.runtime.values import NA, is_na
from analytics.pine.runtime.zones import local, zone

LONGEST = 40_960
"""How many characters a string may have."""

_DEFAULT_NUMBER = "#.##########"
_DEFAULT_TIME = "yyyy-MM-dd'T'HH:mm:ssZ"
_MESSAGE_NUMBER = "#,##0.###"
_STYLES = {"integer": "#,##0", "currency": "$#,##0.00", "percent": "#,##0%"}
_MOMENT_STYLES = {
    "date": {
        "": "MMM d, yyyy",
        "short": "M/d/yy",
        "medium": "MMM d, yyyy",
        "long": "MMMM d, yyyy",
        "full": "EEEE, MMMM d, yyyy",
    },
    "time": {
        "": "h:mm:ss a",
        "short": "h:mm a",
        "medium": "h:mm:ss a",
        "long": "h:mm:ss a z",
        "full": "h:mm:ss a z",
    },
}
"""The named styles of the message formats that the language takes over from Java."""


def limited(text: str) -> str:
    """Return a text unless it is too long."""
    if len(text) > LONGEST:
        raise LimitReached(
            "string-length", f"A string may have {LONGEST} characters at most; this one has {len(text)}."
        )
    return text


def joined(parts: Iterable[str], separator: str = "") -> str:
    """Return texts as one, unless it is too long; no more than that is put together to find out."""
    kept: list[str] = []
    size = -len(separator)
    for part in parts:
        size += len(part) + len(separator)
        if size > LONGEST:
            raise LimitReached("string-length", f"A string may have {LONGEST} characters at most; this one has more.")
        kept.append(part)
    return separator.join(kept)


def to_string(context: Context, value: Any, pattern: str = "") -> str:
    """Return a value as text; the pattern is a number format or one of `format.*`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "NaN"
    if isinstance(value, (int, float)):
        return _number(context, value, pattern)
    if isinstance(value, str):
        return value
    if hasattr(value, "as_text"):
        return str(value.as_text(lambda element: to_string(context, element, pattern)))
    if hasattr(value, "__iter__"):
        return f"[{joined((to_string(context, element, pattern) for element in value), ', ')}]"
    return str(value)


def _number(context: Context, value: float, pattern: str) -> str:
    if missing(value):
        return "NaN"
    match pattern:
        case "" | None:
            return formatted(value, _DEFAULT_NUMBER)
        case "mintick":
            return formatted(rounded_to_mintick(context, value), _mintick_pattern(context))
        case "price" | "inherit":
            precision = context.declaration.precision
            return formatted(value, _mintick_pattern(context) if precision is None else _decimals(precision))
        case "percent":
            return formatted(value, "0.00") + "%"
        case "volume":
            return volume(value)
    return formatted(value, pattern)


def _decimals(count: int) -> str:
    return "0." + "0" * count if count else "0"


def _mintick_pattern(context: Context) -> str:
    digits = f"{context.symbol.minmove / context.symbol.pricescale:.12f}".rstrip("0").partition(".")[2]
    return _decimals(len(digits))


def volume(value: float) -> str:
    """Return a volume in thousands, millions, billions or trillions."""
    for unit, size in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if abs(value) >= size:
            return formatted(value / size, "#.###") + unit
    return formatted(value, "#.###")


def format_message(context: Context, pattern: str | None, *values: Any) -> str | None:
    """Fill values into `{0}`, `{1,number,#.##}`, `{2,date,yyyy.MM.dd}`; what is in quotes stands for itself."""
    if pattern is None:
        return None
    out: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "'":
            at = _quoted(pattern, at, out)
        elif character == "{":
            end = _closing(pattern, at)
            out.append(_filled(context, pattern[at + 1 : end], values))
            at = end + 1
        else:
            out.append(character)
            at += 1
    return limited("".join(out))


def _quoted(pattern: str, at: int, out: list[str]) -> int:
    """Take over what is in quotes, `''` as one quote, and return where it ends."""
    if pattern[at : at + 2] == "''":
        out.append("'")
        return at + 2
    at += 1
    while at < len(pattern):
        if pattern[at] == "'":
            if pattern[at : at + 2] != "''":
                return at + 1
            at += 1
        out.append(pattern[at])
        at += 1
    return at


def _closing(pattern: str, at: int) -> int:
    depth = 0
    for place in range(at, len(pattern)):
        depth += (pattern[place] == "{") - (pattern[place] == "}")
        if depth == 0:
            return place
    raise PineRuntimeError(f'The format string "{pattern}" has an opening brace without a closing one.')


def _filled(context: Context, placeholder: str, values: tuple[Any, ...]) -> str:
    number, _, rest = placeholder.partition(",")
    if not number.isdigit():
        raise PineRuntimeError(f'"{{{placeholder}}}" is no placeholder of a format string: write "{{0}}".')
    if int(number) >= len(values):
        return f"{{{number}}}"
    value = values[int(number)]
    kind, _, style = rest.partition(",")
    match kind.strip().lower():
        case "number" if isinstance(value, (int, float)) and not isinstance(value, bool):
            if missing(value):
                return "NaN"
            return formatted(value, _STYLES.get(style.strip().lower(), style or _MESSAGE_NUMBER), bankers=True)
        case "date" | "time" as kind if isinstance(value, (int, float)) and not missing(value):
            # Always in UTC, so that a length of time can be shown, too: scripts that want a zone use str.format_time.
            return format_date(
                _local(context, value, "UTC"), _MOMENT_STYLES[kind].get(style.strip().lower(), style.strip())
            )
    return _plain(context, value)


def _plain(context: Context, value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return formatted(value, _MESSAGE_NUMBER, bankers=True) if not missing(value) else "NaN"
    if isinstance(value, (str, bool)) or value is None or not hasattr(value, "__iter__"):
        return to_string(context, value)
    items = list(value)
    floats = any(isinstance(item, float) and not missing(item) for item in items)
    return f"[{joined((_item(context, item, floats) for item in items), ', ')}]"


def _item(context: Context, value: Any, floats: bool) -> str:
    """Return an element of an array, whose numbers are written out, with a point if they are floats."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or missing(value):
        return to_string(context, value)
    return written_out(float(value)) if floats else str(value)


def _local(context: Context, milliseconds: float, timezone: str | None) -> datetime:
    return local(milliseconds, zone(timezone or context.symbol.timezone))


def format_time(
    context: Context, milliseconds: float, pattern: str | None = _DEFAULT_TIME, timezone: str | None = None
) -> str | None:
    """Return a moment as text in a date pattern, in the symbol's time zone unless another is named; na is 1970."""
    return format_date(_local(context, 0 if is_na(milliseconds) else milliseconds, timezone), pattern or _DEFAULT_TIME)


def length(text: str | None) -> float:
    """Return the number of characters."""
    return NA if text is None else len(text)


def contains(text: str | None, part: str | None) -> bool | None:
    """Return whether a text has a part; a missing part is empty."""
    return None if text is None else (part or "") in text


def starts_with(text: str | None, part: str | None) -> bool | None:
    """Return whether a text starts with a part."""
    return None if text is None or part is None else text.startswith(part)


def ends_with(text: str | None, part: str | None) -> bool | None:
    """Return whether a text ends with a part."""
    return None if text is None or part is None else text.endswith(part)


def position(text: str | None, part: str | None) -> float:
    """Return where a part is in a text, na if it is not."""
    found = -1 if text is None or part is None else text.find(part)
    return NA if found < 0 else found


def match(text: str | None, pattern: str | None) -> str | None:
    """Return the first piece of a text that fits a regular expression, or nothing."""
    if text is None or pattern is None:
        return None
    try:
        found = re.search(pattern, text)
    except RecursionError as error:
        raise PineRuntimeError("The regular expression is nested too deeply.") from error
    except (re.error, OverflowError) as error:
        raise PineRuntimeError(f'"{pattern}" is no regular expression: {error}.') from error
    return found[0] if found else ""


def substring(text: str | None, begin: float = 0, end: float | None = None) -> str | None:
    """Return the characters from one position up to another."""
    if text is None:
        return None
    first = 0 if is_na(begin) else int(begin)
    past = len(text) if end is None or is_na(end) else int(end)
    if first < 0 or past > len(text) or past < first:
        raise PineRuntimeError(f"str.substring goes from {first} to {past}, but the string has {len(text)} characters.")
    return text[first:past]


def replace(text: str | None, target: str | None, replacement: str | None, occurrence: float = 0) -> str | None:
    """Return a text with one occurrence of a part replaced, counted from 0; they may overlap.

    An empty part occurs before each character, and behind the last for all further counts.
    """
    if text is None or target is None or replacement is None:
        return None
    wanted = 0 if is_na(occurrence) else int(occurrence)
    if not target:
        at = min(max(wanted, 0), len(text))
        return limited(text[:at] + replacement + text[at:])
    at = -1
    for _ in range(wanted, -1, -1):
        at = text.find(target, at + 1)
        if at < 0:
            return text
    return limited(text[:at] + replacement + text[at + len(target) :])


def replace_all(text: str | None, target: str | None, replacement: str | None) -> str | None:
    """Return a text with every occurrence of a part replaced."""
    if text is None or target is None or replacement is None:
        return None
    longer = len(replacement) - len(target)
    if longer > 0 and len(text) + text.count(target) * longer > LONGEST:
        raise LimitReached("string-length", f"A string may have {LONGEST} characters at most; this one has more.")
    return limited(text.replace(target, replacement))


def split(text: str | None, separator: str) -> list[str | None]:
    """Return the parts of a text between separators, or its characters."""
    if text is None:
        return []
    return list(text.split(separator)) if separator else list(text) or [""]


def repeat(text: str | None, count: float, separator: str | None = "") -> str | None:
    """Return a text several times."""
    if text is None or is_na(count) or separator is None:
        return None
    times = int(count)
    if times < 0:
        raise PineRuntimeError(f"str.repeat cannot repeat a string {times} times.")
    if times * (len(text) + len(separator)) > LONGEST + len(separator):
        message = f"A string may have {LONGEST} characters at most; repeating makes this one longer."
        raise LimitReached("string-length", message)
    return separator.join([text] * times)


def to_number(text: str | None) -> float:
    """Return the number that a text is, na if it is none."""
    if text is None or re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text) is None:
        return NA
    value = float(text)
    return int(value) if value.is_integer() and re.fullmatch(r"\s*[+-]?\d+\s*", text) else value


def upper(text: str | None) -> str | None:
    """Return a text in capitals."""
    return None if text is None else text.upper()


def lower(text: str | None) -> str | None:
    """Return a text in small letters."""
    return None if text is None else text.lower()


def trim(text: str | None) -> str | None:
    """Return a text without blanks at its ends."""
    return "" if text is None else text.strip()


BINDINGS: dict[str, Binding] = {
    "str.tostring": OfContext(to_string),
    "str.format": OfContext(format_message),
    "str.format_time": OfContext(format_time),
    "str.length": Pure(length),
    "str.contains": Pure(contains),
    "str.startswith": Pure(starts_with),
    "str.endswith": Pure(ends_with),
    "str.pos": Pure(position),
    "str.match": Pure(match),
    "str.substring": Pure(substring),
    "str.replace": Pure(replace),
    "str.replace_all": Pure(replace_all),
    "str.split": Pure(split),
    "str.repeat": Pure(repeat),
    "str.tonumber": Pure(to_number),
    "str.upper": Pure(upper),
    "str.lower": Pure(lower),
    "str.trim": Pure(trim),
}
