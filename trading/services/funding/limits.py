"""How much a person may pay in and whether they may be paid out."""

from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from forexpro.core.refusals import Refused
from trading.selectors.funding import pending_deposit_count

# Requests to pay in cost nothing to make; nobody needs this many at once.
PENDING_DEPOSITS_MAX = 20


def ensure_deposit_allowed(owner: User, base_amount: Decimal) -> None:
    """Refuse a deposit that would be one too many."""
    pending = pending_deposit_count(owner)
    if pending >= PENDING_DEPOSITS_MAX:
        raise Refused(
            "deposits_pending_max",
            _("You have %(count)s deposits that are not decided yet. Cancel those that you do not pay.")
            % {"count": pending},
            {"pending": str(pending), "maximum": str(PENDING_DEPOSITS_MAX)},
        )


def ensure_withdrawal_allowed(owner: User) -> None:
    """Refuse a withdrawal of a person who may not have any."""
