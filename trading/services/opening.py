"""Accounts which people open for themselves: demo accounts with play money in them, live ones with nothing."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import locked_user
from accounts.models import User
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.engine.state import PositionMode
from trading.models import AccountGroup, IdempotencyRecord, TradingAccount
from trading.services.accounts import account_open_apply
from trading.services.execution import ensure_same_request, execute_apply, hash_of
from trading.services.recording import Request

# What a new account is given by its currency: about the same everywhere.
DEPOSITS = {
    "USD": Decimal(10_000),
    "EUR": Decimal(10_000),
    "GBP": Decimal(10_000),
    "JPY": Decimal(1_500_000),
    "CHF": Decimal(10_000),
}
LEVERAGES = tuple(map(Decimal, (1, 2, 5, 10, 20, 30, 50, 100, 200, 300, 400, 500, 1000)))
LEVERAGE = Decimal(100)
# Of each kind.
ACCOUNTS_MAX = 10
# The event by which a person's stream tells of a new account.
OPENED = "user.account_opened"


@transaction.atomic(durable=True)
def own_account_open(
    *,
    owner: User,
    kind: TradingAccount.Kind,
    currency: str = "USD",
    leverage: Decimal | None = None,
    position_mode: PositionMode = PositionMode.HEDGING,
    origin: Origin,
    idempotency_key: str | None = None,
) -> TradingAccount:
    """Open a demo account with play money in it, or an empty live one; a person has at most `ACCOUNTS_MAX` of each.

    Without `leverage` it is 1:100, or the highest that the group of new accounts allows. The same `idempotency_key`
    returns the first account; refuses `idempotency_key_reused` for another kind of account.
    """
    owner = locked_user(owner.pk)  # two requests at once count the accounts one after the other
    asked = {
        "kind": kind,
        "currency": currency,
        "leverage": None if leverage is None else f"{leverage.normalize():f}",
        "position_mode": position_mode.value,
    }
    request = None if idempotency_key is None else Request(idempotency_key, hash_of(asked))
    if request is not None and (opened := _opened_before(owner, request)) is not None:
        return opened
    _ensure_room(owner, kind)
    if currency not in DEPOSITS:
        raise Refused(
            "demo_currency_unknown" if kind is TradingAccount.Kind.DEMO else "currency_unknown",
            _("%(kind)s accounts are in %(offered)s; not in %(currency)s.")
            % {"kind": kind.label, "offered": ", ".join(DEPOSITS), "currency": currency},
            {"field": "currency", "currency": currency},
        )
    account = account_open_apply(
        owner=owner,
        kind=kind,
        currency=currency,
        leverage=default_leverage(owner) if leverage is None else leverage,
        position_mode=position_mode,
        origin=origin,
        request=request,
    )
    told = {"account_id": account.pk, "number": account.number, "kind": kind, "currency": currency}
    record([NewEvent(owner.stream, OPENED, told)], origin=origin)
    if kind is TradingAccount.Kind.DEMO:
        deposit = ChangeBalance(DEPOSITS[currency], BalanceReason.DEPOSIT, "demo")
        execute_apply(account.pk, deposit, ticks={}, origin=origin, idempotency_key=None).raise_refusal()
    return account


def leverage_choices(owner: User) -> list[Decimal]:
    """Return the leverages that a person's new account may have, the highest of all among them."""
    highest = _highest_leverage(owner)
    return [leverage for leverage in LEVERAGES if leverage < highest] + [highest]


def default_leverage(owner: User) -> Decimal:
    """Return the leverage of a person who does not choose one."""
    return min(LEVERAGE, _highest_leverage(owner))


def _highest_leverage(owner: User) -> Decimal:
    """Return the most that the group of new accounts allows, and the person."""
    highest: Decimal = AccountGroup.objects.get(is_default=True).leverage_max
    return highest if owner.leverage_max is None else min(highest, owner.leverage_max)


def _ensure_room(owner: User, kind: TradingAccount.Kind) -> None:
    held = TradingAccount.objects.filter(owner=owner, kind=kind, status=TradingAccount.Status.ACTIVE).count()
    if held >= ACCOUNTS_MAX:
        raise Refused(
            f"{kind}_accounts_max",
            _("You have %(count)s %(kind)s accounts, which is the most. Go on with one of them.")
            % {"count": held, "kind": kind},
            {"accounts": str(held), "maximum": str(ACCOUNTS_MAX)},
        )


def _opened_before(owner: User, request: Request) -> TradingAccount | None:
    """Return the account that was opened under the same key: its first event is what answered the request."""
    of_owner = IdempotencyRecord.objects.select_related("account__group").filter(account__owner=owner)
    found = of_owner.filter(key=request.key, first_seq=1).first()
    if found is None:
        return None
    ensure_same_request(request, found.request_hash)
    return found.account
