"""How trailing stops, break-even and partial take profits travel. Distances are in points, prices and volumes text."""

from typing import Any

from rest_framework import serializers

from forexpro.core.http.exact import ExactInput
from forexpro.core.http.fields import WholeNumberInput
from trading.api.fields import PriceInput, VolumeInput
from trading.engine.guards import PARTIAL_TAKE_PROFITS_MAX
from trading.engine.state import BreakEven, PartialTakeProfit, TrailingStop

POINTS_MAX = 10_000_000


class PointsInput(WholeNumberInput):
    def __init__(self, **options: Any):
        super().__init__(min_value=0, max_value=POINTS_MAX, **options)


class TrailingStopInput(ExactInput):
    """A stop loss that follows the price from the profit on at which it starts."""

    distance_points = PointsInput(help_text="How far behind the price the stop loss is kept.")
    step_points = PointsInput(required=False, help_text="The least by which it moves; 1 without it.")
    activation_points = PointsInput(
        required=False, allow_null=True, help_text="The profit that starts it; the distance without it."
    )

    def to_internal_value(self, data: Any) -> TrailingStop:
        return TrailingStop(**super().to_internal_value(data))


class BreakEvenInput(ExactInput):
    """Moves the stop loss to the opening price once."""

    profit_points = PointsInput(help_text="The profit at which that happens.")
    offset_points = PointsInput(
        required=False, help_text="How far on the winning side of the opening price; 0 without it."
    )

    def to_internal_value(self, data: Any) -> BreakEven:
        return BreakEven(**super().to_internal_value(data))


class PartialTakeProfitInput(ExactInput):
    price = PriceInput()
    volume = VolumeInput(help_text="What is closed there, in lots.")

    def to_internal_value(self, data: Any) -> PartialTakeProfit:
        return PartialTakeProfit(**super().to_internal_value(data))


class PartialTakeProfitsInput(serializers.ListSerializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        return tuple(super().to_internal_value(data))


class GuardsInput(ExactInput):
    trailing_stop = TrailingStopInput(required=False, allow_null=True)
    break_even = BreakEvenInput(required=False, allow_null=True)
    partial_take_profits = PartialTakeProfitsInput(
        child=PartialTakeProfitInput(), required=False, max_length=PARTIAL_TAKE_PROFITS_MAX
    )


class TrailingStopOutput(serializers.Serializer[Any]):
    distance_points = serializers.IntegerField()
    step_points = serializers.IntegerField()
    activation_points = serializers.IntegerField(allow_null=True)
    moves_at = serializers.CharField(allow_null=True, help_text="The price at which it moves next.")


class BreakEvenOutput(serializers.Serializer[Any]):
    profit_points = serializers.IntegerField()
    offset_points = serializers.IntegerField()
    moves_at = serializers.CharField(allow_null=True, help_text="The price at which it moves the stop loss.")


class PartialTakeProfitOutput(serializers.Serializer[Any]):
    price = serializers.CharField()
    volume = serializers.CharField()


class GuardsOutput(serializers.Serializer[Any]):
    """What of the guards is set, read from the column that keeps them."""

    trailing_stop = TrailingStopOutput(source="guards.trailing_stop", allow_null=True, read_only=True)
    break_even = BreakEvenOutput(source="guards.break_even", allow_null=True, read_only=True)
    partial_take_profits = PartialTakeProfitOutput(
        source="guards.partial_take_profits", many=True, allow_null=True, read_only=True
    )


GUARDS = ["trailing_stop", "break_even", "partial_take_profits"]
