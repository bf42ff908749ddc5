"""What staff should look at now, gathered from every app for the first page of the back office."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import RedisError

from accounts.selectors import registrations_since, unverified_since
from forexpro import health
from forexpro.core.events.selectors import latest_verification
from forexpro.core.webhooks.selectors import trouble
from kyc.selectors import review_queue_size
from marketdata.feeds import FeedStatus
from marketdata.selectors import feed_statuses
from trading.selectors import accounts_in_margin_call
from trading.selectors.bookings import pending_bookings
from trading.selectors.funding import Pending, pending_deposits, pending_withdrawals

# The nightly verification may be an hour late before anybody is told.
VERIFICATION_DUE = timedelta(hours=25)
# Clients who wait longer than this for their money call.
REQUEST_DUE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attention:
    """One line of the list; `urgent` ones come first and are red."""

    title: str
    detail: str
    link: str
    urgent: bool = False


def needs_attention(user: Any) -> list[Attention]:
    """Return what this member of staff may see and should look at, urgent things first."""
    items: list[Attention] = []
    if user.has_perm("core.view_event"):
        items += _event_log()
    if user.has_perm("accounts.view_user"):
        items += _people()
    if user.has_perm("trading.view_tradingaccount"):
        items += _trading()
    if user.has_perm("kyc.review_document"):
        items += _verification()
    if user.has_perm("trading.decide_deposit"):
        items += _requests("deposit", _("Deposits to decide"), pending_deposits())
    if user.has_perm("trading.decide_withdrawal"):
        items += _requests("withdrawal", _("Withdrawals to decide or pay"), pending_withdrawals())
    if user.has_perm("trading.move_money"):
        items += _requests("booking", _("Bookings that wait for a second person"), pending_bookings())
    if user.has_perm("marketdata.view_symbol"):
        items += _feeds()
    if user.has_perm("core.view_webhookendpoint"):
        items += _webhooks()
    items += _processes()
    return sorted(items, key=lambda item: not item.urgent)


def _event_log() -> Iterator[Attention]:
    link = reverse("admin:core_event_changelist")
    verification = latest_verification()
    if verification is None:
        yield Attention(
            _("The event log has not been verified yet"),
            _("It is verified every night, and now by: manage.py verify_events"),
            link,
        )
    elif verification.faults:
        detail = ngettext("%(count)s stream is faulty.", "%(count)s streams are faulty.", verification.faulty_streams)
        yield Attention(
            _("The event log was altered"), detail % {"count": verification.faulty_streams}, link, urgent=True
        )
    elif timezone.now() - verification.finished_at > VERIFICATION_DUE:
        yield Attention(
            _("The event log was not verified last night"), _("Look whether the worker and beat are running."), link
        )


def _people() -> Iterator[Attention]:
    link = reverse("admin:accounts_user_changelist")
    since = timezone.now() - timedelta(days=7)
    if waiting := unverified_since(since):
        detail = ngettext("%(count)s person of this week", "%(count)s people of this week", waiting)
        yield Attention(
            _("Registered, address not verified"),
            detail % {"count": waiting},
            f"{link}?email_verified_at__isempty=1&is_active__exact=1",
        )
    if registered := registrations_since(since):
        detail = ngettext("%(count)s person in seven days", "%(count)s people in seven days", registered)
        yield Attention(_("New registrations"), detail % {"count": registered}, f"{link}?o=-5")


def _trading() -> Iterator[Attention]:
    if called := accounts_in_margin_call():
        detail = ngettext("%(count)s account", "%(count)s accounts", called)
        link = reverse("admin:trading_tradingaccount_changelist")
        yield Attention(_("Margin call"), detail % {"count": called}, f"{link}?margin_call__exact=1", urgent=True)


def _verification() -> Iterator[Attention]:
    if waiting := review_queue_size():
        detail = ngettext("%(count)s client waits", "%(count)s clients wait", waiting) % {"count": waiting}
        yield Attention(_("Documents to review"), detail, reverse("admin:kyc_next"))


def _requests(model: str, title: str, pending: Pending) -> Iterator[Attention]:
    if pending.oldest is not None:
        words = {"count": pending.count, "oldest": date_format(timezone.localtime(pending.oldest), "DATETIME_FORMAT")}
        detail = ngettext(
            "%(count)s request, since %(oldest)s", "%(count)s requests, the oldest of %(oldest)s", pending.count
        )
        link = reverse(f"admin:trading_{model}_changelist")
        late = timezone.now() - pending.oldest > REQUEST_DUE
        yield Attention(title, detail % words, link, urgent=late)


def _webhooks() -> Iterator[Attention]:
    found = trouble()
    link = reverse("admin:core_webhookendpoint_changelist")
    if found.turned_off:
        detail = ngettext("%(count)s endpoint", "%(count)s endpoints", found.turned_off)
        title = _("Webhooks turned off because they failed")
        yield Attention(title, detail % {"count": found.turned_off}, f"{link}?enabled__exact=0", urgent=True)
    if found.failing:
        detail = ngettext("%(count)s endpoint", "%(count)s endpoints", found.failing)
        yield Attention(_("Webhooks failing"), detail % {"count": found.failing}, link)


def _processes() -> Iterator[Attention]:
    """Yield what does not run; that Redis is away is told with the feeds."""
    link = reverse("admin:status")
    for shard in health.engine():
        if shard["status"] != "ok":
            title = _("Engine %(shard)s does not run") % {"shard": shard["name"].partition(":")[2]}
            detail = _("Orders, stops and margins of its accounts are looked after by the sweeps alone.")
            yield Attention(title, detail, link, urgent=True)
    try:
        (workers,) = health.celery()
    except RedisError:
        return
    if workers["status"] == "down":
        yield Attention(
            _("Workers or beat are silent"), _("Mails, sweeps and nightly work wait for them."), link, urgent=True
        )


def _feeds() -> Iterator[Attention]:
    link = reverse("admin:status")
    try:
        statuses = feed_statuses()
    except RedisError:
        yield Attention(_("Redis does not answer"), _("Prices and background tasks stand still."), link, urgent=True)
        return
    for status in statuses:
        if status["status"] != FeedStatus.LIVE:
            title = _("Feed %(name)s is %(status)s") % {"name": status["name"], "status": status["status"]}
            yield Attention(title, status["detail"], link, urgent=status["status"] == FeedStatus.DOWN)
