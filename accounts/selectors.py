"""Reads about people."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.links import EMAIL_CHANGE_LIFETIME
from accounts.models import (
    ApiKey,
    BackupCode,
    EmailChange,
    Notice,
    RefreshFamily,
    SignedInSession,
    TotpDevice,
    User,
    Visit,
)
from accounts.roles import Role
from forexpro.core.models import Event

# What people are shown of their own stream: what they or others did with their sign-in, not what staff noted.
SECURITY_EVENTS = (
    "email.verified",
    "user.signed_in",
    "user.signed_out",
    "user.sign_in_failed",
    "user.sign_in_locked",
    "user.confirmed",
    "user.confirmation_failed",
    "user.password_changed",
    "user.password_reset_requested",
    "user.totp_enabled",
    "user.totp_disabled",
    "user.totp_reset",
    "user.backup_codes_created",
    "user.backup_code_used",
    "user.email_change_requested",
    "user.email_change_confirmed",
    "user.email_change_cancelled",
    "user.email_changed",
    "user.sessions_ended",
    "user.signed_out_everywhere",
    "user.tokens_issued",
    "user.tokens_ended",
    "user.api_key_created",
    "user.api_key_revoked",
)


def user_by_email(email: str) -> User | None:
    """Return whoever has this address, however it is typed."""
    return User.objects.filter(email=User.objects.normalize_email(email)).first()


def role_group(role: Role) -> Group:
    """Return the group that stands for a role."""
    return Group.objects.get(name=role.value)


def registrations_since(moment: datetime) -> int:
    """Return how many clients have joined since `moment`."""
    return User.objects.filter(is_staff=False, date_joined__gte=moment).count()


def unverified_since(moment: datetime) -> int:
    """Return how many active people have joined since `moment` and not verified their address."""
    return User.objects.filter(is_active=True, email_verified_at=None, date_joined__gte=moment).count()


def notices_of_user(user: User | AnonymousUser) -> QuerySet[Notice]:
    """Return what a person was told, newest first."""
    return Notice.objects.filter(user_id=user.pk or 0)


def unread_notices(user: User | AnonymousUser) -> QuerySet[Notice]:
    """Return what a person was told and has not read, newest first."""
    return notices_of_user(user).filter(read_at=None)


def api_keys_of(user: User) -> QuerySet[ApiKey]:
    """Return the keys of a person that are not revoked, newest first; expired ones too."""
    return ApiKey.objects.filter(owner=user, revoked_at=None).order_by("-id")


def api_key_of(user: User, api_key_id: int) -> ApiKey | None:
    """Return a key of a person that is not revoked; None for anybody else's."""
    return api_keys_of(user).filter(pk=api_key_id).first()


def has_second_factor(user: User) -> bool:
    """Return whether this person signs in with two steps."""
    return bool(TotpDevice.objects.filter(user=user, confirmed=True).exists())


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Since when a person signs in with two steps, and how many codes on paper are left."""

    since: datetime
    codes_left: int


def second_factor_of(user: User) -> SecondFactor | None:
    """Return the second factor of a person, None where there is none."""
    since = TotpDevice.objects.filter(user=user, confirmed=True).values_list("created_at", flat=True).first()
    return None if since is None else SecondFactor(since, backup_codes_left(user))


def lacks_required_second_factor(user: User | AnonymousUser) -> bool:
    """Return whether this is a member of staff who has to set two-step sign-in up before anything else."""
    if not (settings.STAFF_TOTP_REQUIRED and isinstance(user, User) and user.is_staff):
        return False
    return not has_second_factor(user)


def backup_codes_left(user: User) -> int:
    """Return how many backup codes this person has not used yet."""
    return BackupCode.objects.filter(user=user).count()


def email_change_of(user: User) -> EmailChange | None:
    """Return the change of address that waits for a confirmation, as long as its links are good."""
    return EmailChange.objects.filter(user=user, requested_at__gt=timezone.now() - EMAIL_CHANGE_LIFETIME).first()


def signed_in_sessions(user: User) -> list[SignedInSession]:
    """Return where this person is signed in now, the sessions used last first."""
    now = timezone.now()
    return list(
        SignedInSession.objects.filter(
            user=user,
            session__expire_date__gt=now,
            signed_in_at__gt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
        ).order_by("-last_seen_at", "-id")
    )


def programs_signed_in(user: User) -> list[RefreshFamily]:
    """Return the sign-ins of this person's programs that still hold, the one refreshed last first."""
    living = RefreshFamily.objects.filter(user=user, ended_at=None, expires_at__gt=timezone.now())
    return list(living.order_by("-refreshed_at"))


def security_events(user: User, limit: int) -> list[Event]:
    """Return the newest events of this person's own sign-in, newest first."""
    return list(Event.objects.filter(stream=user.stream, type__in=SECURITY_EVENTS).order_by("-seq")[:limit])


def visits_at(client: User, limit: int) -> list[Visit]:
    """Return the newest visits at a client that were begun, newest first, with what was looked at: two queries."""
    begun = Visit.objects.filter(client=client, begun_at__isnull=False).order_by("-begun_at", "-id")
    return list(begun.prefetch_related("steps")[:limit])


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
