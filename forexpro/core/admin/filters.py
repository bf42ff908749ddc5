"""Filters of back-office lists that know their choices without reading the rows."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter, TextFilter
from unfold.utils import parse_datetime_str

Rows = QuerySet[Any]


class ExactFilter(TextFilter):
    """Rows whose field is exactly what is typed."""

    field: str

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = (self.value() or "").strip()
        return queryset.filter(**{self.field: value}) if value else queryset


class ChoiceFilter(DropdownFilter):
    """Rows whose `field` has the chosen one of a few values."""

    field: str

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value()
        return queryset.filter(**{self.field: value}) if value else queryset


class MomentFilter(RangeDateTimeFilter):
    """A range of time in the reader's zone; a day without a time of day counts whole."""

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        for end, lookup, time_of_day in (("from", "gte", "00:00:00"), ("to", "lte", "23:59:59")):
            day = self.used_parameters.get(f"{self.parameter_name}_{end}_0")
            time = self.used_parameters.get(f"{self.parameter_name}_{end}_1") or time_of_day
            moment = parse_datetime_str(f"{day} {time}") if day else None
            if moment is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": timezone.make_aware(moment)})
        return queryset


def choice_filter(field: str, title: Any, choices: Any, *, parameter: str = "") -> type[ChoiceFilter]:
    """Return a filter by `field`; `choices` are (value, name), or a function that returns them when they are shown."""

    class Filter(ChoiceFilter):
        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
            return list(choices() if callable(choices) else choices)

    Filter.title, Filter.parameter_name, Filter.field = title, parameter or field, field
    Filter.__name__ = f"{field.title()}Filter"
    return Filter
