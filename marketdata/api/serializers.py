"""What the market data calls take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forexpro.core.http.fields import ClockTimeOutput, TextInput
from forexpro.core.refusals import Refused
from marketdata.feeds import Interval
from marketdata.models import Symbol
from marketdata.selectors.candles import PAGE_BARS_MAX


class SymbolsInput(serializers.Serializer[Any]):
    search = TextInput(required=False, allow_blank=True, max_length=40, help_text="Part of the symbol or of its name.")
    asset_class = serializers.ChoiceField(required=False, choices=Symbol.AssetClass.choices)


class DayOutput(serializers.Serializer[Any]):
    """The running day (UTC) in bid prices; the change counts from the close of the day before, where it is known."""

    open = serializers.CharField()
    high = serializers.CharField()
    low = serializers.CharField()
    close = serializers.CharField()
    previous_close = serializers.CharField(allow_null=True)
    change_percent = serializers.CharField()


class SymbolOutput(serializers.ModelSerializer[Symbol]):
    """A symbol and its trading specification; volumes in lots, spread and stops level in points of its last digit."""

    symbol = serializers.CharField(source="code")
    rollover_time = ClockTimeOutput(help_text="When the trading day ends, in `rollover_timezone`.")
    day = serializers.SerializerMethodField()

    class Meta:
        model = Symbol
        fields = [
            "symbol",
            "name",
            "asset_class",
            "base_currency",
            "quote_currency",
            "margin_currency",
            "digits",
            "contract_size",
            "volume_min",
            "volume_max",
            "volume_step",
            "margin_mode",
            "margin_rate",
            "margin_rates",
            "leverage_cap",
            "leverage_tiers",
            "initial_margin",
            "maintenance_margin",
            "hedged_margin",
            "tick_size",
            "tick_value",
            "stops_level_points",
            "typical_spread_points",
            "swap_mode",
            "swap_long",
            "swap_short",
            "swap_week",
            "rollover_time",
            "rollover_timezone",
            "sessions",
            "day",
        ]

    @extend_schema_field(DayOutput(allow_null=True))
    def get_day(self, symbol: Symbol) -> Any:
        day = self.context["days"].get(symbol.code)
        return None if day is None else DayOutput(day).data


class SymbolListOutput(serializers.Serializer[Any]):
    symbols = SymbolOutput(many=True)


class CandlesInput(serializers.Serializer[Any]):
    symbol = TextInput(max_length=40, help_text="`EURUSD` or `EUR/USD`.")
    interval = serializers.ChoiceField(choices=[interval.value for interval in Interval])
    start = serializers.DateTimeField(required=False, help_text="Only candles that opened at this time or later.")
    end = serializers.DateTimeField(required=False, help_text="Only candles that opened before this time.")
    limit = serializers.IntegerField(min_value=1, max_value=PAGE_BARS_MAX, default=1000)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "start" in given and "end" in given and given["start"] >= given["end"]:
            raise Refused("range_empty", "The end must lie after the start.")
        return given


class CandleOutput(serializers.Serializer[Any]):
    time = serializers.DateTimeField(help_text="When the candle opened.")
    open = serializers.CharField()
    high = serializers.CharField()
    low = serializers.CharField()
    close = serializers.CharField()
    volume = serializers.IntegerField(help_text="Ticks.")


class CandlesOutput(serializers.Serializer[Any]):
    """The newest candles of the range, oldest first, in bid prices; the last one may still be forming."""

    symbol = serializers.CharField()
    interval = serializers.CharField()
    candles = CandleOutput(many=True)


class QuotesInput(serializers.Serializer[Any]):
    symbols = TextInput(
        required=False, allow_blank=True, max_length=10_000, help_text="Separated by commas; all without."
    )


class QuoteOutput(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    bid = serializers.CharField()
    ask = serializers.CharField()
    time = serializers.DateTimeField(help_text="The market's time of the price.")
    received_at = serializers.DateTimeField()


class QuotesOutput(serializers.Serializer[Any]):
    quotes = QuoteOutput(many=True)
