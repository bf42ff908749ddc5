"""Opening accounts, moving money in and out, and what the back office may set."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import AccessLevel, User
from forexpro.core.events.chain import Head, Origin
from forexpro.core.refusals import Refused
from trading.engine.commands import BalanceReason, ChangeBalance
from trading.engine.events import AccountOpened, EngineEvent, PolicyChanged
from trading.engine.state import AccountState, Policy, PositionMode
from trading.locks import lock_accounts
from trading.models import AccountGroup, LedgerAccount, TradingAccount
from trading.selectors.conditions import account_conditions
from trading.selectors.state import LoadedAccount, load_accounts
from trading.services.answers import Answer
from trading.services.execution import execute
from trading.services.recording import Outcome, Request, record_outcomes

# The ledger accounts that each trading account has of its own.
CLIENT_SIDE = (LedgerAccount.Kind.CLIENT_BALANCE, LedgerAccount.Kind.CLIENT_CREDIT)


@transaction.atomic(durable=True)
def account_open(
    *,
    owner: User,
    kind: str,
    currency: str,
    leverage: Decimal,
    group: AccountGroup | None = None,
    position_mode: PositionMode = PositionMode.HEDGING,
    origin: Origin,
) -> TradingAccount:
    """Open an account in `group` (the default one if none is given) with `leverage` to one; its mode is for good."""
    return account_open_apply(
        owner=owner,
        kind=kind,
        currency=currency,
        leverage=leverage,
        group=group,
        position_mode=position_mode,
        origin=origin,
    )


def account_open_apply(
    *,
    owner: User,
    kind: str,
    currency: str,
    leverage: Decimal,
    group: AccountGroup | None = None,
    position_mode: PositionMode = PositionMode.HEDGING,
    origin: Origin,
    request: Request | None = None,
) -> TradingAccount:
    """Do what `account_open` does inside the caller's transaction; `request` is remembered as answered by it."""
    group = group or AccountGroup.objects.get(is_default=True)
    if owner.access_level != AccessLevel.FULL:
        raise access_restricted()
    ensure_leverage(leverage, group, owner)
    ensure_group_takes(group, currency=currency, position_mode=position_mode)
    if not (3 <= len(currency) <= 5 and currency.isascii() and currency.isalpha() and currency.isupper()):
        text = _("%(currency)s is not a currency code such as USD.") % {"currency": repr(currency)}
        raise Refused("currency_invalid", text, {"currency": currency})
    now = datetime.now(UTC)
    account = TradingAccount.objects.create(
        owner=owner,
        kind=kind,
        currency=currency,
        leverage=leverage,
        group=group,
        position_mode=position_mode,
        opened_at=now,
    )
    account.refresh_from_db(fields=["number"])
    _create_ledger_accounts(account)
    conditions = account_conditions(account)
    policy = replace(conditions.policy, leverage=leverage, position_mode=position_mode)
    state = AccountState(id=account.pk, currency=currency, policy=policy)
    loaded = LoadedAccount(state, conditions, Head(), next_order_id=None, answered=None)
    opened = Outcome(loaded, events=[AccountOpened(currency, policy)], request=request)
    record_outcomes([opened], origin=origin, occurred_at=now)
    return account


def balance_change(
    *,
    account_id: int,
    amount: Decimal,
    reason: BalanceReason,
    reference: str = "",
    origin: Origin,
    idempotency_key: str | None = None,
) -> Answer:
    """Move money into (positive) or out of an account: a deposit, withdrawal, credit or adjustment."""
    command = ChangeBalance(amount, reason, reference)
    return execute(account_id, command, origin=origin, idempotency_key=idempotency_key)


def account_set_trading(*, account_id: int, enabled: bool, origin: Origin) -> Answer:
    """Allow or forbid an account to open positions; closing them is always possible.

    Refuses `client_restricted` (409) to allow it while the client's access as a whole does not.
    """
    return _change_policy(account_id, origin, trading_enabled=enabled)


def account_set_leverage(*, account_id: int, leverage: Decimal, origin: Origin) -> Answer:
    """Give an account another leverage, no higher than its group allows; margin follows at once."""
    return _change_policy(account_id, origin, leverage=leverage)


