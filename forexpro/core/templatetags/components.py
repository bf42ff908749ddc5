"""The template side of the design system: icons, prices, money and times, each drawn in one place."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forexpro.core.http.middleware import current_request_id
from forexpro.core.http.toasts import toast_of
from forexpro.core.money import currency_digits, quantize

register = template.Library()


@cache
def icon_names() -> frozenset[str]:
    """Return the icons that the sprite holds."""
    return frozenset(Path(settings.BASE_DIR, "static", "src", "icons.txt").read_text().split())


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon of the sprite. It is decoration: the text beside it or an aria-label names the thing.

    Raises TemplateSyntaxError for a name that is not in static/src/icons.txt.
    """
    if name not in icon_names():
        raise template.TemplateSyntaxError(f'The icon "{name}" is not listed in static/src/icons.txt.')
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, static("icons.svg"), name
    )


@register.filter
def money(amount: Decimal, currency: str = "") -> str:
    """Write an amount with the digits of its currency and the currency behind it: 12,345.60 USD."""
    number = number_format(
        quantize(amount, currency), decimal_pos=currency_digits(currency), use_l10n=True, force_grouping=True
    )
    return f"{number}\u00a0{currency}" if currency else number


@register.filter
def signed_money(amount: Decimal, currency: str = "") -> str:
    """Write a change with its sign: +12.50 USD. Zero has none."""
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"


@register.filter
def direction(value: Decimal | None) -> str:
    """Return "up", "down" or nothing, by the sign of a value."""
    return "" if not value else "up" if value > 0 else "down"


@register.simple_tag
def price(value: Decimal | None, digits: int, classes: str = "") -> SafeString:
    """Draw a price as dealers read it: big figure, two pip digits, fraction of a pip."""
    figure, pips, fraction = price_parts(value, digits)
    return format_html(
        '<span class="price {}" data-value="{}"><span class="figure">{}</span><span class="pips">{}</span>'
        '<span class="fraction">{}</span></span>',
        classes,
        "" if value is None else value,
        figure,
        pips,
        fraction,
    )


def price_parts(value: Decimal | None, digits: int) -> tuple[str, str, str]:
    """Split a price into big figure, pips and fraction of a pip; the last only with 3 or 5 digits."""
    if value is None:
        return "", "–", ""
    text = f"{value:.{digits}f}"
    end = len(text) - 1 if digits in (3, 5) else len(text)
    start, taken = end, 0
    while taken < 2 and start > 0:
        start -= 1
        taken += text[start] != "."
    return text[:start], text[start:end], text[end:]


@register.simple_tag
def moment(value: datetime, form: str = "full") -> SafeString:
    """Write a time in the reader's zone, with UTC behind it as a hint.

    `form` is "full" (20 Nov 2026, 14:05:09), "minute", "time" or "age" (kept right by js/times.js).
    """
    utc = value.astimezone(UTC)
    local = timezone.localtime(value)
    formats = {"full": "j M Y, H:i:s", "minute": "j M Y, H:i", "time": "H:i:s", "age": "j M Y, H:i"}
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        SafeString(" data-age") if form == "age" else "",
        _date_text(local, formats[form]),
    )


def _date_text(value: date, form: str) -> str:
    return date_format(value, form, use_l10n=False)


_TOAST_ICONS = {"success": "circle-check", "info": "info", "warning": "triangle-alert", "error": "octagon-alert"}


@register.inclusion_tag("components/toast.html")
def toast(message: Message | None = None) -> Mapping[str, Any]:
    """Draw a message as a toast; without one, the empty toast that scripts copy."""
    values = toast_of(message) if message else {"kind": "", "title": "", "detail": ""}
    return {**values, "icon_name": _TOAST_ICONS.get(values["kind"], "info")}


@register.filter(is_safe=True)
def main_landmark(page: str) -> str:
    """Make the element that unfold calls main the page's main landmark."""
    return page.replace('<div id="main"', '<div id="main" role="main" tabindex="-1"', 1)


@register.simple_tag
def request_id() -> str:
    """Return the id by which support finds this request."""
    return current_request_id.get()
