"""How many wrong passwords and codes are too many: a handler of django-axes that counts attempts one by one.

The account is never locked as such, or anybody could lock its owner out from anywhere: an account is locked for an
address after a few failures, an address for all accounts after many (`SIGN_IN_FAILURES…` in the settings).

axes' own handlers know one limit only, add up failures of any age until there is a pause, and count after the fact, so
that a hundred attempts at once are all tried. Here an attempt is counted before it is tried: of any number at once no
more than the limit pass, and one that succeeds is taken back. Of an address only what has failed counts, or an office
that starts work at nine would lock itself out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from math import ceil
from typing import Any

from axes.handlers.base import AxesHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import SignInAttempt, User
from forexpro.core.http.origin import client_ip
from forexpro.core.refusals import Refused

# Who has one address of such a network has all of them.
IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt, and how many failures there will be within the time should it fail."""

    id: int
    of_account: int
    of_address: int

    @property
    def is_last(self) -> bool:
        """Whether its failure locks somebody out."""
        return (
            self.of_account >= settings.SIGN_IN_FAILURES_PER_ACCOUNT
            or self.of_address >= settings.SIGN_IN_FAILURES_PER_ADDRESS
        )

    @property
    def lock(self) -> dict[str, Any]:
        """What is locked, for the event that says so."""
        account = self.of_account >= settings.SIGN_IN_FAILURES_PER_ACCOUNT
        return {"scope": "account" if account else "address", "minutes": settings.SIGN_IN_LOCKED_MINUTES}


class LockoutHandler(AxesHandler):
    """What django-axes asks before anybody is authenticated and tells when somebody was."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        account, address = account_digest(request, credentials), request.axes_ip_address
        row = SignInAttempt.objects.create(account=account, address=address, at=timezone.now())
        counts = _recent(address).aggregate(
            of_account=Count("pk", filter=Q(account=account)),
            of_address=Count("pk", filter=Q(failed=True)),
        )
        attempt = Attempt(row.pk, counts["of_account"], counts["of_address"] + 1)
        if (
            attempt.of_account > settings.SIGN_IN_FAILURES_PER_ACCOUNT
            or attempt.of_address > settings.SIGN_IN_FAILURES_PER_ADDRESS
        ):
            row.delete()  # knocking at a locked door does not keep it locked
            return True
        request.attempt = attempt
        return False

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **options: Any) -> None:
        """Count the failure, unless nothing was tried."""
        if request is not None:
            attempt_failed(request)

    def user_logged_in(self, sender: Any, request: Any, user: User, **options: Any) -> None:
        """Forget what this person got wrong at this address."""
        account = account_digest(request, {"email": user.email})
        SignInAttempt.objects.filter(account=account, address=request.axes_ip_address).delete()

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """Serve `axes_reset_ip` and `axes_reset_username`; a username is an e-mail address."""
        wanted = []
        if ip_address:
            wanted.append(Q(address=_counted_address(ip_address)))
        if username:
            wanted.append(Q(account=account_digest(None, {"email": username})))
        if not wanted:
            return SignInAttempt.objects.all().delete()[0]
        condition = wanted[0] | wanted[-1] if ip_or_username else wanted[0] & wanted[-1]
        return SignInAttempt.objects.filter(condition).delete()[0]


def lockout_address(request: HttpRequest) -> str | None:
    """Return the address under which failures are counted: the caller's, of IPv6 that of the network."""
    address = client_ip(request)
    return None if address is None else _counted_address(address)


def account_digest(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Return what stands for the typed address where failures are counted: people type passwords into that field."""
    email = User.objects.normalize_email((credentials or {}).get("email"))
    return salted_hmac("accounts.lockout", email, algorithm="sha256").hexdigest()


def attempt_begin(request: HttpRequest, email: str) -> None:
    """Count an attempt to prove who one is; refuses `sign_in_locked` (429) where there were too many failures."""
    credentials = {"email": email}
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise locked(request, email)


def attempt_failed(request: Any) -> None:
    """Count the attempt of this request as a failure."""
    if attempt := attempt_of(request):
        SignInAttempt.objects.filter(pk=attempt.id).update(failed=True)


def attempt_take_back(request: Any) -> None:
    """Stop counting the attempt of this request: it has succeeded, or was not one."""
    if attempt := attempt_of(request):
        SignInAttempt.objects.filter(pk=attempt.id).delete()
        request.attempt = None


def attempt_of(request: HttpRequest) -> Attempt | None:
    """Return the attempt that this request counts as; None where it is not counted."""
    attempt: Attempt | None = getattr(request, "attempt", None)
    return attempt


def locked(request: HttpRequest, email: str) -> Refused:
    """Return the refusal of somebody who is locked out, with the seconds until it is worth trying again."""
    wait = _seconds_locked(lockout_address(request), account_digest(request, {"email": email}))
    minutes = ceil(wait / 60)
    return Refused(
        "sign_in_locked",
        ngettext(
            "Too many wrong attempts from here. Try again in %(minutes)s minute.",
            "Too many wrong attempts from here. Try again in %(minutes)s minutes.",
            minutes,
        )
        % {"minutes": minutes}
        + " "
        + _("A forgotten password can be reset meanwhile."),
        {"retry_after": wait},
        http_status=429,
    )


def attempts_forget(*, before: datetime) -> None:
    """Delete attempts of so long ago that they do not count."""
    SignInAttempt.objects.filter(at__lt=before).delete()


def _counted_address(address: str) -> str:
    if ip_address(address).version == 4:
        return address
    return str(IPv6Network((address, IPV6_NETWORK_BITS), strict=False).network_address)


def _recent(address: str | None) -> QuerySet[SignInAttempt]:
    since = timezone.now() - timedelta(minutes=settings.SIGN_IN_LOCKED_MINUTES)
    return SignInAttempt.objects.filter(address=address, at__gt=since)


def _seconds_locked(address: str | None, account: str) -> int:
    """Return in how many seconds enough failures are too old to count."""
    recent = _recent(address)
    last = [
        _nth_newest(recent.filter(account=account), settings.SIGN_IN_FAILURES_PER_ACCOUNT),
        _nth_newest(recent.filter(failed=True), settings.SIGN_IN_FAILURES_PER_ADDRESS),
    ]
    freed = max((at for at in last if at), default=timezone.now()) + timedelta(minutes=settings.SIGN_IN_LOCKED_MINUTES)
    return ceil((freed - timezone.now()).total_seconds())


def _nth_newest(attempts: QuerySet[SignInAttempt], number: int) -> datetime | None:
    newest = attempts.order_by("-at").values_list("at", flat=True)
    return next(iter(newest[number - 1 : number]), None)
