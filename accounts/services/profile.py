"""What people change about themselves."""

from django.db import transaction
from django.utils import timezone

from accounts.locks import locked_user
from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def profile_update(
    *, user_id: int, full_name: str, time_zone: str, language: str | None = None, origin: Origin
) -> User:
    """Change name, time zone and language (empty for what the browser asks for; None leaves it)."""
    with transaction.atomic(durable=True):
        return profile_update_apply(
            user_id=user_id, full_name=full_name, time_zone=time_zone, language=language, origin=origin
        )


def profile_update_apply(
    *, user_id: int, full_name: str, time_zone: str, language: str | None = None, origin: Origin
) -> User:
    """Do the same inside the caller's transaction; nothing is recorded where nothing changes."""
    user = locked_user(user_id)
    wanted = {"full_name": full_name, "time_zone": time_zone}
    if language is not None:
        wanted["language"] = language
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


def user_touch_apply(user_id: int) -> None:
    """Have a person count as changed for those who follow changes, because something that belongs to them has."""
    User.objects.filter(pk=user_id).update(updated_at=timezone.now())
