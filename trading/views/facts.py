"""Commands, rules and specifications, which are JSON, line by line in the words of the back office."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketdata.models import SwapMode, Symbol
from trading.models import AccountGroup, Order, TradingAccount
from trading.models.account import PositionMode
from trading.models.group import (
    CompensationCredit,
    GapPolicy,
    HedgedMargin,
    LevelUnit,
    StopOutSequence,
    TriggerSide,
)
from trading.models.order import Side

# Whose field a name is, the first that knows it; what no table holds keeps its own name.
_MODELS: tuple[type[Model], ...] = (Order, AccountGroup, TradingAccount, Symbol)
_CHOICES = {
    "compensation_credit": CompensationCredit,
    "gap_policy": GapPolicy,
    "hedged_margin": HedgedMargin,
    "level_unit": LevelUnit,
    "margin_mode": Symbol.MarginMode,
    "mode": SwapMode,
    "position_mode": PositionMode,
    "side": Side,
    "stop_out_sequence": StopOutSequence,
    "time_in_force": Order.TimeInForce,
    "trade_mode": Symbol.TradeMode,
    "trigger_side": TriggerSide,
    "type": Order.Type,
}
_COMMANDS = {
    "CancelOrder": gettext_lazy("Cancel an order"),
    "ChangeBalance": gettext_lazy("Move money"),
    "CheckMargin": gettext_lazy("Check the margin"),
    "CloseAll": gettext_lazy("Close all positions"),
    "CloseBy": gettext_lazy("Close by an opposite position"),
    "ClosePosition": gettext_lazy("Close a position"),
    "ExpireOrders": gettext_lazy("Withdraw expired orders"),
    "ModifyOrder": gettext_lazy("Change an order"),
    "ModifyPosition": gettext_lazy("Change a position"),
    "PlaceOrder": gettext_lazy("Place an order"),
    "ProcessTick": gettext_lazy("Work through a price"),
    "RollOver": gettext_lazy("Roll over to the next day"),
}


def facts(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return names and values line by line, what is nested under the name that it is in; nothing for nulls."""
    return list(_lines(values, prefix))


def _lines(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = prefix + _name(key) if prefix else capfirst(_name(key))
        if isinstance(value, Mapping):
            yield from _lines(value, f"{name}: ")
        elif isinstance(value, list):
            names = WEEKDAYS.values() if key == "week" else range(1, len(value) + 1)
            yield from _lines({str(one): entry for one, entry in zip(names, value, strict=False)}, f"{name}: ")
        elif value is not None and value != "":
            yield name, _text(key, value)


def _name(key: str) -> str:
    for model in _MODELS:
        try:
            return str(model._meta.get_field(key).verbose_name)  # type: ignore[union-attr]  # tried
        except (AttributeError, FieldDoesNotExist):
            continue
    return key.replace("_", " ")


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "command":
        return str(_COMMANDS.get(value, value))
    choices = _CHOICES.get(key)
    return str(choices(value).label) if choices is not None and value in choices.values else str(value)
