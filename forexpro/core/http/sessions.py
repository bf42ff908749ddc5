"""Django's sessions in the database, read by a prepared statement: every request does it.

A session ends when it was not used for a while (its `expire_date`, which `keep` moves on) and at the latest a set time
after the sign-in, or at the moment that it carries itself. The cookie lasts as long as a session can.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.http import HttpRequest
from django.utils import timezone

from forexpro.core.database import fetch_one

_READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"
# Seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
ENDS_AT = "ends_at"


class SessionStore(db.SessionStore):
    # When this session was last used, as far as that was written down; None for one that was not read.
    last_used_at: datetime | None = None
    # Whether this request was made by an open page, and not by anybody who sits in front of it.
    unattended = False

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        key = self.session_key or ""
        # A cookie may hold anything, NUL too, which PostgreSQL takes in no text; our keys are plain.
        row = fetch_one(_READ, [key, now]) if key.isascii() and key.isalnum() else None
        data: dict[str, Any] = {} if row is None else self.decode(row[0])
        if row is None or lifetime_over(data, now):
            self._session_key = None
            return {}
        self.last_used_at = row[1] - idle_limit()
        return data

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session: AbstractBaseSession = super().create_model_instance(data)
        session.expire_date = min(session.expire_date, timezone.now() + idle_limit())
        return session

    def keep(self, now: datetime) -> None:
        """Let the session live on from `now`. Its data are not written: another request may be changing them."""
        self.model.objects.filter(session_key=self.session_key).update(expire_date=now + idle_limit())
        self.last_used_at = now


def unattended(request: HttpRequest) -> None:
    """Note that a page asks by itself: its session counts as unused all the same, and ends when it would have."""
    request.session.unattended = True  # type: ignore[attr-defined]  # read by what keeps the session


def idle_limit() -> timedelta:
    """Return for how long a session lives unused."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def lifetime_over(data: Mapping[str, Any], now: datetime) -> bool:
    """Return whether the sign-in of a session's data is too long ago, or its own end has come."""
    if (ends_at := data.get(ENDS_AT)) is not None and now.timestamp() >= ends_at:
        return True
    signed_in_at = data.get(SIGNED_IN_AT)
    if signed_in_at is None:
        return False
    return now - datetime.fromtimestamp(signed_in_at, UTC) >= timedelta(seconds=settings.SESSION_COOKIE_AGE)
