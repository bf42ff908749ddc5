"""The devices from which a person has signed in before; a sign-in from another one is mailed to them."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.devices import device_name, device_token, new_device_token, token_hash
from accounts.mails import mail_after_commit
from accounts.models import KnownDevice, User
from forexpro.core.http.origin import request_origin


def device_remember_apply(*, request: HttpRequest, user: User) -> str:
    """Know this browser from now on, inside the caller's transaction; return the token for its cookie.

    A browser that this person has not used before is told to them by mail, the very first one excepted.
    """
    now = timezone.now()
    token = device_token(request) or new_device_token()
    known = KnownDevice.objects.filter(user=user)
    knows_others = known.exists()
    device, is_new = known.get_or_create(
        user=user, token_hash=token_hash(token), defaults={"first_seen_at": now, "last_seen_at": now}
    )
    if not is_new:
        device.last_seen_at = now
        device.save(update_fields=["last_seen_at"])
    elif knows_others:
        origin = request_origin(request)
        details = {
            "device": device_name(origin.user_agent),
            "address": origin.ip or "–",
            "time": f"{now:%Y-%m-%d %H:%M} UTC",
        }
        mail_after_commit("new_device", user.email, details)
    return token
