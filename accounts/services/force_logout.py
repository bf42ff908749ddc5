"""End everything by which a person is signed in: sessions, tokens and, through them, open sockets."""

from django.db import transaction

from accounts.locks import locked_user
from accounts.models import User
from accounts.services.api_keys import api_keys_revoke_all_apply
from accounts.services.tokens import families_end_apply
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record


def sessions_end(user_id: int, *, origin: Origin, reason: str, with_api_keys: bool = False) -> User:
    """Sign a person out everywhere at once; sockets close within seconds. API keys end only where that is asked."""
    with transaction.atomic(durable=True):
        user = locked_user(user_id)
        everything_end_apply(user)
        record([NewEvent(user.stream, "user.signed_out_everywhere", {"reason": reason})], origin=origin)
        if with_api_keys:
            api_keys_revoke_all_apply(user, origin=origin)
    return user


def everything_end_apply(user: User) -> None:
    """Sign a locked person out everywhere inside the caller's transaction, which records why."""
    user.sessions_generation += 1
    user.save(update_fields=["sessions_generation"])
    families_end_apply(user)
