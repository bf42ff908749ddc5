"""Tokens for programs: get a pair, refresh it, end it."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import RefreshInput, TokenInput, TokenPairOutput
from accounts.models import User
from accounts.selectors import has_second_factor
from accounts.services.second_factor import second_factor_verify
from accounts.services.sign_in import user_authenticate
from accounts.services.tokens import tokens_issue, tokens_refresh, tokens_revoke
from forexpro.core.http.origin import actor_name, request_origin
from forexpro.core.http.schema import ErrorOutput, asked, error_example, worked
from forexpro.core.refusals import Refused

_PAIR = worked(
    "A pair of tokens",
    {
        "access": "access-token",
        "access_expires_at": "2026-03-02T09:45:00Z",
        "refresh": "refresh-token",
        "refresh_expires_at": "2026-03-16T09:30:00Z",
    },
)
_REFRESH = asked("The newest refresh token", {"refresh": "refresh-token"})


@method_decorator(never_cache, name="dispatch")
class AuthenticationView(APIView):
    """A call by somebody who cannot prove yet, or any more, who they are; a cookie proves nothing here."""

    authentication_classes: Any = []
    permission_classes = [AllowAny]

    @property
    def plain_request(self) -> HttpRequest:
        """The request beneath, as services and origins know it."""
        return self.request._request

    def validated(self, fields: type[Any]) -> dict[str, Any]:
        """Return the request's body as `fields` validate it."""
        given = fields(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class TokenView(AuthenticationView):
    @extend_schema(
        operation_id="tokens_issue",
        summary="Sign in as a program",
        description="Answers an access token for 15 minutes and a refresh token, which is good for one refresh.",
        auth=[],
        request=TokenInput,
        responses={200: TokenPairOutput, 401: ErrorOutput, 403: ErrorOutput},
        examples=[
            asked("E-mail address and password", {"email": "ada@example.com", "password": "your password"}),
            asked("With two steps", {"email": "ada@example.com", "password": "your password", "code": "123456"}),
            _PAIR,
            error_example(
                "Two steps, and no code",
                403,
                "code_required",
                "This account signs in with two steps: send the code of the authenticator app, too, as `code`.",
            ),
            error_example(
                "Wrong code",
                400,
                "code_invalid",
                "This code is not valid, or it was used already. Wait for the next one and try again.",
            ),
            error_example(
                "Too many attempts",
                429,
                "sign_in_locked",
                "Too many wrong attempts from here. Try again in 15 minutes. A forgotten password can be reset "
                "meanwhile.",
                {"retry_after": 900},
            ),
            error_example(
                "Wrong address or password",
                400,
                "credentials_invalid",
                "No active account has this e-mail address and password. Check both, reset the password, or ask "
                "support if your account was suspended.",
            ),
            error_example(
                "Address not verified yet",
                403,
                "email_not_verified",
                "Verify your e-mail address first: open the link that we mailed you, or have it sent again.",
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        given = self.validated(TokenInput)
        code = given.pop("code", "")
        user = user_authenticate(request=self.plain_request, **given)
        if has_second_factor(user):
            self._verify(user, code)
        origin = replace(request_origin(self.plain_request), actor=actor_name(user))
        pair = tokens_issue(user=user, origin=origin)
        return Response(TokenPairOutput(pair).data)

    def _verify(self, user: User, code: str) -> None:
        if not code:
            raise Refused(
                "code_required",
                _("This account signs in with two steps: send the code of the authenticator app, too, as `code`."),
                http_status=403,
            )
        second_factor_verify(request=self.plain_request, user=user, code=code)


class TokenRefreshView(AuthenticationView):
    @extend_schema(
        operation_id="tokens_refresh",
        summary="Exchange a refresh token for the next pair",
        description=(
            "A refresh token is good once. Sent twice, by whomever, it ends every token that descends from the same "
            "sign-in: somebody has a copy. Keep the new one before you use the access token beside it."
        ),
        auth=[],
        request=RefreshInput,
        responses={200: TokenPairOutput, 401: ErrorOutput},
        examples=[
            _REFRESH,
            _PAIR,
            error_example(
                "Expired, ended or no refresh token",
                401,
                "token_invalid",
                "This refresh token is not valid (any more). Sign in again.",
            ),
            error_example(
                "Used before",
                401,
                "refresh_token_reused",
                "This refresh token was used before, so somebody may have a copy. All its tokens have ended: "
                "sign in again.",
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        given = self.validated(RefreshInput)
        pair = tokens_refresh(refresh_token=given["refresh"], origin=request_origin(self.plain_request))
        return Response(TokenPairOutput(pair).data)


class TokenRevokeView(AuthenticationView):
    @extend_schema(
        operation_id="tokens_revoke",
        summary="Sign out: end a refresh token and every token that descends from the same sign-in",
        description="Answers the same for a token that is not good (any more): it is revoked already.",
        auth=[],
        request=RefreshInput,
        responses={204: None},
        examples=[_REFRESH],
    )
    def post(self, request: Request) -> Response:
        given = self.validated(RefreshInput)
        tokens_revoke(refresh_token=given["refresh"], origin=request_origin(self.plain_request))
        return Response(status=204)
