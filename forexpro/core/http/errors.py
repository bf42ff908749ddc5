"""The one shape every error answer has: code, message, details, request id."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from forexpro.core.http.middleware import current_request_id
from forexpro.core.http.wire import as_answered
from forexpro.core.refusals import CHALLENGE, Refused

logger = logging.getLogger(__name__)

# What Django raises when the database cannot be reached, does not answer in time, or went away in between.
DATABASE_AWAY = (OperationalError, InterfaceError)
RETRY_LATER = {"Retry-After": "1"}


def error_body(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the error body of the contract."""
    return {
        "error": {
            "code": code,
            "message": message,
            "details": as_answered(dict(details or {})),
            "request_id": current_request_id.get(),
        }
    }


def database_away_body() -> dict[str, Any]:
    """Return the error body of a request that the database left without an answer."""
    return error_body(
        "database_unavailable",
        "The database does not answer right now, and it is not known whether this was carried out. Repeat it in a "
        "moment, unchanged and under the same Idempotency-Key: it takes effect once.",
    )


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Turn refusals and REST framework exceptions into the error shape; leave anything else to become a 500."""
    if isinstance(exception, Refused):
        body = error_body(exception.code, exception.message, exception.details)
        return Response(body, status=exception.http_status, headers=_headers_of(exception, context))
    if isinstance(exception, DATABASE_AWAY):
        logger.warning("the database is away: %s", exception)
        return Response(database_away_body(), status=503, headers=RETRY_LATER)
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if not isinstance(exception, exceptions.APIException):
        return None

    headers = {}
    if authenticate := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = authenticate
    if wait := getattr(exception, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    set_rollback()
    if isinstance(exception, exceptions.ValidationError):
        fields = _with_text_keys(exception.detail)
        body = error_body("invalid_input", "Some fields need correction.", {"fields": fields})
        return Response(body, status=status.HTTP_400_BAD_REQUEST)
    code = getattr(exception.detail, "code", None) or exception.default_code
    return Response(error_body(code, _sentence(exception, context)), status=exception.status_code, headers=headers)


def _sentence(exception: exceptions.APIException, context: Mapping[str, Any]) -> str:
    """Return what an exception of REST framework says, or what to do instead where it says only what was wrong."""
    view = context.get("view")
    match exception:
        case exceptions.Throttled():
            return _throttled(getattr(exception, "wait", None))
        case _ if view is None:
            pass
        case exceptions.NotAuthenticated() if exception.detail == exception.default_detail:
            return _("Show who you are: an access token as Authorization: Bearer …, or an API key as X-API-Key.")
        case exceptions.MethodNotAllowed():
            return _("Use one of these methods: %(methods)s.") % {"methods": ", ".join(view.allowed_methods)}
        case exceptions.UnsupportedMediaType():
            kinds = ", ".join(parser.media_type for parser in view.get_parsers())
            return _("Send the body as %(kinds)s, and say so in Content-Type.") % {"kinds": kinds}
        case exceptions.NotAcceptable():
            return _("Answers here are application/json: say so in Accept, or leave that header out.")
    return str(exception.detail)


def _throttled(wait: float | None) -> str:
    if not wait:
        return _("Too many requests. Wait a while and try again.")
    seconds = math.ceil(wait)
    return ngettext(
        "Too many requests. Try again in %(seconds)s second.",
        "Too many requests. Try again in %(seconds)s seconds.",
        seconds,
    ) % {"seconds": seconds}


def _headers_of(refusal: Refused, context: Mapping[str, Any]) -> dict[str, str]:
    """Return what a refusal says in headers too, where programs look for it."""
    if refusal.http_status == status.HTTP_401_UNAUTHORIZED:
        view = context.get("view")
        challenge = view.get_authenticate_header(context["request"]) if view is not None else None
        return {"WWW-Authenticate": challenge or CHALLENGE}
    if refusal.http_status == status.HTTP_429_TOO_MANY_REQUESTS and "retry_after" in refusal.details:
        return {"Retry-After": str(refusal.details["retry_after"])}
    return {}


def _with_text_keys(detail: Any) -> Any:
    """Return what is wrong with the fields of a list under their places as text, as JSON has keys."""
    if isinstance(detail, dict):
        return {str(key): _with_text_keys(value) for key, value in detail.items()}
    return detail
