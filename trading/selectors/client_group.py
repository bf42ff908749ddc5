"""What a client's accounts would be worth, and what would be otherwise, under the conditions of another group."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from forexpro.core.refusals import Refused
from marketdata.models import SwapMode as SwapModes
from marketdata.models import Symbol
from trading import names
from trading.engine.pricing import SpreadMode
from trading.engine.terms import CommissionPer, CommissionUnit, SwapMode
from trading.engine.valuation import Valuation, value_account
from trading.models import AccountGroup, TradingAccount
from trading.models.group import SpreadMode as SpreadModes
from trading.selectors.conditions import Conditions, configuration_version, group_conditions
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import LoadedAccount, load_accounts

# What is no condition of trading, or is told by symbols.
NOT_COMPARED = frozenset({"id", "name", "is_default", "currencies", "position_mode", "spread_mode", "spread_points"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise in another group; `symbols` are those that it holds for, none where it holds for all."""

    name: str
    before: str
    after: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """One account under another group's conditions; the valuations are None where a quote is missing.

    `refusal` says why the group does not take it, `warning` what would become of it at once; one that `stays` is in
    that group already.
    """

    account: TradingAccount
    before: Valuation | None
    after: Valuation | None
    refusal: str = ""
    warning: str = ""
    stays: bool = False


def shown_state(accounts: Iterable[TradingAccount], group: AccountGroup) -> str:
    """Return a digest of what a move would start from: accounts, their groups, leverage and the conditions of all."""
    told = [f"{account.pk}:{account.group_id}:{account.leverage.normalize()}" for account in accounts]
    text = f"{group.pk}:{configuration_version()}:{','.join(told)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def group_previews(
    accounts: Iterable[TradingAccount], group: AccountGroup, refuse: Callable[[TradingAccount, AccountGroup], None]
) -> list[Preview]:
    """Return what a move to a group would make of accounts; `refuse` raises `Refused` for those it does not take."""
    accounts = list(accounts)
    ticks, now = newest_ticks(), datetime.now(UTC)
    loaded = {entry.state.id: entry for entry in load_accounts([account.pk for account in accounts])}
    previews = []
    for account in accounts:
        entry = loaded[account.pk]
        before = _valued(entry, ticks, now)
        if account.group_id == group.pk:
            previews.append(Preview(account, before, before, stays=True))
            continue
        try:
            refuse(account, group)
        except Refused as refusal:
            previews.append(Preview(account, before, None, refusal=refusal.message))
            continue
        moved = _moved(entry, group)
        after = _valued(moved, ticks, now)
        previews.append(Preview(account, before, after, warning=_warning(moved, after)))
    return previews


def group_differences(before: AccountGroup, after: AccountGroup) -> list[Difference]:
    """Return what is otherwise in `after`: conditions of the group first, then of symbols, equal ones in one line."""
    found = []
    for field in AccountGroup._meta.local_fields:
        if field.name not in NOT_COMPARED and getattr(before, field.name) != getattr(after, field.name):
            name = str(getattr(field, "verbose_name", field.name))
            found.append(Difference(name, _shown(before, field.name), _shown(after, field.name)))
    return found + _by_symbols(before, after)


def _by_symbols(before: AccountGroup, after: AccountGroup) -> list[Difference]:
    version = configuration_version()
    old, new = group_conditions(before.pk, version), group_conditions(after.pk, version)
    traded = list(Symbol.objects.filter(is_active=True).order_by("code").values_list("code", flat=True))
    found = []
    for name, describe in ASPECTS:
        symbols: dict[tuple[str, str], list[str]] = defaultdict(list)
        for code in traded:
            was, will_be = describe(old, code), describe(new, code)
            if was != will_be:
                symbols[was, will_be].append(code)
        found += [Difference(str(name), *values, tuple(codes)) for values, codes in symbols.items()]
    return found


