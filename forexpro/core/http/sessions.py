"""Django's sessions in the database, read by a prepared statement: every request does it."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends import db
from django.utils import timezone

from forexpro.core.database import fetch_one

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        row = fetch_one(_READ, [self.session_key, timezone.now()])
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()
