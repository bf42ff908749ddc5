"""Log records: each carries its request's id, and none carries a secret."""

import logging
import re
from typing import Any

from forexpro.core.http.middleware import current_request_id

# name=value, "name": "value" and name: value, in URLs, JSON, headers and sentences.
_NAMED = re.compile(
    r"""(?ix) ((?:password|passwd|secret|token|api_?key|authorization|signature|sessionid|cookie)[\w-]*
        ["']?\s*[=:]\s*(?:["']|bearer\s+|basic\s+)?) [^\s"'&,;}]+""",
)
_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")


def without_secrets(text: str) -> str:
    """Return `text` with the values of whatever is named like a secret, and passwords in URLs, blotted out."""
    return _IN_URL.sub(r"\1:[secret]@", _NAMED.sub(r"\1[secret]", text))


class RequestIdFilter(logging.Filter):
    """Add `request_id` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get() or "-"
        return True


class SecretFreeFormatter(logging.Formatter):
    """Wrap another formatter and blot out secrets in what it makes, tracebacks included."""

    def __init__(self, wrapped: logging.Formatter) -> None:
        super().__init__()
        self._wrapped = wrapped

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(self._wrapped.format(record))


def text_formatter() -> logging.Formatter:
    """Return the formatter for people."""
    return SecretFreeFormatter(logging.Formatter("%(levelname)s %(name)s [%(request_id)s] %(message)s"))


def json_formatter() -> logging.Formatter:
    """Return the formatter for log collectors: one JSON object a line."""
    from pythonjsonlogger.json import JsonFormatter

    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return SecretFreeFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s", rename_fields=names)
    )


def logging_settings(form: str, level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, as `text` or as `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {"chosen": {"()": json_formatter if form == "json" else text_formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen", "filters": ["request_id"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # It logs every request, with what the address says of keys.
            "httpx": {"level": "WARNING"},
        },
    }
