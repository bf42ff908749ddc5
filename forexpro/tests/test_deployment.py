"""What follows from the address of an installation, tried in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SITE_URL": "https://trade.example.com",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "STAFF_TOTP_REQUIRED": "true",
}


def check_deploy(**environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    return result.stdout + result.stderr


SHOWN = (
    "ALLOWED_HOSTS",
    "COOKIE_PREFIX",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "EMBEDDED_SERVICES",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
)


def settings_with(**environment: str) -> dict[str, Any]:
    program = (
        "import json\nfrom django.conf import settings\n"
        f"print(json.dumps({{name: getattr(settings, name) for name in {SHOWN}}}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


def test_a_https_address_is_all_that_a_secure_deployment_needs() -> None:
    assert "no issues" in check_deploy(**PRODUCTION)


@pytest.mark.parametrize(
    ("name", "value", "warning"),
    [
        ("DEMO", "true", "forexpro.W001"),
        ("EMAIL_URL", "consolemail://", "forexpro.W002"),
        ("SITE_URL", "http://trade.example.com", "forexpro.W003"),
        ("STAFF_TOTP_REQUIRED", "false", "forexpro.W004"),
    ],
)
def test_what_suits_a_laptop_only_is_named(name: str, value: str, warning: str) -> None:
    assert warning in check_deploy(**{**PRODUCTION, name: value})


def test_https_makes_cookies_secure_and_redirects() -> None:
    settings = settings_with(**PRODUCTION, TRUSTED_PROXIES="1")

    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert (settings["SESSION_COOKIE_NAME"], settings["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert settings["COOKIE_PREFIX"] == "__Host-"
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://trade.example.com"]
    assert "trade.example.com" in settings["ALLOWED_HOSTS"]


def test_a_laptop_without_https_can_sign_in() -> None:
    settings = settings_with(SITE_URL="http://localhost:8000")

    assert not settings["SESSION_COOKIE_SECURE"]
    assert (settings["SESSION_COOKIE_NAME"], settings["CSRF_COOKIE_NAME"]) == ("sessionid", "csrftoken")
    assert not settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert settings["SECURE_PROXY_SSL_HEADER"] is None


def test_services_that_are_given_are_not_embedded() -> None:
    given = {"DATABASE_URL": "postgresql://forexpro@db/forexpro", "REDIS_URL": "redis://redis:6379/0"}

    assert settings_with(**given)["EMBEDDED_SERVICES"] == []
    assert settings_with(DATABASE_URL="", REDIS_URL="")["EMBEDDED_SERVICES"] == ["postgres", "redis"]
    assert settings_with(**{**given, "REDIS_URL": ""})["EMBEDDED_SERVICES"] == ["redis"]
