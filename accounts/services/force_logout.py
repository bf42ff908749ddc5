"""End everything by which a person is signed in: sessions, tokens and, through them, open sockets."""

from django.db import transaction

from accounts.locks import locked_user
from accounts.models import User
from accounts.services.api_keys import api_keys_revoke_all_apply
from accounts.services.security_events import security_event
from accounts.services.sessions import everything_end_apply
from forexpro.core.events.chain import Origin
from forexpro.core.events.record import record


def sessions_end(user_id: int, *, origin: Origin, reason: str, with_api_keys: bool = False) -> User:
    """Sign a person out everywhere at once; sockets close within seconds. API keys end only where that is asked."""
    with transaction.atomic(durable=True):
        return signed_out_apply(locked_user(user_id), origin=origin, reason=reason, with_api_keys=with_api_keys)


def signed_out_apply(user: User, *, origin: Origin, reason: str, with_api_keys: bool) -> User:
    """Do what `sessions_end` does to a locked person inside the caller's transaction."""
    everything_end_apply(user)
    payload = {"reason": reason}
    record([security_event(user.stream, "user.signed_out_everywhere", payload, origin=origin)], origin=origin)
    if with_api_keys:
        api_keys_revoke_all_apply(user, origin=origin)
    return user
