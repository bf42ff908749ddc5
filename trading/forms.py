"""What the terminal's forms accept. Whether it can be done is for the trading services to decide."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from forexpro.core.money import trimmed
from trading import names
from trading.engine.commands import UNCHANGED
from trading.engine.guards import PARTIAL_TAKE_PROFITS_MAX
from trading.engine.state import (
    BreakEven,
    Guards,
    OrderType,
    PartialTakeProfit,
    PositionMode,
    Side,
    TimeInForce,
    TrailingStop,
)
from trading.models import Order
from trading.services.orders import OCO_GROUP_LENGTH_MAX

POINTS_MAX = 10_000_000
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"  # what a datetime-local input holds


class PriceField(forms.DecimalField):
    """A price above zero; empty means that there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_digits": 20, "decimal_places": 8} | options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= 0:
            raise forms.ValidationError(_("Enter a price above zero, or leave it empty."))


class VolumeField(forms.DecimalField):
    """A volume in lots, above zero."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 4} | options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= 0:
            raise forms.ValidationError(_("Enter a volume above zero, in lots."))


class PointsField(forms.IntegerField):
    """A distance in points; empty means that there is none. `name` is what a screen reader calls it."""

    def __init__(self, name: Any, **options: Any) -> None:
        attributes = {"class": "number", "inputmode": "numeric", "placeholder": "–", "aria-label": name}
        widget = forms.NumberInput(attrs=attributes)
        super().__init__(
            **{"required": False, "min_value": 0, "max_value": POINTS_MAX, "label": name, "widget": widget} | options
        )


class MomentField(forms.DateTimeField):
    """A moment in the reader's time zone, to the minute."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT_FORMAT)
        defaults: dict[str, Any] = {"required": False, "input_formats": [MOMENT_FORMAT], "widget": widget}
        super().__init__(**defaults | options)


class SubmissionForm(forms.Form):
    """A form whose double submission has the effect of one."""

    idempotency_key = forms.CharField(max_length=128, required=False, widget=forms.HiddenInput)

    def main_fields(self) -> list[BoundField]:
        """Return the fields that stand one below the other."""
        return self.visible_fields()


TRAILING_FIELDS = ("trailing_distance", "trailing_step", "trailing_activation")
BREAK_EVEN_FIELDS = ("break_even_profit", "break_even_offset")
TARGET_FIELDS = tuple((f"target_{n}_price", f"target_{n}_volume") for n in range(1, PARTIAL_TAKE_PROFITS_MAX + 1))
GUARD_FIELDS: dict[str, tuple[str, ...]] = {
    "trailing_stop": TRAILING_FIELDS,
    "break_even": BREAK_EVEN_FIELDS,
    "partial_take_profits": tuple(name for pair in TARGET_FIELDS for name in pair),
}


def guards_initial(guards: Guards | None) -> dict[str, Decimal | int]:
    """Return what the fields of `GuardsForm` hold for the present guards."""
    initial: dict[str, Any] = {}
    if guards is None:
        return {}
    if (trailing := guards.trailing_stop) is not None:
        points = (trailing.distance_points, trailing.step_points, trailing.activation_points)
        initial |= zip(TRAILING_FIELDS, points, strict=True)
    if (break_even := guards.break_even) is not None:
        initial |= zip(BREAK_EVEN_FIELDS, (break_even.profit_points, break_even.offset_points), strict=True)
    for (price, volume), target in zip(TARGET_FIELDS, guards.partial_take_profits, strict=False):
        initial |= {price: trimmed(target.price), volume: Decimal(names.lots(target.volume))}
    return {name: value for name, value in initial.items() if value is not None}


