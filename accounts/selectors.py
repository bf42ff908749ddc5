"""Reads about people."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
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


@dataclass(frozen=True, slots=True)
class PeopleFigures:
    """How many clients there are, and how many came on each of the last 30 days, oldest first."""

    clients: int
    verified: int
    suspended: int
    signed_in_week: int
    signed_in_month: int
    registrations: list[tuple[date, int]]


def people_figures(*, now: datetime | None = None) -> PeopleFigures:
    """Return the figures of all clients, staff aside: two queries."""
    now = now or timezone.now()
    clients = User.objects.filter(is_staff=False)
    counted = clients.aggregate(
        clients=Count("pk"),
        verified=Count("pk", filter=Q(email_verified_at__isnull=False)),
        suspended=Count("pk", filter=Q(is_active=False)),
        signed_in_week=Count("pk", filter=Q(last_login__gte=now - timedelta(days=7))),
        signed_in_month=Count("pk", filter=Q(last_login__gte=now - timedelta(days=30))),
    )
    first = timezone.localdate(now) - timedelta(days=29)
    joined = clients.filter(date_joined__gte=now - timedelta(days=31)).annotate(day=TruncDate("date_joined"))
    by_day = dict(joined.order_by().values_list("day").annotate(Count("pk")))
    days = [first + timedelta(days=number) for number in range(30)]
    return PeopleFigures(**counted, registrations=[(day, by_day.get(day, 0)) for day in days])
