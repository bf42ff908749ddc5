"""What the terminal's forms accept. Whether it can be done is for the trading services to decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trading.engine.commands import UNCHANGED
from trading.engine.state import BreakEven, OrderType, Side, TrailingStop


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


class SubmissionForm(forms.Form):
    """A form whose double submission has the effect of one."""

    idempotency_key = forms.CharField(max_length=128, required=False, widget=forms.HiddenInput)


class OrderForm(SubmissionForm):
    symbol = forms.CharField(max_length=16)
    side = forms.ChoiceField(choices=[(side.value, side.value) for side in Side])
    type = forms.ChoiceField(choices=[(type.value, type.value) for type in OrderType])
    volume = VolumeField(label=_("Volume"))
    price = PriceField(label=_("Price"))
    limit_price = PriceField(label=_("Limit price"))
    stop_loss = PriceField(label=_("Stop loss"))
    take_profit = PriceField(label=_("Take profit"))

    NEEDED_PRICES = {
        OrderType.MARKET: (),
        OrderType.LIMIT: ("price",),
        OrderType.STOP: ("price",),
        OrderType.STOP_LIMIT: ("price", "limit_price"),
    }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "type" not in data:
            return data
        data["side"], data["type"] = Side(data.get("side") or Side.BUY), OrderType(data["type"])
        needed = self.NEEDED_PRICES[data["type"]]
        for name in ("price", "limit_price"):
            if name not in needed:
                data[name] = None  # left over from another order type
            elif data.get(name) is None and name not in self.errors:
                self.add_error(name, _("This order type needs a price."))
        return data


class LevelsForm(SubmissionForm):
    """Stop loss and take profit; a field that was not sent stays unchanged, an empty one removes its level."""

    stop_loss = PriceField(label=_("Stop loss"))
    take_profit = PriceField(label=_("Take profit"))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for name in ("price", "limit_price", "stop_loss", "take_profit"):
            if name in self.fields and name not in self.data:
                data[name] = UNCHANGED
        return data


class ProtectionForm(LevelsForm):
    """What protects a position: its levels, and how its stop loss moves by itself; empty for not at all."""

    trailing_stop = forms.IntegerField(
        label=_("Trailing stop, points behind the price"), required=False, min_value=1, max_value=10_000_000
    )
    break_even = forms.IntegerField(
        label=_("Break-even after a profit of points"), required=False, min_value=1, max_value=10_000_000
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name, initial in self.initial.items():
            # What was left as it stood keeps its step, its start and its offset.
            if name in ("trailing_stop", "break_even") and (name not in self.data or data.get(name) == initial):
                data[name] = UNCHANGED
        if isinstance(data.get("trailing_stop"), int):
            data["trailing_stop"] = TrailingStop(data["trailing_stop"])
        if isinstance(data.get("break_even"), int):
            data["break_even"] = BreakEven(data["break_even"])
        return data


class OrderChangeForm(LevelsForm):
    price = PriceField(label=_("Price"))
    limit_price = PriceField(label=_("Limit price"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("price", "limit_price"):
            if data.get(name, UNCHANGED) is None:
                self.add_error(name, _("A working order needs its price. Cancel the order to remove it."))
        return data


class CloseForm(SubmissionForm):
    """How much of a position to close; empty means all of it."""

    volume = VolumeField(label=_("Volume to close"), required=False)


class CloseAllForm(SubmissionForm):
    symbol = forms.CharField(max_length=16, required=False)
