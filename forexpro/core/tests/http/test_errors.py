from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from forexpro.core.refusals import Refused


class Numbers(serializers.Serializer):
    volume = serializers.DecimalField(max_digits=10, decimal_places=2)


class Raising(APIView):
    permission_classes = [AllowAny]
    failures = {
        "refused": Refused("insufficient_margin", "Deposit or reduce the volume.", {"required": "10.00"}),
        "conflict": Refused("still_running", "Wait.", http_status=409),
        "missing": Http404(),
        "forbidden": PermissionDenied(),
        "numbered": Refused(
            "taken", "Take another.", {"id": 7, "at": "2026-03-02T09:30:00.5+00:00", "rows": [{"a_id": 8}]}
        ),
        "unknown": Refused("token_invalid", "Sign in again.", http_status=401),
        "locked": Refused("sign_in_locked", "Wait.", {"retry_after": 61}, http_status=429),
        "throttled": exceptions.Throttled(wait=12.3),
    }

    def get(self, request, failure):
        raise self.failures[failure]

    def post(self, request, failure):
        form = Numbers(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"volume": form.validated_data["volume"], "price": Decimal("1.10")})


class Private(APIView):
    def get(self, request):
        return Response({})


urlpatterns = [path("raise/<str:failure>", Raising.as_view()), path("private", Private.as_view())]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize(
    ("failure", "status", "code", "details"),
    [
        ("refused", 422, "insufficient_margin", {"required": "10.00"}),
        ("numbered", 422, "taken", {"id": "7", "at": "2026-03-02T09:30:00.5Z", "rows": [{"a_id": "8"}]}),
        ("conflict", 409, "still_running", {}),
        ("unknown", 401, "token_invalid", {}),
        ("locked", 429, "sign_in_locked", {"retry_after": 61}),
        ("missing", 404, "not_found", {}),
        ("forbidden", 403, "permission_denied", {}),
        ("throttled", 429, "throttled", {}),
    ],
)
def test_every_failure_has_the_one_shape(failure, status, code, details):
    response = APIClient().get(f"/raise/{failure}", headers={"X-Request-ID": "request-1234"})
    assert response.status_code == status
    body = response.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert (error["code"], error["details"], error["request_id"]) == (code, details, "request-1234")
    assert error["message"]
    assert response["X-Request-ID"] == "request-1234"


def test_a_throttled_caller_is_told_when_to_come_back():
    throttled = APIClient().get("/raise/throttled")
    assert throttled["Retry-After"] == "13"
    assert throttled.json()["error"]["message"] == "Too many requests. Try again in 13 seconds."
    assert APIClient().get("/raise/locked")["Retry-After"] == "61"


def test_who_is_not_known_is_told_what_to_show():
    assert APIClient().get("/raise/unknown")["WWW-Authenticate"] == 'Bearer realm="api"'
    assert not APIClient().get("/raise/refused").has_header("WWW-Authenticate")


def test_bad_input_names_its_fields():
    response = APIClient().post("/raise/refused", {"volume": "much"}, format="json")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "invalid_input"
    assert list(error["details"]["fields"]) == ["volume"]


def test_a_body_that_is_not_json_is_an_error_of_the_caller():
    response = APIClient().post("/raise/refused", b"{", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


def test_who_is_not_signed_in_gets_the_shape_too():
    response = APIClient().get("/private")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize(
    ("ask", "status", "sentence"),
    [
        (lambda: APIClient().delete("/raise/refused"), 405, "Use one of these methods: GET, POST, HEAD, OPTIONS."),
        (
            lambda: APIClient().post("/raise/refused", "volume", content_type="text/plain"),
            415,
            "Send the body as application/json, and say so in Content-Type.",
        ),
        (
            lambda: APIClient().get("/private", headers={"Accept": "text/html"}),
            406,
            "Answers here are application/json: say so in Accept, or leave that header out.",
        ),
        (
            lambda: APIClient().get("/private"),
            401,
            "Show who you are: an access token as Authorization: Bearer …, or an API key as X-API-Key.",
        ),
    ],
)
def test_what_cannot_be_understood_says_what_can(ask, status, sentence):
    response = ask()
    assert response.status_code == status
    assert response.json()["error"]["message"] == sentence


def test_decimals_travel_as_strings():
    response = APIClient().post("/raise/refused", {"volume": "0.10"}, format="json")
    assert response.content == b'{"volume":"0.10","price":"1.10"}'
