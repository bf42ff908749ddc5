"""Columns of back-office lists whose numbers read as they do everywhere else."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from unfold.decorators import display

from forexpro.core.templatetags.components import money
from trading import names

Column = Callable[[Any, Any], str]


def money_column(field: str, description: Any, currency: Callable[[Any], str]) -> Column:
    """Return a column of amounts with the digits and the code of each row's currency."""

    def write(amount: Decimal, row: Any) -> str:
        return money(amount, currency(row))

    return _column(field, description, write)


def volume_column(field: str, description: Any) -> Column:
    """Return a column of lots."""

    def write(volume: Decimal, row: Any) -> str:
        return names.lots(volume)

    return _column(field, description, write)


def price_column(field: str, description: Any) -> Column:
    """Return a column of prices with the digits of each row's symbol, its `symbol_digits`."""

    def write(price: Decimal, row: Any) -> str:
        return names.plain(price) if row.symbol_digits is None else f"{price:.{row.symbol_digits}f}"

    return _column(field, description, write)


def ratio_column(field: str, description: Any) -> Column:
    """Return a column of rates or ratios, without trailing zeros."""

    def write(ratio: Decimal, row: Any) -> str:
        return names.plain(ratio)

    return _column(field, description, write)


def guards_column(field: str, description: Any) -> Column:
    """Return a field of conditions that act by themselves, as they are kept; a dash where there are none."""

    def column(self: Any, row: Any) -> str:
        guards = getattr(row, field)
        return format_html("<pre class='payload'>{}</pre>", json.dumps(guards, indent=2)) if guards else "–"

    described: Column = display(description=description)(column)
    return described


def reason_column(field: str, description: Any, names_of: Mapping[str, Callable[[], str]]) -> Column:
    """Return a column of reasons by their names; a code without one, such as that of a refusal, is shown itself."""

    def column(self: Any, row: Any) -> str:
        code = getattr(row, field)
        return names_of.get(code, lambda: code or "–")()

    described: Column = display(description=description, ordering=field)(column)
    return described


def _column(field: str, description: Any, write: Callable[[Decimal, Any], str]) -> Column:
    def column(self: Any, row: Any) -> str:
        value = getattr(row, field)
        return "–" if value is None else write(value, row)

    described: Column = display(description=description, ordering=field)(column)
    return described
