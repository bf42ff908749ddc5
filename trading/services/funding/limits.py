"""Which accounts take part in payments, how much a person may pay in, and whether they may be paid out."""

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import AccessLevel, User
from forexpro.core.money import ZERO, amount_text
from forexpro.core.refusals import Refused
from kyc.models import Level
from kyc.selectors import client_level
from trading.models import FundingLimit, TradingAccount
from trading.selectors.funding import deposits_total, pending_deposit_count
from trading.services.accounts import access_restricted

# Requests to pay in cost nothing to make; nobody needs this many at once.
PENDING_DEPOSITS_MAX = 20


def ensure_deposit_allowed(owner: User, base_amount: Decimal) -> None:
    """Refuse a deposit that would be one too many, or bring a person above the limit of their level, or their own."""
    if owner.access_level != AccessLevel.FULL:
        raise access_restricted()
    pending = pending_deposit_count(owner)
    if pending >= PENDING_DEPOSITS_MAX:
        raise Refused(
            "deposits_pending_max",
            _("You have %(count)s deposits that are not decided yet. Cancel those that you do not pay.")
            % {"count": pending},
            {"pending": str(pending), "maximum": str(PENDING_DEPOSITS_MAX)},
        )
    limit = _limit_of(owner)
    most = ZERO if limit is None else limit.deposits_maximum
    if owner.deposits_maximum is not None:
        most = owner.deposits_maximum if most is None else min(most, owner.deposits_maximum)
    if most is None:
        return
    left = most - deposits_total(owner)
    if base_amount > left:
        currency = settings.FUNDING_BASE_CURRENCY
        raise Refused(
            "deposit_limit_reached",
            _("You may pay in %(left)s more at the moment. Verify yourself further to pay in more.")
            % {"left": amount_text(max(left, ZERO), currency)},
            {"field": "amount", "left": str(max(left, ZERO)), "maximum": str(most), "currency": currency},
        )


def ensure_withdrawal_allowed(owner: User) -> None:
    """Refuse a withdrawal of a person whose level allows none, or whom the house allows none."""
    ensure_money_may_move(owner)
    if not owner.withdrawals_allowed:
        raise access_restricted()
    limit = _limit_of(owner)
    if limit is None or not limit.withdrawals_allowed:
        raise Refused(
            "verification_required",
            _("Verify your identity first: then money can be paid out to you."),
            http_status=403,
        )


def ensure_money_may_move(owner: User) -> None:
    """Refuse whatever moves money of a client whose access is frozen."""
    if owner.access_level == AccessLevel.FROZEN:
        raise access_restricted()


def unlocks(level: Level) -> Iterable[str]:
    """Return what a level allows here, as sentences for the client."""
    limit = FundingLimit.objects.filter(level=level).first()
    if limit is None:
        return
    if limit.deposits_maximum is None:
        yield _("Deposits without a limit")
    elif limit.deposits_maximum:
        yield _("Deposits of up to %(amount)s in all") % {
            "amount": amount_text(limit.deposits_maximum, settings.FUNDING_BASE_CURRENCY)
        }
    if limit.withdrawals_allowed:
        yield _("Withdrawals")


def _limit_of(owner: User) -> FundingLimit | None:
    return FundingLimit.objects.filter(level=client_level(owner.pk)).first()


def ensure_open(account: TradingAccount, *, field: str) -> None:
    """Refuse `account_closed` where no money moves any more; `field` is where the account was named."""
    if account.status != TradingAccount.Status.ACTIVE:
        raise Refused(
            "account_closed",
            _("Account %(number)s is closed.") % {"number": account.number},
            {"field": field, "account_id": account.pk},
        )
