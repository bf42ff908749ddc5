"""What all calls of service keys share: scope, idempotency, and that every call is on record."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from crm.api.authentication import ServiceKeyAuthentication
from crm.api.throttles import ServiceThrottle
from crm.credentials import ServiceCaller
from crm.models import Scope
from crm.services.calls import Answer, call_carry_out, call_record, read_count
from forexpro.core.events.chain import Origin
from forexpro.core.http.errors import DATABASE_AWAY
from forexpro.core.http.origin import request_origin
from forexpro.core.idempotency import key_in_header
from forexpro.core.refusals import Refused

TOO_MANY = 429


class HasServiceScope(BasePermission):
    """Whether the key was made for this call: a view's `scope`. Refuses `scope_missing`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        wanted: Scope = view.scope_of(request)
        caller = request.user
        if not isinstance(caller, ServiceCaller) or wanted.value not in caller.scopes:
            raise Refused(
                "scope_missing",
                _("This service key does not allow that. Have one created with the scope %(scope)s.")
                % {"scope": wanted.value},
                {"scope": wanted.value},
                http_status=403,
            )
        return True


class ServiceView(APIView):
    """A call of a service key; `scope` is what the key must have been made for, `changing_scope` for changes."""

    authentication_classes = [ServiceKeyAuthentication]
    permission_classes = [IsAuthenticated, HasServiceScope]
    throttle_classes = [ServiceThrottle]
    scope: Scope = Scope.READ
    changing_scope: Scope = Scope.CLIENTS
    caller: ServiceCaller | None = None

    def scope_of(self, request: Request) -> Scope:
        """Return the scope that a request takes."""
        return self.scope if request.method in SAFE_METHODS else self.changing_scope

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.user, ServiceCaller):
            self.caller = request.user

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        if self.caller is None:
            raise NotAuthenticated(_("Send a service key as the header X-API-Key."))
        super().permission_denied(request, message, code)

    @property
    def origin(self) -> Origin:
        """The origin of what this call causes: the key by its name."""
        assert self.caller is not None
        return replace(request_origin(self.request), actor=self.caller.actor)

    def validated(self, fields: type[BaseSerializer[Any]], *, data: QueryDict | None = None) -> dict[str, Any]:
        """Return the body, or the parameters of the address in `data`, as `fields` validate it."""
        # What was left empty in an address is a value, and mostly a wrong one.
        given = fields(data=self.request.data if data is None else data.dict())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def carry_out(self, effect: Callable[[], Answer]) -> Response:
        """Have an effect once under the call's `Idempotency-Key`; answer as the first time otherwise."""
        assert self.caller is not None
        answer = call_carry_out(
            service_key_id=self.caller.id,
            idempotency_key=self.idempotency_key(),
            request_hash=self._request_hash(),
            effect=effect,
        )
        headers = {"ETag": answer.etag} if answer.etag else {}
        if answer.repeated:
            headers["Idempotent-Replayed"] = "true"
        return Response(answer.body, status=answer.status, headers=headers)

    def idempotency_key(self) -> str:
        """Return the call's `Idempotency-Key`, or refuse a call without one."""
        return key_in_header(self.request.headers.get("Idempotency-Key"))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response["Cache-Control"] = "no-store"  # it is about people
        # Whoever asks too often is not written down each time: that is what the limit is for.
        if self.caller is not None and response.status_code != TOO_MANY:
            try:
                self._record(response)
            except DATABASE_AWAY as error:
                response = self.handle_exception(error)
        return super().finalize_response(request, response, *args, **kwargs)

    def _record(self, response: Response) -> None:
        assert self.caller is not None
        method, path, status = self.request.method or "", self.request.path, response.status_code
        is_refused = isinstance(response.data, dict) and "error" in response.data
        code: str = response.data["error"]["code"] if is_refused else ""
        if method in SAFE_METHODS:
            read_count(
                service_key_id=self.caller.id, method=method, path=path, status=status, code=code, origin=self.origin
            )
        else:
            call = {"method": method, "path": path, "status": status} | ({"code": code} if code else {})
            call_record(stream=self.caller.stream, call=call, origin=self.origin)

    def _request_hash(self) -> str:
        asked = {
            "method": self.request.method,
            "path": self.request.path,
            "if_match": self.request.headers.get("If-Match", ""),
            "body": self.request.data,
        }
        # Not orjson: a body may hold whatever JSON can, fields that nobody reads with numbers of any size included.
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
