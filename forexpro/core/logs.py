"""Log records: each carries its request's id, and none carries a secret."""

import logging
import re
from typing import Any

from forexpro.core.http.middleware import current_request_id

# name=value, "name": "value", name: value and b'name', b'value', in URLs, JSON (also JSON inside JSON), headers and
# sentences. A quoted value ends with its quote, a bare one with its word.
_NAMED = re.compile(
    r"""(?ix)
    (?P<name> (?:
        (?:password|passwd|passphrase|passcode|secret|token|credential|authorization|signature|sessionid|cookie
            |(?:api|private|encryption|signing|master)[_-]?keys?|totp|otp[_-]?(?:code|key)|backup[_-]?codes?)[\w-]*
        | (?<![a-z]) (?:\w+_)? pass
    ) )
    (?P<between> \\*["']? \s* [=:] \s* | \\*["'] \s* , \s* (?=b?["']) )
    (?:
        (?P<start> b? (?P<quote> \\*["'] )) (?: (?! (?<!\\)(?P=quote) ) . )*
        | (?: (?:bearer|basic|token|apikey|api-key|digest|negotiate) \s+ )? [^\s"'&,;}\\]+
    )
    """,
)
# What is a secret by its looks, wherever it stands.
_RECOGNISED = re.compile(
    r"""(?x)
    otpauth(?:-migration)?://[^\s"'<>\\]+             # the content of an authenticator's QR code
    | \beyJ[\w-]{5,}\.[\w-]+\.[\w-]*                 # a JSON web token
    | \bwhsec_[\w+/=-]+                              # the secret of a webhook
    | \bfp[ks]_[0-9a-f]{8}_[\w-]{20,}                # a personal API key, or a service key
    | \bv1[a]?,[A-Za-z0-9+/]{40,}={0,2}              # the signature of a webhook
    | \b(?:[Bb]earer|[Bb]asic)\s+[\w.~+/-]{8,}=*      # credentials whose header was left out
    | \b[A-Z2-7]{32,}\b=*                            # base32: the secret of an authenticator
    """,
)
_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")
# Libraries that write whole addresses, keys in their queries included, into lines nobody asked for.
TALKATIVE = ("httpx", "httpcore", "botocore", "boto3", "s3transfer", "urllib3")


def without_secrets(text: str) -> str:
    """Return `text` without passwords in URLs, values that are named like a secret, and what looks like one."""
    text = _RECOGNISED.sub("[secret]", _IN_URL.sub(r"\1:[secret]@", text))
    return _NAMED.sub(lambda found: f"{found['name']}{found['between']}{found['start'] or ''}[secret]", text)


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
            **{name: {"level": "WARNING"} for name in TALKATIVE},
        },
    }
