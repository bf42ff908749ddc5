"""Who signs in with a password, and who a session belongs to."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from forexpro.core.database import fetch_one

USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
# A prepared statement, because every request reads its user.
_READ = f"SELECT {', '.join(USER_FIELDS)} FROM {User._meta.db_table} WHERE id = %s"  # noqa: S608  # our own names


class AccountsBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        row = fetch_one(_READ, [user_id])
        if row is None:
            return None
        user = user_of_row(row)
        return user if self.user_can_authenticate(user) else None


def user_of_row(row: Sequence[Any]) -> User:
    """Return the person whose `USER_FIELDS` a prepared statement has read."""
    return User.from_db("default", USER_FIELDS, row)
