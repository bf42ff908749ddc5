"""Numbers as text, in patterns such as `#,##0.00` and `0.0%`."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from analytics.pine.runtime.errors import LimitReached, PineRuntimeError

_WIDE = Context(prec=400)
_PLAIN = Decimal("0.001")
_MOST_DECIMALS = 16
_LONGEST = 200
_BODY = re.compile(r"[#0,]*(?:\.[#0,]*)?(?:E0+)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A number pattern: text before and after, and how many digits there are at least and at most."""

    prefix: str
    suffix: str
    least_whole: int
    least_decimals: int
    most_decimals: int
    grouped: int
    percent: bool
    exponent: int
    optional_whole: bool


@lru_cache(maxsize=512)
def parse(text: str) -> Pattern:
    """Return what a pattern asks for; text in single quotes stands for itself."""
    if len(text) > _LONGEST:
        raise LimitReached("pattern-length", f"A number format may have {_LONGEST} characters at most.")
    text = text.split(";")[0]
    prefix, start = _literal(text, 0, "#0.,")
    body = _BODY.match(text, start)
    core = body[0] if body else ""
    suffix, end = _literal(text, start + len(core), "")
    if end != len(text):
        raise PineRuntimeError(f'"{text}" is no number format.')
    core, _, exponent = core.partition("E")
    whole, point, decimals = core.partition(".")
    digits = whole.replace(",", "")
    return Pattern(
        prefix,
        suffix,
        digits.count("0"),
        decimals.count("0"),
        len(decimals.replace(",", "")),
        len(whole) - whole.rindex(",") - 1 if "," in whole else 0,
        "%" in prefix or "%" in suffix,
        len(exponent),
        bool(point) and "0" not in digits and decimals.startswith("0"),
    )


def _literal(text: str, start: int, stop: str) -> tuple[str, int]:
    """Return the text up to a character that belongs to the number, with quotes resolved, and where that is."""
    found = []
    at = start
    while at < len(text) and text[at] not in stop:
        if text[at] == "'":
            end = text.find("'", at + 1)
            end = len(text) if end < 0 else end
            found.append(text[at + 1 : end] or "'")
            at = end + 1
        else:
            found.append(text[at])
            at += 1
    return "".join(found), at


def shortest(number: float) -> Decimal:
    """Return the shortest decimal that is this number, of sizes from 0.001 on with at most 16 decimals."""
    value = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    exponent = value.as_tuple().exponent
    if abs(value) >= _PLAIN and isinstance(exponent, int) and -exponent > _MOST_DECIMALS:
        value = value.quantize(Decimal(1).scaleb(-_MOST_DECIMALS), ROUND_HALF_UP, _WIDE)
    return value


def formatted(number: float, pattern: str, *, bankers: bool = False) -> str:
    """Return a number in a pattern, rounded half up on its shortest decimal, or half even on its exact value."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "∞" if number > 0 else "-∞"
    form = parse(pattern)
    value = shortest(number)
    if form.percent:
        value = value * 100
    if form.exponent:
        return _scientific(value, form)
    rounded = _rounded(value, form.most_decimals, exact=Decimal(number) * (100 if form.percent else 1), even=bankers)
    sign = "-" if rounded < 0 else ""
    whole, _, decimals = f"{abs(rounded):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(form.least_decimals, "0")
    whole = whole.lstrip("0").rjust(form.least_whole, "0")
    if not whole and not (form.optional_whole and decimals):
        whole = "0"
    if form.grouped:
        whole = _grouped(whole, form.grouped)
    return f"{sign}{form.prefix}{whole}{'.' if decimals else ''}{decimals}{form.suffix}"


def _rounded(value: Decimal, decimals: int, *, exact: Decimal, even: bool) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    if even and value.quantize(step, ROUND_HALF_EVEN, _WIDE) != value.quantize(step, ROUND_HALF_UP, _WIDE):
        return exact.quantize(step, ROUND_HALF_EVEN, _WIDE)
    if even and (value / step) % 1 == Decimal("0.5").copy_sign(value):
        return exact.quantize(step, ROUND_HALF_EVEN, _WIDE)
    return value.quantize(step, ROUND_HALF_EVEN if even else ROUND_HALF_UP, _WIDE)


def _scientific(value: Decimal, form: Pattern) -> str:
    power = value.adjusted() if value else 0
    mantissa = value.scaleb(-power).quantize(Decimal(1).scaleb(-form.most_decimals), ROUND_HALF_UP, _WIDE)
    whole, _, decimals = f"{abs(mantissa):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(form.least_decimals, "0")
    shown = f"{'-' if power < 0 else ''}{str(abs(power)).rjust(form.exponent, '0')}"
    sign = "-" if value < 0 else ""
    return f"{sign}{form.prefix}{whole}{'.' if decimals else ''}{decimals}E{shown}{form.suffix}"


def _grouped(whole: str, size: int) -> str:
    head = len(whole) % size
    parts = [whole[:head]] if head else []
    parts += [whole[at : at + size] for at in range(head, len(whole), size)]
    return ",".join(parts)


def written_out(number: float) -> str:
    """Return the shortest digits of a float: with a point, and below 0.001 and from ten million on with an exponent."""
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    mantissa, _, exponent = f"{shortest(number):e}".partition("e")
    digits, _, decimals = mantissa.partition(".")
    return f"{digits}.{decimals.rstrip('0') or '0'}E{int(exponent)}"
