"""Opening accounts: what there is to choose, and the account itself."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.signed_in import signed_in_person
from forexpro.core.http.fields import NumberInput, NumberOutput
from forexpro.core.http.origin import request_origin
from forexpro.core.http.pagination import NewestFirst
from forexpro.core.http.schema import asked, error_example, worked
from trading.api.examples import ACCOUNT
from trading.api.fields import EnumField
from trading.api.serializers import AccountOutput
from trading.api.views import IDEMPOTENCY_KEY, MutatingView
from trading.engine.state import PositionMode
from trading.models import TradingAccount
from trading.models.account import PositionMode as PositionModes
from trading.selectors import accounts_of_user
from trading.services.opening import (
    DEPOSITS,
    default_leverage,
    leverage_choices,
    own_account_open,
)

_OPENED = worked("Opened", ACCOUNT, 201)
_LISTED = worked("An account", ACCOUNT)
_OPTIONS = worked(
    "What can be chosen",
    {
        "currencies": ["USD", "EUR"],
        "leverages": ["1", "10", "30", "100"],
        "leverage": "100",
        "position_modes": ["hedging", "netting"],
    },
)


class AccountInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=[TradingAccount.Kind.DEMO.value, TradingAccount.Kind.LIVE.value],
        help_text="demo: with play money in it; live: empty.",
    )
    currency = serializers.ChoiceField(choices=list(DEPOSITS), default="USD")
    leverage = NumberInput(
        max_digits=8, decimal_places=2, above_zero=True, required=False, help_text="To one; the usual without it."
    )
    position_mode = EnumField(
        PositionMode, choices=PositionModes.choices, default=PositionMode.HEDGING, help_text="For good."
    )


class AccountOptionsOutput(serializers.Serializer[Any]):
    currencies = serializers.ListField(child=serializers.CharField())
    leverages = serializers.ListField(child=NumberOutput(), help_text="Usual ones; whatever lies between will do.")
    leverage = NumberOutput(help_text="Of whoever does not choose.")
    position_modes = serializers.ListField(child=serializers.ChoiceField(choices=PositionModes.choices))


@extend_schema_view(
    get=extend_schema(operation_id="accounts_list", summary="Your trading accounts", examples=[_LISTED])
)
class AccountListView(MutatingView, ListAPIView[TradingAccount]):
    serializer_class = AccountOutput
    pagination_class = NewestFirst
    changing_scope = None  # a person opens accounts, by a session or a token

    def get_queryset(self) -> Any:
        return accounts_of_user(self.request.user)

    @extend_schema(
        operation_id="accounts_open",
        summary="Open a demo or a live account",
        description="At most ten of each kind. API keys open none.",
        parameters=[IDEMPOTENCY_KEY],
        request=AccountInput,
        responses={201: AccountOutput},
        examples=[
            asked("A demo account in euros", {"kind": "demo", "currency": "EUR"}),
            _OPENED,
            error_example(
                "As many as there may be",
                422,
                "demo_accounts_max",
                "You have 10 demo accounts, which is the most. Go on with one of them.",
                {"accounts": "10", "maximum": "10"},
            ),
            error_example(
                "More leverage than the group has",
                422,
                "leverage_not_allowed",
                "The group Retail allows a leverage from 1 to 100.",
                {"leverage": "500", "maximum": "100"},
            ),
            error_example(
                "Another currency than the group's",
                422,
                "currency_not_in_group",
                "The group Retail takes accounts in USD, EUR only. Choose another group.",
                {"currency": "CHF", "currencies": ["USD", "EUR"]},
            ),
            error_example(
                "Another position mode than the group's",
                422,
                "position_mode_not_in_group",
                "The group Retail takes hedging accounts only. Choose another group.",
                {"position_mode": "netting", "accepted": "hedging"},
            ),
        ],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = self.idempotency_key()
        wanted = self.validated(AccountInput)
        account = own_account_open(
            owner=signed_in_person(request),
            kind=TradingAccount.Kind(wanted.pop("kind")),
            **wanted,
            origin=request_origin(request),
            idempotency_key=key,
        )
        account.refresh_from_db()  # the play money is in it
        return Response(AccountOutput(account).data, status=201)


class AccountOptionsView(MutatingView):
    @extend_schema(
        operation_id="account_options",
        summary="What there is to choose of a new account",
        responses=AccountOptionsOutput,
        examples=[_OPTIONS],
    )
    def get(self, request: Request) -> Response:
        owner = signed_in_person(request)
        options = {
            "currencies": list(DEPOSITS),
            "leverages": leverage_choices(owner),
            "leverage": default_leverage(owner),
            "position_modes": [mode.value for mode in PositionMode],
        }
        return Response(AccountOptionsOutput(options).data)
