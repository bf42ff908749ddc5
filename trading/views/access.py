from django.http import Http404, HttpRequest

from forexpro.core.refusals import Refused
from trading.models import TradingAccount
from trading.selectors.accounts import account_for_user


def own_account(request: HttpRequest, account_id: int) -> TradingAccount:
    """Return an account of the person who asks; for everybody else, staff included, it does not exist here."""
    try:
        return account_for_user(request.user, account_id)
    except Refused as refusal:
        raise Http404(refusal.message) from None
