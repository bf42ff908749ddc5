"""Orders: place, preview, change, cancel, list."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from forexpro.core.http.schema import asked, error_example, worked
from trading.api.examples import ORDER_CANCELLED, ORDER_MODIFIED, PREVIEW
from trading.api.serializers import AnswerOutput, OrderChangeInput, OrderInput, OrderOutput, OrdersAsked, PreviewOutput
from trading.api.throttles import OrderThrottle, PreviewThrottle
from trading.api.views import IDEMPOTENCY_KEY, AccountRowsView, AccountView
from trading.selectors import finished_orders, order_of, working_orders
from trading.services.orders import order_cancel, order_modify, order_place, order_preview

MARKET_ORDER = asked(
    "A market order with a stop loss",
    {"symbol": "EURUSD", "side": "buy", "type": "market", "volume": "0.10", "stop_loss": "1.07500"},
)
PENDING_ORDER = asked(
    "A stop-limit order",
    {
        "symbol": "EUR/USD",
        "side": "buy",
        "type": "stop_limit",
        "volume": "0.50",
        "price": "1.09000",
        "limit_price": "1.08900",
    },
)
BRACKET_ORDER = asked(
    "An order until a moment, with a trailing stop and two partial take profits",
    {
        "symbol": "EURUSD",
        "side": "buy",
        "type": "limit",
        "volume": "0.50",
        "price": "1.08000",
        "stop_loss": "1.07500",
        "time_in_force": "gtd",
        "expires_at": "2026-03-06T21:00:00Z",
        "trailing_stop": {"distance_points": 300, "step_points": 20},
        "partial_take_profits": [{"price": "1.08500", "volume": "0.20"}, {"price": "1.09000", "volume": "0.20"}],
    },
)
BREAKOUT_ORDER = asked(
    "One of two orders of which the first fill cancels the other",
    {
        "symbol": "EURUSD",
        "side": "buy",
        "type": "stop",
        "volume": "0.10",
        "price": "1.09000",
        "deviation_points": 30,
        "oco_group": "breakout",
    },
)
WORKING = worked(
    "A limit order that waits",
    {
        "id": "43",
        "symbol": "EURUSD",
        "side": "buy",
        "type": "limit",
        "volume": "0.5",
        "price": "1.08",
        "limit_price": None,
        "stop_loss": "1.075",
        "take_profit": None,
        "comment": "",
        "status": "working",
        "armed": False,
        "placed_at": "2026-03-02T09:30:00.123456Z",
        "finished_at": None,
        "fill_price": None,
        "reason": "",
        "time_in_force": "gtc",
        "expires_at": None,
        "deviation_points": None,
        "oco_group": "",
        "parent_id": None,
        "trailing_stop": None,
        "break_even": None,
        "partial_take_profits": None,
    },
)
FILLED = worked(
    "Filled",
    {
        "seq": 5,
        "repeated": False,
        "order_id": "42",
        "position_ids": ["42"],
        "events": [
            {
                "seq": 4,
                "type": "order.filled",
                "payload": {
                    "order_id": "42",
                    "symbol": "EURUSD",
                    "side": "buy",
                    "order_type": "market",
                    "volume": "0.10",
                    "price": "1.08015",
                    "requested_price": "1.08015",
                    "slippage_points": 0,
                    "position_id": "42",
                },
                "occurred_at": "2026-03-02T09:30:00.123456Z",
            }
        ],
    },
    201,
)
INSUFFICIENT_MARGIN = error_example(
    "Not enough margin",
    422,
    "insufficient_margin",
    "This needs 5,400.75 USD of margin; 812.30 USD is free. Reduce the volume or add funds.",
    {"equity": "10012.30", "margin": "9200.00", "free_margin": "812.30", "margin_needed": "5400.75"},
)


@extend_schema_view(
    get=extend_schema(
        operation_id="orders_list",
        summary="Working orders, or finished ones",
        parameters=[OrdersAsked],
        examples=[WORKING],
    )
)
class OrderListPlaceView(AccountRowsView):
    serializer_class = OrderOutput

    def get_throttles(self) -> list[Any]:
        throttles = super().get_throttles()
        return [*throttles, OrderThrottle()] if self.request.method == "POST" else throttles

    def get_queryset(self) -> Any:
        finished = self.asked(OrdersAsked)["status"] == "finished"
        return (finished_orders if finished else working_orders)(self.account_row)

    @extend_schema(
        operation_id="orders_place",
        summary="Place an order",
        parameters=[IDEMPOTENCY_KEY],
        request=OrderInput,
        responses={201: AnswerOutput},
        examples=[MARKET_ORDER, PENDING_ORDER, BRACKET_ORDER, BREAKOUT_ORDER, FILLED, INSUFFICIENT_MARGIN],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.carry_out(order_place, OrderInput, status=201)


class OrderPreviewView(AccountView):
    required_scope = Scope.READ
    throttle_classes = [PreviewThrottle]

    @extend_schema(
        operation_id="orders_preview",
        summary="What an order would do, to the cent, without placing it",
        request=OrderInput,
        responses=PreviewOutput,
        examples=[MARKET_ORDER, PREVIEW],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        preview = order_preview(account_id=self.account.id, **self.validated(OrderInput))
        return Response(PreviewOutput(preview, context=self.serializer_context()).data)


class OrderView(AccountView):
    @extend_schema(operation_id="orders_get", summary="An order", responses=OrderOutput, examples=[WORKING])
    def get(self, request: Request, order_id: int, **kwargs: Any) -> Response:
        return Response(OrderOutput(order_of(self.account_row, order_id)).data)

    @extend_schema(
        operation_id="orders_modify",
        summary="Change prices of a working order",
        parameters=[IDEMPOTENCY_KEY],
        request=OrderChangeInput,
        responses=AnswerOutput,
        examples=[
            asked("Another price, no stop loss", {"price": "1.08500", "stop_loss": None}),
            ORDER_MODIFIED,
        ],
    )
    def patch(self, request: Request, order_id: int, **kwargs: Any) -> Response:
        return self.carry_out(order_modify, OrderChangeInput, order_id=order_id)

    @extend_schema(
        operation_id="orders_cancel",
        summary="Cancel a working order",
        parameters=[IDEMPOTENCY_KEY],
        responses={200: AnswerOutput},
        examples=[ORDER_CANCELLED],
    )
    def delete(self, request: Request, order_id: int, **kwargs: Any) -> Response:
        return self.carry_out(order_cancel, order_id=order_id)
