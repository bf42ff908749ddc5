"""A request that is understood and refused."""

from collections.abc import Mapping
from typing import Any

# What whoever is refused with 401 is asked to show, in the header `WWW-Authenticate`.
CHALLENGE = 'Bearer realm="api"'


class Refused(Exception):
    """A refusal with a stable machine-readable code, a sentence for people and the numbers behind it.

    `message` says what to do next where there is something to do. `details` holds JSON-ready values; money and
    prices are strings.
    """

    http_status = 422

    def __init__(
        self,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        http_status: int | None = None,
    ):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = dict(details or {})
        if http_status is not None:
            self.http_status = http_status