class GuardsForm(SubmissionForm):
    """Trailing stop and break-even in points, and partial take profits; what is left empty there is none of."""

    trailing_distance = PointsField(_("Trailing stop, distance in points"))
    trailing_step = PointsField(_("Trailing stop, step in points"))
    trailing_activation = PointsField(_("Trailing stop, profit in points from which it follows"))
    break_even_profit = PointsField(_("Break-even, profit in points"))
    break_even_offset = PointsField(_("Break-even, offset in points"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number, (price, volume) in enumerate(TARGET_FIELDS, start=1):
            for name, field, label in (
                (price, PriceField, _("Partial take profit %(number)s, price")),
                (volume, VolumeField, _("Partial take profit %(number)s, volume in lots")),
            ):
                text = label % {"number": number}
                attributes = {"class": "number", "inputmode": "decimal", "placeholder": "–", "aria-label": text}
                attributes["autocomplete"] = "off"
                self.fields[name] = field(required=False, label=text, widget=forms.TextInput(attrs=attributes))

    def targets(self) -> list[tuple[BoundField, BoundField]]:
        """Return price and volume of each partial take profit."""
        return [(self[price], self[volume]) for price, volume in TARGET_FIELDS]

    def main_fields(self) -> list[BoundField]:
        """Return the fields that are not the guards'."""
        guards = {name for names in GUARD_FIELDS.values() for name in names}
        return [field for field in self.visible_fields() if field.name not in guards]

    def clean(self) -> dict[str, Any]:
        entered = self.cleaned_data
        typed = {name: entered.pop(name, None) for names in GUARD_FIELDS.values() for name in names}
        entered["trailing_stop"] = self._trailing_stop(*(typed[name] for name in TRAILING_FIELDS))
        entered["break_even"] = self._break_even(*(typed[name] for name in BREAK_EVEN_FIELDS))
        entered["partial_take_profits"] = self._partial_take_profits(typed)
        return entered

    def _trailing_stop(self, distance: int | None, step: int | None, activation: int | None) -> TrailingStop | None:
        if distance is None:
            self._ensure_alone("trailing_distance", step, activation)
            return None
        return TrailingStop(distance, 1 if step is None else step, activation)

    def _break_even(self, profit: int | None, offset: int | None) -> BreakEven | None:
        if profit is None:
            self._ensure_alone("break_even_profit", offset)
            return None
        return BreakEven(profit, offset or 0)

    def _ensure_alone(self, name: str, *others: int | None) -> None:
        if name not in self.errors and any(other is not None for other in others):
            self.add_error(name, _("Enter this too, or leave the whole row empty."))

    def _partial_take_profits(self, typed: Mapping[str, Any]) -> tuple[PartialTakeProfit, ...]:
        targets = []
        for price, volume in TARGET_FIELDS:
            if (typed[price], typed[volume]) == (None, None):
                continue
            for name in (price, volume):
                if typed[name] is None and name not in self.errors:
                    self.add_error(name, _("A partial take profit needs its price and its volume."))
            if typed[price] is not None and typed[volume] is not None:
                targets.append(PartialTakeProfit(typed[price], typed[volume]))
        return tuple(targets)


class OrderForm(GuardsForm):
    symbol = forms.CharField(max_length=16)
    side = forms.ChoiceField(choices=[(side.value, side.value) for side in Side])
    type = forms.ChoiceField(choices=[(type.value, type.value) for type in OrderType])
    volume = VolumeField(label=_("Volume"))
    price = PriceField(label=_("Price"))
    limit_price = PriceField(label=_("Limit price"))
    stop_loss = PriceField(label=_("Stop loss"))
    take_profit = PriceField(label=_("Take profit"))
    time_in_force = forms.ChoiceField(label=_("Time in force"), required=False, choices=Order.TimeInForce.choices)
    expires_at = MomentField(label=_("Until"))
    deviation_points = PointsField(_("Largest deviation in points"))
    oco_group = forms.CharField(
        label=_("OCO group"),
        required=False,
        max_length=OCO_GROUP_LENGTH_MAX,
        widget=forms.TextInput(attrs={"list": "oco-groups", "autocomplete": "off", "placeholder": "–"}),
    )
    parent_id = forms.IntegerField(label=_("After the fill of"), required=False, widget=forms.Select)

    NEEDED_PRICES = {
        OrderType.MARKET: (),
        OrderType.LIMIT: ("price",),
        OrderType.STOP: ("price",),
        OrderType.STOP_LIMIT: ("price", "limit_price"),
    }

    def clean(self) -> dict[str, Any]:
        entered = super().clean()
        if "type" not in entered:
            return entered
        self._clean_terms(entered)
        entered["side"], entered["type"] = Side(entered.get("side") or Side.BUY), OrderType(entered["type"])
        needed = self.NEEDED_PRICES[entered["type"]]
        seen = ("price",) if entered["deviation_points"] is not None else ()  # the price that a deviation counts from
        for name in ("price", "limit_price"):
            if name not in (*needed, *seen):
                entered[name] = None  # left over from another order type
            elif entered.get(name) is None and name in needed and name not in self.errors:
                self.add_error(name, _("This order type needs a price."))
        return entered

    @staticmethod
    def _clean_terms(entered: dict[str, Any]) -> None:
        """Drop the terms that are left over from another order type or time in force."""
        type = OrderType(entered["type"])
        entered["time_in_force"] = TimeInForce(entered.get("time_in_force") or TimeInForce.GTC)
        if entered["time_in_force"] is not TimeInForce.GTD:
            entered["expires_at"] = None
        if type not in (OrderType.MARKET, OrderType.STOP):
            entered["deviation_points"] = None
        if type is OrderType.MARKET:
            entered |= {"oco_group": "", "parent_id": None}
        entered.setdefault("deviation_points", None)


class LevelsForm(GuardsForm):
    """Stop loss, take profit and guards; a field that was not sent stays unchanged, an empty one removes its level."""

    stop_loss = PriceField(label=_("Stop loss"))
    take_profit = PriceField(label=_("Take profit"))

    def clean(self) -> dict[str, Any]:
        entered = super().clean()
        for name in ("price", "limit_price", "stop_loss", "take_profit", "expires_at"):
            if name in self.fields and name not in self.data:
                entered[name] = UNCHANGED
        # Guards that stay are not judged again: the market may have come nearer than a new one is allowed to be.
        changed = {name for name in self.changed_data if name in self.data}
        for name, fields in GUARD_FIELDS.items():
            if changed.isdisjoint(fields):
                entered[name] = UNCHANGED
        return entered


class OrderChangeForm(LevelsForm):
    price = PriceField(label=_("Price"))
    limit_price = PriceField(label=_("Limit price"))
    expires_at = MomentField(label=_("Good until"), help_text=_("Empty: until it is cancelled."))

    def clean(self) -> dict[str, Any]:
        entered = super().clean()
        present = self.initial.get("expires_at")
        if isinstance(present, datetime) and entered.get("expires_at") == present.replace(second=0, microsecond=0):
            entered["expires_at"] = UNCHANGED
        for name in ("price", "limit_price"):
            if entered.get(name, UNCHANGED) is None:
                self.add_error(name, _("A working order needs its price. Cancel the order to remove it."))
        return entered


class CloseForm(SubmissionForm):
    """How much of a position to close; empty means all of it."""

    volume = VolumeField(label=_("Volume to close"), required=False)


class CloseByForm(SubmissionForm):
    """Which opposite position to close against."""

    opposite_position_id = forms.TypedChoiceField(label=_("Against"), coerce=int)


class NewAccountForm(forms.Form):
    """What a person may choose of a new account."""

    position_mode = forms.TypedChoiceField(
        label=_("Positions"),
        coerce=PositionMode,
        choices=[
            (PositionMode.HEDGING, _("Hedging: every deal is a position of its own, both directions at once")),
            (PositionMode.NETTING, _("Netting: the deals in a symbol make up one position")),
        ],
        widget=forms.RadioSelect,
        help_text=_("It cannot be changed later."),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    leverage = forms.TypedChoiceField(label=_("Leverage"), coerce=Decimal)

    def __init__(self, *arguments: Any, currencies: list[str], leverages: list[Decimal], **options: Any) -> None:
        super().__init__(*arguments, **options)
        texts = [f"{leverage.normalize():f}" for leverage in leverages]
        choices = {
            "currency": list(zip(currencies, currencies, strict=True)),
            "leverage": [(text, f"1:{text}") for text in texts],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]  # of fields of choices
