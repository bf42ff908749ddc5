"""Moving an account to another group, and with it to other conditions."""

from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.refusals import Refused
from trading.engine.events import PolicyChanged
from trading.engine.nights import due_nights
from trading.locks import lock_accounts
from trading.models import AccountGroup, TradingAccount
from trading.selectors.conditions import group_conditions
from trading.selectors.journal import account_stream
from trading.selectors.state import LoadedAccount, load_accounts
from trading.services.accounts import ensure_group_takes, ensure_leverage
from trading.services.answers import Answer
from trading.services.recording import Outcome, record_outcomes
from trading.services.rollover import account_roll_over


def account_set_group(*, account_id: int, group_id: int, origin: Origin) -> Answer:
    """Let an account trade under the conditions of another group from now on; margin follows at once.

    Nights that are due are charged first, by the conditions that they were held under. Refuses `leverage_not_allowed`
    where the account's leverage is above the group's, `currency_not_in_group` and `position_mode_not_in_group` where
    the group is not for such accounts, and `nights_due` while a price to charge a night is missing.
    """
    account_roll_over(account_id=account_id, origin=origin)
    with transaction.atomic(durable=True):
        lock_accounts([account_id])
        return group_set_apply(account_id=account_id, group_id=group_id, origin=origin)


def group_set_apply(*, account_id: int, group_id: int, reason: str = "", origin: Origin) -> Answer:
    """Do the same to a locked account inside the caller's transaction, whose nights were charged before it."""
    account = TradingAccount.objects.select_related("group").get(pk=account_id)
    (loaded,) = load_accounts([account_id])
    group = AccountGroup.objects.get(pk=group_id)
    now = datetime.now(UTC)
    if group.pk == account.group_id:
        (answer,) = record_outcomes([Outcome(loaded)], origin=origin, occurred_at=now)
        return answer
    ensure_fits(account, group)
    _ensure_nights_charged(loaded, now)
    TradingAccount.objects.filter(pk=account_id).update(group=group)
    conditions = group_conditions(group.pk, loaded.conditions.version)
    policy = conditions.policy.with_account_rules(loaded.state.policy)
    remark = NewEvent(
        account_stream(account_id),
        "account.group_changed",
        {
            "changes": {"group": {"before": account.group.name, "after": group.name}},
            "before_group_id": account.group_id,
            "group_id": group.pk,
        }
        | ({"reason": reason} if reason else {}),
    )
    outcome = Outcome(replace(loaded, conditions=conditions), events=[PolicyChanged(policy)], remarks=[remark])
    (answer,) = record_outcomes([outcome], origin=origin, occurred_at=now)
    return answer


def ensure_fits(account: TradingAccount, group: AccountGroup) -> None:
    """Refuse an account that a group does not take.

    The codes are `currency_not_in_group`, `position_mode_not_in_group` and `leverage_not_allowed`.
    """
    ensure_group_takes(group, currency=account.currency, position_mode=account.position_mode)
    ensure_leverage(account.leverage, group)


def _ensure_nights_charged(loaded: LoadedAccount, now: datetime) -> None:
    for position in loaded.state.positions.values():
        instrument = loaded.conditions.instruments.get(position.symbol)
        if instrument is not None and next(iter(due_nights(position, instrument.swap, now)), None) is not None:
            raise Refused(
                "nights_due",
                _("A night of position %(id)s cannot be charged yet: a price is missing. Try again shortly.")
                % {"id": position.id},
                {"position_id": position.id},
            )
