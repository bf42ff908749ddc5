"""Parts of addresses."""

from functools import cache

from django.urls import register_converter
from django.urls.converters import IntConverter


class IdConverter(IntConverter):
    """An id that fits the database."""

    regex = "[0-9]{1,18}"


@cache
def register_converters() -> None:
    """Let routes name `<id:…>`, once."""
    register_converter(IdConverter, "id")
