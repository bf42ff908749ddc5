"""How pages look to one reader: theme and price colours, kept in cookies so that the first paint is already right."""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

THEMES = ("dark", "light", "system")
COLOURS = ("green-red", "blue-orange")
_COOKIE_AGE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Appearance:
    """The reader's choices; anything unknown falls back to the first of each."""

    theme: str = THEMES[0]
    colours: str = COLOURS[0]

    @classmethod
    def chosen(cls, theme: str | None, colours: str | None) -> "Appearance":
        return cls(
            theme=theme if theme in THEMES else THEMES[0],
            colours=colours if colours in COLOURS else COLOURS[0],
        )


def appearance_of(request: HttpRequest) -> Appearance:
    """Read the reader's choices from the cookies."""
    cookies = {name: request.COOKIES.get(settings.COOKIE_PREFIX + name) for name in ("theme", "colours")}
    return Appearance.chosen(**cookies)


def remember_appearance(response: HttpResponseBase, appearance: Appearance) -> None:
    """Keep the choices for a year."""
    for name, value in asdict(appearance).items():
        response.set_cookie(
            settings.COOKIE_PREFIX + name,
            value,
            max_age=_COOKIE_AGE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template `appearance`."""
    return {"appearance": appearance_of(request)}
