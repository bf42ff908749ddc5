"""Row locks on people. In the global order they come after trading accounts and before event streams."""

from accounts.models import User


def locked_user(user_id: int) -> User:
    """Return the person, locked until the transaction ends."""
    return User.objects.select_for_update(of=("self",)).get(pk=user_id)