def account_set_equity_floor(*, account_id: int, equity_floor: Decimal | None, origin: Origin) -> Answer:
    """Set the equity at or below which an account opens nothing; None removes it."""
    return _change_policy(account_id, origin, equity_floor=equity_floor)


@transaction.atomic(durable=True)
def _change_policy(account_id: int, origin: Origin, **changes: object) -> Answer:
    lock_accounts([account_id])
    if changes.get("trading_enabled"):
        _ensure_full_access(account_id)
    return policy_change_apply(account_id, origin=origin, **changes)


def policy_change_apply(account_id: int, *, origin: Origin, **changes: object) -> Answer:
    """Give a locked account other rules of its own (`leverage`, `trading_enabled`) inside the caller's transaction."""
    account = TradingAccount.objects.select_related("group", "owner").get(pk=account_id)
    (loaded,) = load_accounts([account_id])
    policy: Policy = replace(loaded.state.policy, **changes)  # type: ignore[arg-type]  # of the callers above and of crm
    if policy.leverage != loaded.state.policy.leverage:
        ensure_leverage(policy.leverage, account.group, account.owner)
    events: list[EngineEvent] = [] if policy == loaded.state.policy else [PolicyChanged(policy)]
    (answer,) = record_outcomes([Outcome(loaded, events=events)], origin=origin, occurred_at=datetime.now(UTC))
    return answer


def ensure_leverage(leverage: Decimal, group: AccountGroup, owner: User | None = None) -> None:
    """Refuse `leverage_not_allowed` where a group, or what the house allows the owner, does not allow this leverage."""
    if not 1 <= leverage <= group.leverage_max:
        raise Refused(
            "leverage_not_allowed",
            _("The group %(group)s allows a leverage from 1 to %(maximum)s.")
            % {"group": group.name, "maximum": f"{group.leverage_max.normalize():f}"},
            {"leverage": str(leverage), "maximum": str(group.leverage_max)},
        )
    if owner is not None and owner.leverage_max is not None and leverage > owner.leverage_max:
        raise Refused(
            "leverage_not_allowed",
            _("The highest leverage for this client is %(maximum)s. Choose that or less.")
            % {"maximum": f"{owner.leverage_max.normalize():f}"},
            {"leverage": str(leverage), "maximum": str(owner.leverage_max)},
        )


def ensure_group_takes(group: AccountGroup, *, currency: str, position_mode: str) -> None:
    """Refuse `currency_not_in_group` and `position_mode_not_in_group` where a group is not for such accounts."""
    if group.currencies and currency not in group.currencies.split():
        raise Refused(
            "currency_not_in_group",
            _("The group %(group)s takes accounts in %(currencies)s only. Choose another group.")
            % {"group": group.name, "currencies": ", ".join(group.currencies.split())},
            {"currency": currency, "currencies": group.currencies.split()},
        )
    if group.position_mode and position_mode != group.position_mode:
        raise Refused(
            "position_mode_not_in_group",
            _("The group %(group)s takes %(mode)s accounts only. Choose another group.")
            % {"group": group.name, "mode": group.get_position_mode_display().lower()},
            {"position_mode": str(position_mode), "accepted": group.position_mode},
        )


def _ensure_full_access(account_id: int) -> None:
    if User.objects.filter(trading_accounts=account_id).exclude(access_level=AccessLevel.FULL).exists():
        raise Refused(
            "client_restricted",
            _("The client's access is restricted on all accounts. Give the client full access first."),
            http_status=409,
        )


def access_restricted() -> Refused:
    """Return the refusal of what a client's access does not include."""
    return Refused(
        "access_restricted",
        _("Your access does not include this at the moment. Ask support why."),
        http_status=403,
    )


def house_accounts_open(currency: str) -> None:
    """Give the house its ledger accounts in a currency, where it has none yet."""
    house = [kind for kind in LedgerAccount.Kind if kind not in CLIENT_SIDE]
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(kind=kind, currency=currency) for kind in house], ignore_conflicts=True
    )


def _create_ledger_accounts(account: TradingAccount) -> None:
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(kind=kind, currency=account.currency, trading_account=account) for kind in CLIENT_SIDE]
    )
    house_accounts_open(account.currency)
