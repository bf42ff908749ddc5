"""The key under which a program may repeat a request, and what is refused about it wherever requests count once."""

from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused

KEY_LENGTH_MAX = 128


def key_in_header(value: str | None) -> str:
    """Return the key in the header `Idempotency-Key`; refuses `idempotency_key_required` where there is none."""
    key = (value or "").strip()
    if not key:
        raise Refused(
            "idempotency_key_required",
            _("Send an Idempotency-Key header: any text unique to this request, such as a UUID."),
            http_status=400,
        )
    return key


def ensure_key_fits(key: str, length_max: int = KEY_LENGTH_MAX) -> None:
    """Refuse `idempotency_key_invalid` for what is too long or not printable."""
    if len(key) > length_max or not key.isprintable():
        raise Refused(
            "idempotency_key_invalid",
            _("An Idempotency-Key has 1 to %(length)s printable characters.") % {"length": length_max},
            http_status=400,
        )


def request_in_progress(key: str | None) -> Refused:
    """Return the refusal of a request whose first one under the key is not answered yet."""
    return Refused(
        "request_in_progress",
        _("The first request with this Idempotency-Key is still running. Repeat it in a moment."),
        {"idempotency_key": key},
        http_status=409,
    )


def key_reused(key: str) -> Refused:
    """Return the refusal of a request whose key has been answered for something else."""
    return Refused(
        "idempotency_key_reused",
        _("This Idempotency-Key was used for another request. Use a new key for a new request."),
        {"idempotency_key": key},
        http_status=422,
    )
