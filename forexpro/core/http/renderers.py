"""JSON as the contract wants it: decimals as strings, times as ISO 8601 UTC with `Z`."""

from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def dumps(value: Any) -> bytes:
    """Encode `value` as JSON bytes."""
    return orjson.dumps(value, default=_encode, option=OPTIONS)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")  # never 1E-8
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):  # REST framework's ReturnDict and friends
        return dict(value)
    if isinstance(value, list | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)
