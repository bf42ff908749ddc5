"""What the views of one account share: whose it is, idempotency, answers."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from forexpro.core.http.origin import request_origin
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import idempotency_key
from forexpro.core.http.throttles import Throttle, take
from forexpro.core.idempotency import KEY_LENGTH_MAX, ensure_key_fits, key_in_header
from trading.api.representations import answer_json
from trading.models import TradingAccount
from trading.selectors import OwnedAccount, account_for_user, owned_account
from trading.services.answers import Answer

IDEMPOTENCY_KEY = idempotency_key(
    f"Any text of at most {KEY_LENGTH_MAX} characters that is unique to this request, such as a UUID. Sent again with "
    "the same body it returns the first answer; 409 while the first request is still running, 422 with another body.",
    KEY_LENGTH_MAX,
)


class MutatingView(APIView):
    """A view whose changes need an idempotency key."""

    def idempotency_key(self) -> str:
        """Return the request's `Idempotency-Key`, or refuse a request without one."""
        key = key_in_header(self.request.headers.get("Idempotency-Key"))
        ensure_key_fits(key)
        return key

    def validated(self, fields: type[BaseSerializer[Any]]) -> Any:
        """Return the request's body as `fields` validate it."""
        return _validator(fields).run_validation(self.request.data)

    def asked(self, fields: type[BaseSerializer[Any]]) -> Any:
        """Return the parameters of the address as `fields` validate them."""
        return _validator(fields).run_validation(self.request.query_params.dict())


class AccountView(MutatingView):
    """A view of one account: `account` is the caller's own, anybody else's does not exist."""

    account: OwnedAccount

    def check_throttles(self, request: Request) -> None:
        if not hasattr(self, str(request.method).lower()):
            self.http_method_not_allowed(request)  # whoever asks: no object has to be looked up for that
        # Between permissions and throttles, because a throttle's rate may be that of the account's group.
        self.account = owned_account(request.user, self.kwargs["account_id"])
        limits = [cast(Throttle, throttle).limit(request, self) for throttle in self.get_throttles()]
        wait = take([limit for limit in limits if limit is not None])
        if wait is not None:
            self.throttled(request, wait)

    @cached_property
    def account_row(self) -> TradingAccount:
        """The account with its group."""
        return account_for_user(self.request.user, self.account.id)

    def serializer_context(self) -> dict[str, Any]:
        """Return what serializers of money need."""
        return {"request": self.request, "currency": self.account.currency}

    def carry_out(
        self,
        service: Callable[..., Answer],
        fields: type[BaseSerializer[Any]] | None = None,
        *,
        status: int = 200,
        **arguments: Any,
    ) -> Response:
        """Call a service that changes the account, with `arguments` and the body's `fields`; answer what it did."""
        key = self.idempotency_key()
        if fields is not None:
            arguments |= self.validated(fields)
        origin = request_origin(self.request)
        answer = service(account_id=self.account.id, **arguments, origin=origin, idempotency_key=key)
        return Response(answer_json(answer), status=status)


class AccountRowsView(AccountView, ListAPIView[Any]):
    """A list of what an account has, page by page, the newest first."""

    pagination_class = NewestFirst

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **self.serializer_context()}


# One of each kind validates all bodies: making one for each request would copy every field.
_validators: dict[type[BaseSerializer[Any]], BaseSerializer[Any]] = {}


def _validator(fields: type[BaseSerializer[Any]]) -> BaseSerializer[Any]:
    return _validators.get(fields) or _validators.setdefault(fields, fields())
