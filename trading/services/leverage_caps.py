"""The leverage limits of the European regulator for retail clients, as rules of an account group.

Source: ESMA35-43-1000: 30:1 for major currency pairs, 20:1 for other pairs, gold and major indices, 10:1 for other
commodities and indices, 2:1 for crypto; positions are closed at 50 % of the margin; no negative balances.
"""

from decimal import Decimal
from typing import Any

from django.db import transaction

from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.events.record import record
from marketdata.models import Symbol
from trading.models import AccountGroup, GroupInstrument
from trading.models.group import LevelUnit

AssetClass = Symbol.AssetClass

CLASS_CAPS = {
    AssetClass.FOREX: Decimal(20),
    AssetClass.METAL: Decimal(10),
    AssetClass.ENERGY: Decimal(10),
    AssetClass.INDEX: Decimal(10),
    AssetClass.CRYPTO: Decimal(2),
}
MAJOR_PAIR_CAP = Decimal(30)
GOLD_CAP = Decimal(20)
MAJOR_INDEX_CAP = Decimal(20)
MAJOR_CURRENCIES = {"USD", "EUR", "JPY", "GBP", "CAD", "CHF"}
MAJOR_INDICES = {"US30", "US500", "US100", "UK100", "FR40", "DE40", "EU50", "JP225", "AUS200"}

STOP_OUT_LEVEL = Decimal(50)
MARGIN_CALL_LEVEL = Decimal(100)


def regulatory_leverage_cap(symbol: Symbol) -> Decimal:
    """Return the highest leverage that a retail client may have in a symbol."""
    if symbol.asset_class == AssetClass.FOREX and {symbol.base_currency, symbol.quote_currency} <= MAJOR_CURRENCIES:
        return MAJOR_PAIR_CAP
    if symbol.asset_class == AssetClass.METAL and symbol.base_currency == "XAU":
        return GOLD_CAP
    if symbol.asset_class == AssetClass.INDEX and symbol.code in MAJOR_INDICES:
        return MAJOR_INDEX_CAP
    return CLASS_CAPS[AssetClass(symbol.asset_class)]


@transaction.atomic(durable=True)
def group_apply_retail_limits(*, group_id: int, origin: Origin) -> int:
    """Bring a group within the limits for retail clients; return how many of its rules changed.

    Leverage is only ever lowered: a rule or a symbol that allows less keeps what it has. Applied again, nothing
    changes.
    """
    group = AccountGroup.objects.select_for_update().get(pk=group_id)
    rules = {(rule.asset_class, rule.symbol_id): rule for rule in group.instruments.all()}
    wanted: dict[tuple[str, str | None], Decimal] = {(name.value, None): cap for name, cap in CLASS_CAPS.items()}
    for symbol in Symbol.objects.all():
        cap = min(regulatory_leverage_cap(symbol), symbol.leverage_cap or MAJOR_PAIR_CAP)
        if cap != CLASS_CAPS[AssetClass(symbol.asset_class)] or ("", symbol.code) in rules:
            wanted["", symbol.code] = cap
    changed = 0
    for (asset_class, code), cap in wanted.items():
        rule = rules.get((asset_class, code)) or GroupInstrument(group=group, asset_class=asset_class, symbol_id=code)
        if rule.leverage_cap is None or rule.leverage_cap > cap:
            rule.leverage_cap = cap
            rule.save()
            changed += 1
    changes = _changed_fields(group)
    for name, value in changes.items():
        setattr(group, name, value["after"])
    group.save(update_fields=list(changes))
    if changed or changes:
        payload = {
            "object": f"trading.accountgroup:{group.pk}",
            "name": group.name,
            "changes": {name: {when: str(value) for when, value in change.items()} for name, change in changes.items()},
            "leverage_caps_lowered": changed,
        }
        record([NewEvent(origin.actor, "staff.object_changed", payload)], origin=origin)
    return changed + len(changes)


def _changed_fields(group: AccountGroup) -> dict[str, dict[str, Any]]:
    """Return what has to change of the group itself, before and after."""
    in_money = group.level_unit == LevelUnit.MONEY
    stop_out = STOP_OUT_LEVEL if in_money else max(group.stop_out_level, STOP_OUT_LEVEL)
    wanted = {
        "leverage_max": min(group.leverage_max, MAJOR_PAIR_CAP),
        "level_unit": LevelUnit.PERCENT,
        "stop_out_level": stop_out,
        "margin_call_level": MARGIN_CALL_LEVEL if in_money else max(group.margin_call_level, stop_out),
        "negative_balance_protection": True,
    }
    return {
        name: {"before": getattr(group, name), "after": value}
        for name, value in wanted.items()
        if getattr(group, name) != value
    }
