"""Environment variables, read so that a bad value stops the start with a sentence that says what to set."""

import os
import re
from ipaddress import ip_network
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}
RATE = re.compile(r"[1-9]\d*/\d*[smhd]")
KINDS = {int: "a whole number", float: "a number"}


class Environment(environ.Env):
    """django-environ that treats an empty value as absent and refuses what it cannot read."""

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **options: Any) -> Any:
        """Return the variable `var` as `cast`; raise ImproperlyConfigured when it is not one."""
        given = os.environ.get(var, "")
        if not given and default is not self.NOTSET:
            return default
        if cast is bool and given.lower() not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var}={given!r} is neither true nor false. Set {var} to true or false.")
        try:
            return super().get_value(var, cast=cast, default=default, **options)
        except ValueError as error:
            kind = KINDS.get(cast, "readable")
            raise ImproperlyConfigured(f"{var}={given!r} is not {kind}. Set {var} to {kind}.") from error

    def number(self, var: str, default: int, *, least: int = 1, most: int = 2**31 - 1) -> int:
        """Return a whole number between `least` and `most`."""
        value: int = self.int(var, default=default)
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{var}={value} is out of range. Set {var} to {least} up to {most}.")
        return value

    def choice(self, var: str, default: str, *choices: str) -> str:
        """Return one of `choices`."""
        value: str = self.str(var, default=default)
        if value not in choices:
            raise ImproperlyConfigured(f"{var}={value!r} is unknown. Set {var} to {' or '.join(choices)}.")
        return value

    def rate(self, var: str, default: str) -> str:
        """Return a rate such as `600/15m`, or an empty string for `none`."""
        value: str = self.str(var, default=default)
        if value == "none":
            return ""
        if not RATE.fullmatch(value):
            raise ImproperlyConfigured(f"{var}={value!r} is not a rate. Set {var} to one like 600/15m, or to none.")
        return value

    def networks(self, var: str, default: list[str]) -> list[str]:
        """Return networks such as `10.0.5.0/24`."""
        values: list[str] = self.list(var, default=default)
        try:
            return [str(ip_network(value.strip())) for value in values]
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{var}={','.join(values)!r} are not networks. Set {var} to some like 10.0.5.0/24,fd12:3456::/64."
            ) from error

    def ports(self, var: str, default: list[int]) -> list[int]:
        """Return port numbers."""
        values: list[int] = self.list(var, cast=int, default=default)
        if not all(1 <= value <= 65535 for value in values):
            raise ImproperlyConfigured(f"{var}={values} are not ports. Set {var} to some like 443,8443.")
        return values

    def service_url(self, var: str, default: str, *schemes: str) -> str:
        """Return a URL with one of `schemes`. It may carry a password, so a refusal does not repeat it."""
        value: str = self.str(var, default=default)
        if value.split("://", 1)[0] not in schemes or "://" not in value:
            raise ImproperlyConfigured(
                f"{var} is not a URL that fits. It starts with {' or '.join(schemes)}, then ://."
            )
        return value

    def mail_settings(self, var: str, default: str) -> dict[str, Any]:
        """Return Django's EMAIL_… settings from one URL, which may carry a password."""
        try:
            return dict(self.email_url(var, default=default))
        except ImproperlyConfigured as error:
            raise ImproperlyConfigured(
                f"{var} is not a mail URL. Set {var} to something like smtp+tls://user:password@mail.example.com:587."
            ) from error