def _shown(group: AccountGroup, name: str) -> str:
    value = getattr(group, name)
    if value is None:
        return _("no limit")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return names.plain(value)
    display = getattr(group, f"get_{name}_display", None)
    return str(display() if display is not None else value)


def _valued(loaded: LoadedAccount, ticks: Mapping[str, Any], now: datetime) -> Valuation | None:
    try:
        return value_account(loaded.state, group_market(loaded.conditions, ticks, now))
    except Refused:
        return None


def _moved(loaded: LoadedAccount, group: AccountGroup) -> LoadedAccount:
    conditions = group_conditions(group.pk, loaded.conditions.version)
    policy = conditions.policy.with_account_rules(loaded.state.policy)
    return replace(loaded, conditions=conditions, state=replace(loaded.state, policy=policy))


def _warning(moved: LoadedAccount, after: Valuation | None) -> str:
    if after is None:
        return _("A price is missing: what it would be worth is not known now.")
    if after.is_stopped_out(moved.state.policy):
        return _("It would be stopped out at once.")
    return _("It would be in margin call at once.") if after.is_called(moved.state.policy) else ""


# --- Conditions of a symbol in words ---------------------------------------------------------------
def _leverage(conditions: Conditions, symbol: str) -> str:
    instrument = conditions.instruments[symbol]
    if instrument.leverage_tiers or instrument.margin_tiers:
        return _("in tiers")
    cap = instrument.leverage_cap
    return _("the account's") if cap is None else f"1:{names.plain(cap)}"


def _margin(conditions: Conditions, symbol: str) -> str:
    rates = conditions.instruments[symbol].margin_rates
    buy, sell = (
        names.plain(rate.initial)
        if rate.held == rate.initial
        else _("%(initial)s, %(held)s held") % {"initial": names.plain(rate.initial), "held": names.plain(rate.held)}
        for rate in (rates.buy, rates.sell)
    )
    return buy if buy == sell else _("buy %(buy)s, sell %(sell)s") % {"buy": buy, "sell": sell}


def _commission(conditions: Conditions, symbol: str) -> str:
    terms = conditions.instruments[symbol].commission
    if terms is None:
        return _("none")
    rates = " / ".join(names.plain(tier.rate) for tier in terms.tiers)
    when = {"in": _("when opened"), "out": _("when closed"), "both": _("when opened and closed")}[terms.entry]
    if terms.unit is CommissionUnit.PERCENT:
        return f"{rates} %, {when}"
    per = _("a lot") if terms.per is CommissionPer.LOT else _("a deal")
    if terms.unit is CommissionUnit.POINTS:
        return f"{rates} {_('points')} {per}, {when}"
    if terms.currency:
        return f"{rates} {terms.currency} {per}, {when}"
    return f"{rates} {per} {_('in the currency of the account')}, {when}"


def _swap(conditions: Conditions, symbol: str) -> str:
    swap = conditions.instruments[symbol].swap
    if swap.mode is SwapMode.DISABLED:
        return _("none")
    return f"{names.plain(swap.long)} / {names.plain(swap.short)} ({SwapModes(swap.mode.value).label})"


def _spread(conditions: Conditions, symbol: str) -> str:
    spread = conditions.spreads[symbol]
    label = str(SpreadModes(spread.mode.value).label)
    return label if spread.mode is SpreadMode.NONE else f"{label}, {spread.points}"


def _trading(conditions: Conditions, symbol: str) -> str:
    return str(Symbol.TradeMode(conditions.instruments[symbol].trade_mode.value).label)


# How a condition is called and how it reads, in the order in which they are shown.
ASPECTS: tuple[tuple[Any, Callable[[Conditions, str], str]], ...] = (
    (lazy("highest leverage"), _leverage),
    (lazy("margin rate"), _margin),
    (lazy("commission"), _commission),
    (lazy("spread"), _spread),
    (lazy("swap, long and short"), _swap),
    (lazy("trading"), _trading),
)
