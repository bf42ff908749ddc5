"""Row locks on people. In the global order they come after trading accounts and before event streams."""

from accounts.models import TotpDevice, User


def locked_user(user_id: int) -> User:
    """Return the person, locked until the transaction ends."""
    return User.objects.select_for_update(of=("self",)).get(pk=user_id)


def locked_totp_device(user_id: int) -> TotpDevice | None:
    """Return the authenticator app of a person, locked until the transaction ends: so each code is good once."""
    return TotpDevice.objects.select_for_update(of=("self",)).select_related("user").filter(user_id=user_id).first()
