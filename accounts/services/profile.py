"""What people change about themselves."""

from django.db import transaction

from accounts.locks import locked_user
from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def profile_update(*, user_id: int, full_name: str, time_zone: str, origin: Origin) -> User:
    """Change name and time zone."""
    with transaction.atomic(durable=True):
        return profile_update_apply(user_id=user_id, full_name=full_name, time_zone=time_zone, origin=origin)


def profile_update_apply(*, user_id: int, full_name: str, time_zone: str, origin: Origin) -> User:
    """Change name and time zone inside the caller's transaction; nothing is recorded where nothing changes."""
    user = locked_user(user_id)
    wanted = {"full_name": full_name, "time_zone": time_zone}
    changes = {
        name: {"before": getattr(user, name), "after": value}
        for name, value in wanted.items()
        if getattr(user, name) != value
    }
    if changes:
        for name in changes:
            setattr(user, name, wanted[name])
        user.save(update_fields=list(changes))
        record([NewEvent(user.stream, "user.updated", {"changes": changes})], origin=origin)
    return user
