"""Row locks on people. In the global order they come after trading accounts and before event streams."""

from collections.abc import Collection

from accounts.models import TotpDevice, User


def locked_user(user_id: int) -> User:
    """Return the person, locked until the transaction ends."""
    return User.objects.select_for_update(of=("self",)).get(pk=user_id)


def locked_totp_device(user_id: int) -> TotpDevice | None:
    """Return the authenticator app of a person, locked until the transaction ends: so each code is good once."""
    return TotpDevice.objects.select_for_update(of=("self",)).select_related("user").filter(user_id=user_id).first()


def locked_people(*, emails: Collection[str], external_ids: Collection[str]) -> list[User]:
    """Return whoever has one of these addresses or external ids, locked in the order of their ids."""
    # Two indexes, read one after the other: OR over both would read the table.
    ids = set(User.objects.filter(email__in=emails).values_list("pk", flat=True))
    ids |= set(User.objects.filter(external_id__in=external_ids).values_list("pk", flat=True))
    return list(User.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
