"""Positions: list, change, close, close by, close all."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from forexpro.core.http.schema import asked, worked
from trading.api.examples import CLOSED, MODIFIED
from trading.api.serializers import (
    AnswerOutput,
    CloseAllInput,
    CloseByInput,
    CloseInput,
    PositionOutput,
    PositionsAsked,
    ProtectionInput,
)
from trading.api.views import IDEMPOTENCY_KEY, AccountRowsView, AccountView
from trading.selectors import closed_positions, open_positions, position_of
from trading.services.positions import position_close, position_close_by, position_modify, positions_close_all

OPEN = worked(
    "A long position with a stop loss",
    {
        "id": "42",
        "symbol": "EURUSD",
        "side": "buy",
        "initial_volume": "0.1",
        "volume": "0.1",
        "open_price": "1.08015",
        "opened_at": "2026-03-02T09:30:00.123456Z",
        "stop_loss": "1.075",
        "take_profit": None,
        "swap": "0.00",
        "commission": "0.00",
        "profit": "0.00",
        "comment": "",
        "closed_at": None,
        "close_price": None,
        "close_reason": "",
        "trailing_stop": None,
        "break_even": None,
        "partial_take_profits": None,
    },
)


@extend_schema_view(
    get=extend_schema(
        operation_id="positions_list",
        summary="Open positions, or closed ones",
        parameters=[PositionsAsked],
        examples=[OPEN],
    )
)
class PositionListView(AccountRowsView):
    serializer_class = PositionOutput

    def get_queryset(self) -> Any:
        closed = self.asked(PositionsAsked)["status"] == "closed"
        return (closed_positions if closed else open_positions)(self.account_row)


class PositionView(AccountView):
    @extend_schema(operation_id="positions_get", summary="A position", responses=PositionOutput, examples=[OPEN])
    def get(self, request: Request, position_id: int, **kwargs: Any) -> Response:
        position = position_of(self.account_row, position_id)
        return Response(PositionOutput(position, context=self.serializer_context()).data)

    @extend_schema(
        operation_id="positions_modify",
        summary="Set or remove stop loss and take profit",
        parameters=[IDEMPOTENCY_KEY],
        request=ProtectionInput,
        responses=AnswerOutput,
        examples=[
            asked("A stop loss, no take profit", {"stop_loss": "1.07500", "take_profit": None}),
            MODIFIED,
        ],
    )
    def patch(self, request: Request, position_id: int, **kwargs: Any) -> Response:
        return self.carry_out(position_modify, ProtectionInput, position_id=position_id)


class PositionCloseView(AccountView):
    @extend_schema(
        operation_id="positions_close",
        summary="Close a position, wholly or in part",
        parameters=[IDEMPOTENCY_KEY],
        request=CloseInput,
        responses=AnswerOutput,
        examples=[asked("A part", {"volume": "0.05"}), CLOSED],
    )
    def post(self, request: Request, position_id: int, **kwargs: Any) -> Response:
        return self.carry_out(position_close, CloseInput, position_id=position_id)


class PositionCloseByView(AccountView):
    @extend_schema(
        operation_id="positions_close_by",
        summary="Close a position against an opposite one in its symbol, without a spread",
        parameters=[IDEMPOTENCY_KEY],
        request=CloseByInput,
        responses=AnswerOutput,
        examples=[asked("Against position 43", {"opposite_position_id": "43"}), CLOSED],
    )
    def post(self, request: Request, position_id: int, **kwargs: Any) -> Response:
        return self.carry_out(position_close_by, CloseByInput, position_id=position_id)


class CloseAllView(AccountView):
    @extend_schema(
        operation_id="positions_close_all",
        summary="Close every position: all of them or none",
        parameters=[IDEMPOTENCY_KEY],
        request=CloseAllInput,
        responses=AnswerOutput,
        examples=[asked("Those of a symbol", {"symbol": "EURUSD"}), CLOSED],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.carry_out(positions_close_all, CloseAllInput)
