"""Reads about people."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from accounts.models import ApiKey, User
from accounts.roles import Role


def user_by_email(email: str) -> User | None:
    """Return whoever has this address, however it is typed."""
    return User.objects.filter(email=User.objects.normalize_email(email)).first()


def user_roles(user: User) -> list[Role]:
    """Return the roles of a person, lowest first."""
    names = set(user.groups.values_list("name", flat=True))
    return [role for role in Role if role.value in names]


def role_group(role: Role) -> Group:
    """Return the group that stands for a role."""
    return Group.objects.get(name=role.value)


def registrations_since(moment: datetime) -> int:
    """Return how many clients have joined since `moment`."""
    return User.objects.filter(is_staff=False, date_joined__gte=moment).count()


def unverified_since(moment: datetime) -> int:
    """Return how many active people have joined since `moment` and not verified their address."""
    return User.objects.filter(is_active=True, email_verified_at=None, date_joined__gte=moment).count()


def api_keys_of(user: User) -> QuerySet[ApiKey]:
    """Return the keys of a person that are not revoked, newest first; expired ones too."""
    return ApiKey.objects.filter(owner=user, revoked_at=None).order_by("-id")


def api_key_of(user: User, api_key_id: int) -> ApiKey | None:
    """Return a key of a person that is not revoked; None for anybody else's."""
    return api_keys_of(user).filter(pk=api_key_id).first()
