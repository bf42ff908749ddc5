"""What an account trades: the specification of each symbol and its price, as the account's group has them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.http.fields import NumberOutput
from forexpro.core.http.schema import worked
from marketdata.selectors import symbol_catalogue
from trading.api.views import AccountView
from trading.engine.market import Instrument, Market, TradeMode
from trading.selectors import account_market

# How many openings ahead a program is told of.
OPEN_TIMES = 5


class OpenTimesOutput(serializers.Serializer[Any]):
    opens = serializers.DateTimeField()
    closes = serializers.DateTimeField(allow_null=True)


class AccountSymbolOutput(serializers.Serializer[Any]):
    """A symbol as this account trades it: volumes in lots, levels in points of its last digit."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    asset_class = serializers.CharField()
    quote_currency = serializers.CharField()
    digits = serializers.IntegerField()
    contract_size = NumberOutput()
    volume_min = NumberOutput()
    volume_max = NumberOutput()
    volume_step = NumberOutput()
    volume_limit = NumberOutput(allow_null=True, help_text="Of all positions and orders of one direction together.")
    stops_level_points = serializers.IntegerField()
    freeze_level_points = serializers.IntegerField()
    leverage_cap = NumberOutput(allow_null=True)
    trade_mode = serializers.ChoiceField(choices=[mode.value for mode in TradeMode])
    open_times = OpenTimesOutput(
        many=True, allow_null=True, help_text="The next ones, a running one first; null for a market that never closes."
    )
    bid = NumberOutput(allow_null=True, help_text="At the account's spread; null before the first price.")
    ask = NumberOutput(allow_null=True)


class AccountSymbolsOutput(serializers.Serializer[Any]):
    symbols = AccountSymbolOutput(many=True)


class AccountSymbolsView(AccountView):
    @extend_schema(
        operation_id="accounts_symbols",
        summary="The symbols that an account trades, with its own terms and prices",
        responses=AccountSymbolsOutput,
        examples=[
            worked(
                "One symbol",
                {
                    "symbols": [
                        {
                            "symbol": "EURUSD",
                            "name": "Euro / US Dollar",
                            "asset_class": "forex",
                            "quote_currency": "USD",
                            "digits": 5,
                            "contract_size": "100000",
                            "volume_min": "0.01",
                            "volume_max": "100",
                            "volume_step": "0.01",
                            "volume_limit": None,
                            "stops_level_points": 10,
                            "freeze_level_points": 0,
                            "leverage_cap": None,
                            "trade_mode": "full",
                            "open_times": [{"opens": "2026-03-01T22:00:00Z", "closes": "2026-03-06T22:00:00Z"}],
                            "bid": "1.08005",
                            "ask": "1.08015",
                        }
                    ]
                },
            )
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        market = account_market(self.account_row)
        catalogue = symbol_catalogue()
        symbols = [
            _described(catalogue[code], instrument, market)
            for code, instrument in market.instruments.items()
            if code in catalogue
        ]
        return Response(AccountSymbolsOutput({"symbols": symbols}).data)


def _described(symbol: Any, instrument: Instrument, market: Market) -> dict[str, Any]:
    quote = market.quotes.get(symbol.code)
    hours = instrument.hours
    always = not hours.sessions and not hours.holidays
    return {
        "symbol": symbol.code,
        "name": symbol.name,
        "asset_class": symbol.asset_class,
        "quote_currency": symbol.quote_currency,
        "digits": instrument.digits,
        "contract_size": instrument.contract_size,
        "volume_min": instrument.volume_min,
        "volume_max": instrument.volume_max,
        "volume_step": instrument.volume_step,
        "volume_limit": instrument.volume_limit,
        "stops_level_points": instrument.stops_level_points,
        "freeze_level_points": instrument.freeze_level_points,
        "leverage_cap": instrument.leverage_cap,
        "trade_mode": instrument.trade_mode.value,
        "open_times": None
        if always
        else [{"opens": opens, "closes": closes} for opens, closes in hours.open_times(market.now, OPEN_TIMES)],
        "bid": quote and quote.bid,
        "ask": quote and quote.ask,
    }
