"""Bringing the shipped symbols into the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused
from marketdata.catalogue import CatalogueEntry, catalogue_entries
from marketdata.models import Symbol

_LOADED_FIELDS = [field.name for field in Symbol._meta.concrete_fields if field.name not in ("code", "is_active")]


@dataclass(slots=True)
class CatalogueLoad:
    """What loading the catalogue did, by symbol code; `kept` names the fields that staff had changed."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)


def catalogue_load(*, overwrite: bool = False, entries: Iterable[CatalogueEntry] | None = None) -> CatalogueLoad:
    """Create missing symbols and bring untouched fields of the present ones up to the shipped catalogue.

    A field whose value is no longer the one shipped last was changed by staff and is kept, unless `overwrite`. Loading
    again changes nothing. Raises Refused `catalogue_invalid`, with nothing written, for an entry that is no symbol.
    """
    entries = catalogue_entries().values() if entries is None else entries
    load = CatalogueLoad()
    with transaction.atomic():
        present = {symbol.code: symbol for symbol in Symbol.objects.select_for_update().order_by("code")}
        created, updated = [], []
        for entry in entries:
            symbol = present.get(entry.code)
            if symbol is None:
                symbol = Symbol(code=entry.code, **entry.specification, shipped=_shipped(entry.specification))
                created.append(symbol)
            elif _merge(symbol, entry, overwrite=overwrite, load=load):
                updated.append(symbol)
            else:
                continue
            _validate(symbol)
        try:
            Symbol.objects.bulk_create(created)
            Symbol.objects.bulk_update(updated, _LOADED_FIELDS)
        except IntegrityError as error:
            raise _invalid("*", str(error)) from error
    load.created = [symbol.code for symbol in created]
    load.updated = [symbol.code for symbol in updated]
    return load


def _merge(symbol: Symbol, entry: CatalogueEntry, *, overwrite: bool, load: CatalogueLoad) -> bool:
    """Set on `symbol` what the catalogue may set; return whether the row changes."""
    shipped = _shipped(entry.specification)
    changed: bool = symbol.shipped != shipped
    for name, value in entry.specification.items():
        present = getattr(symbol, name)
        if present == value:
            continue
        if overwrite or _plain(present) == symbol.shipped.get(name):
            setattr(symbol, name, value)
            changed = True
        else:
            load.kept.setdefault(symbol.code, []).append(name)
    symbol.shipped = shipped
    return changed


def _shipped(specification: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in specification.items()}


def _plain(value: Any) -> Any:
    """Return a field's value as JSON keeps it; decimals without the trailing zeros their column adds."""
    if value is None or isinstance(value, str | int | dict):
        return value
    return format(value.normalize(), "f")


def _validate(symbol: Symbol) -> None:
    try:
        # The check constraints are left to the database: validating one here costs a query per symbol.
        symbol.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise _invalid(
            symbol.code, "; ".join(f"{name}: {texts}" for name, texts in error.message_dict.items())
        ) from error


def _invalid(code: str, reason: str) -> Refused:
    return Refused(
        "catalogue_invalid",
        _("The catalogue cannot be loaded, symbol %(symbol)s: %(reason)s") % {"symbol": code, "reason": reason},
        {"symbol": code, "reason": reason},
    )
