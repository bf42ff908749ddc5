"""Symbols, quotes and candles over HTTP."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import HasScope
from forexpro.core.http.schema import ErrorOutput, worked
from marketdata.api.permissions import MayReadMarketData
from marketdata.api.serializers import (
    CandlesInput,
    CandlesOutput,
    QuotesInput,
    QuotesOutput,
    SymbolListOutput,
    SymbolOutput,
    SymbolsInput,
)
from marketdata.feeds import Interval
from marketdata.selectors import candles_page, day_summaries, latest_ticks, symbol_catalogue
from marketdata.symbols import normalise_symbol
from marketdata.ticks import format_price, moment_of

_CANDLES_EXAMPLE = {
    "symbol": "EURUSD",
    "interval": "1m",
    "candles": [
        {
            "time": "2026-11-20T13:00:00Z",
            "open": "1.08012",
            "high": "1.08031",
            "low": "1.08008",
            "close": "1.08027",
            "volume": 118,
        }
    ],
}
_SYMBOLS_EXAMPLE = {
    "symbols": [
        {
            "symbol": "EURUSD",
            "name": "Euro / US Dollar",
            "asset_class": "forex",
            "base_currency": "EUR",
            "quote_currency": "USD",
            "margin_currency": "EUR",
            "digits": 5,
            "contract_size": "100000.0000",
            "volume_min": "0.0100",
            "volume_max": "100.0000",
            "volume_step": "0.0100",
            "margin_mode": "forex",
            "margin_rate": "1.0000",
            "margin_rates": {},
            "leverage_cap": None,
            "leverage_tiers": [],
            "initial_margin": "0.0000",
            "maintenance_margin": "0.0000",
            "hedged_margin": None,
            "tick_size": "0.00000000",
            "tick_value": "0.00000000",
            "stops_level_points": 10,
            "typical_spread_points": 10,
            "swap_mode": "points",
            "swap_long": "-6.2000",
            "swap_short": "2.1000",
            "swap_week": "1 1 3 1 1 0 0",
            "rollover_time": "17:00:00",
            "rollover_timezone": "America/New_York",
            "sessions": [],
            "day": {
                "open": "1.07950",
                "high": "1.08120",
                "low": "1.07890",
                "close": "1.08012",
                "previous_close": "1.07960",
                "change_percent": "0.05",
            },
        }
    ]
}
_REFUSAL_EXAMPLE = {
    "error": {
        "code": "unknown_symbol",
        "message": "NOSUCH is not offered here. The list of symbols says what is.",
        "details": {"symbol": "NOSUCH"},
        "request_id": "5f0c9c1e8b7d4c0f9a3b2d1e0f9a8b7c",
    }
}
_QUOTES_EXAMPLE = {
    "quotes": [
        {
            "symbol": "EURUSD",
            "bid": "1.08012",
            "ask": "1.08015",
            "time": "2026-11-20T13:00:00.123Z",
            "received_at": "2026-11-20T13:00:00.130Z",
        }
    ]
}


class MarketDataView(APIView):
    permission_classes = [MayReadMarketData, HasScope]
    open_to_everybody = settings.MARKET_DATA_PUBLIC

    def asked(self, serializer: type[Any]) -> dict[str, Any]:
        """Return the checked parameters of the query."""
        given = serializer(data=self.request.query_params.dict())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class SymbolListView(MarketDataView):
    @extend_schema(
        operation_id="market_symbols",
        summary="Symbols with their trading specification and their day",
        parameters=[SymbolsInput],
        responses=SymbolListOutput,
        examples=[worked("One symbol", _SYMBOLS_EXAMPLE)],
    )
    def get(self, request: Request) -> Response:
        asked = self.asked(SymbolsInput)
        text = asked.get("search", "").strip().lower()
        symbols = [
            symbol
            for symbol in symbol_catalogue().values()
            if asked.get("asset_class", symbol.asset_class) == symbol.asset_class
            and (text.replace("/", "") in symbol.code.lower() or text in symbol.name.lower())
        ]
        days = day_summaries([symbol.code for symbol in symbols])
        return Response({"symbols": SymbolOutput(symbols, many=True, context={"days": days}).data})


class QuoteListView(MarketDataView):
    @extend_schema(
        operation_id="market_quotes",
        summary="The newest quotes",
        parameters=[QuotesInput],
        responses={200: QuotesOutput, 422: ErrorOutput},
        examples=[worked("One symbol", _QUOTES_EXAMPLE)],
    )
    def get(self, request: Request) -> Response:
        names = [name for name in self.asked(QuotesInput).get("symbols", "").split(",") if name.strip()]
        catalogue = symbol_catalogue()
        ticks = latest_ticks([normalise_symbol(name) for name in names] or catalogue)
        quotes = [
            {
                "symbol": tick.symbol,
                "bid": format_price(tick.bid, catalogue[tick.symbol].digits),
                "ask": format_price(tick.ask, catalogue[tick.symbol].digits),
                "time": moment_of(tick.time_ms),
                "received_at": moment_of(tick.received_ms),
            }
            for tick in ticks.values()
            if tick.symbol in catalogue
        ]
        return Response({"quotes": quotes})


class CandleListView(MarketDataView):
    @extend_schema(
        operation_id="market_candles",
        summary="Candles",
        parameters=[CandlesInput],
        responses={200: CandlesOutput, 404: ErrorOutput, 422: ErrorOutput},
        examples=[
            worked("One minute", _CANDLES_EXAMPLE),
            worked("Unknown symbol", _REFUSAL_EXAMPLE, 404),
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = self.asked(CandlesInput)
        page = candles_page(
            normalise_symbol(asked["symbol"]),
            Interval(asked["interval"]),
            asked.get("start"),
            asked.get("end"),
            asked["limit"],
        )
        # The page is JSON already; taking it apart to render it again would cost ten times what finding it does.
        return HttpResponse(page, content_type="application/json")
