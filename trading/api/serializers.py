"""What the trader API takes and gives."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forexpro.core.http.exact import ExactInput
from forexpro.core.http.fields import DECIMAL, ID_MAX, IdInput, IdOutput, NumberOutput, TextInput
from forexpro.core.money import quantize
from trading.api.fields import EnumField, LevelOutput, MoneyOutput, PriceInput, SymbolField, VolumeInput
from trading.api.guards import GUARDS, GuardsInput, GuardsOutput, PointsInput
from trading.engine import state as engine
from trading.models import AccountGroup, Deal, Order, Position, TradingAccount
from trading.models.account import PositionMode
from trading.models.order import Side
from trading.services.orders import COMMENT_LENGTH_MAX, OCO_GROUP_LENGTH_MAX


class OrderInput(GuardsInput):
    symbol = SymbolField()
    side = EnumField(engine.Side, choices=Side.choices)
    type = EnumField(engine.OrderType, choices=Order.Type.choices)
    volume = VolumeInput(help_text="In lots.")
    price = PriceInput(
        required=False,
        help_text=(
            "Of a limit, stop or stop-limit order; of a market order with a deviation the price that you saw, "
            "from which the deviation counts."
        ),
    )
    limit_price = PriceInput(required=False, help_text="The limit that a stop-limit order places.")
    stop_loss = PriceInput(required=False, allow_null=True)
    take_profit = PriceInput(required=False, allow_null=True)
    comment = TextInput(required=False, allow_blank=True, max_length=COMMENT_LENGTH_MAX)
    time_in_force = EnumField(
        engine.TimeInForce,
        choices=Order.TimeInForce.choices,
        required=False,
        help_text=(
            "How long it stands: gtc (until cancelled, the default), day (until its trading day ends), gtd (until "
            "expires_at), ioc or fok (fills at once and whole, or is cancelled; for market and limit orders)."
        ),
    )
    expires_at = serializers.DateTimeField(required=False, help_text="When a gtd order expires.")
    deviation_points = PointsInput(
        required=False,
        help_text=(
            "How many points beyond its price it may fill. Beyond that a market order is refused with price_moved, "
            "a stop order is cancelled."
        ),
    )
    oco_group = TextInput(
        required=False,
        allow_blank=True,
        max_length=OCO_GROUP_LENGTH_MAX,
        help_text="Any name: the fill of one order of a group cancels the others.",
    )
    parent_id = IdInput(
        required=False, help_text="A working order: this one waits for its fill, and goes if it goes unfilled."
    )


class ProtectionInput(GuardsInput):
    """A field left out stays as it is; null, or an empty list, removes what it names."""

    stop_loss = PriceInput(required=False, allow_null=True)
    take_profit = PriceInput(required=False, allow_null=True)


class OrderChangeInput(ProtectionInput):
    price = PriceInput(required=False)
    limit_price = PriceInput(required=False)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Until when it stands (gtd); null for until cancelled (gtc)."
    )


class CloseInput(ExactInput):
    volume = VolumeInput(required=False, help_text="In lots; the whole position without it.")


class CloseByInput(ExactInput):
    opposite_position_id = IdInput(
        help_text="A position of the other side in the same symbol; the smaller of the two volumes is closed on both."
    )


class CloseAllInput(ExactInput):
    symbol = SymbolField(required=False, help_text="Only positions of this symbol.")


class OrdersAsked(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["working", "finished"], default="working")


class PositionsAsked(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["open", "closed"], default="open")


class SinceInput(serializers.Serializer[Any]):
    since = serializers.IntegerField(
        min_value=0, max_value=ID_MAX, default=0, help_text="The number of the last event you have."
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=1000)


class EventOutput(serializers.Serializer[Any]):
    """One event of an account, as `GET …/changes` and the account's WebSocket deliver it."""

    seq = serializers.IntegerField()
    type = serializers.CharField()
    payload = serializers.DictField()
    occurred_at = serializers.DateTimeField()


class AnswerOutput(serializers.Serializer[Any]):
    """What a request did. `seq` is the account's newest event number, from which `changes` continues."""

    seq = serializers.IntegerField()
    repeated = serializers.BooleanField(help_text="The Idempotency-Key was known: this is the first answer.")
    order_id = IdOutput(allow_null=True)
    position_ids = serializers.ListField(child=IdOutput())
    events = EventOutput(many=True)


class ChangesOutput(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="The account's newest event number.")
    events = EventOutput(many=True)


class RefusalOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()


class PreviewOutput(serializers.Serializer[Any]):
    """Money in the account's currency."""

    price = NumberOutput()
    margin = MoneyOutput(help_text="What the order adds.")
    margin_before = MoneyOutput()
    margin_after = MoneyOutput()
    equity_after = MoneyOutput()
    free_margin_after = MoneyOutput()
    margin_level_before = LevelOutput(allow_null=True)
    margin_level_after = LevelOutput(allow_null=True)
    pip_value = MoneyOutput()
    spread_cost = MoneyOutput()
    commission = MoneyOutput(help_text="What the deals cost, zero or negative.")
    swap_tonight = MoneyOutput(allow_null=True, help_text="Of what the order opens, when the trading day ends.")
    swap_multiplier = NumberOutput(help_text="How many times tonight's swap is charged, such as 3.")
    stop_out_price = NumberOutput(
        allow_null=True, help_text="Of the order's symbol, at which the account would then be stopped out."
    )
    stop_loss_profit = MoneyOutput(allow_null=True)
    take_profit_profit = MoneyOutput(allow_null=True)
    refusal = RefusalOutput(allow_null=True, help_text="Why the order would be refused now.")


class ValuationOutput(serializers.Serializer[Any]):
    equity = MoneyOutput()
    blocked = MoneyOutput(help_text="Commission that leaves the balance later and is not in equity.")
    reserved = MoneyOutput(help_text="What withdrawals that are under way keep out of equity.")
    floating = MoneyOutput()
    margin = MoneyOutput()
    free_margin = MoneyOutput()
    margin_level = LevelOutput(allow_null=True)


class AccountOutput(serializers.ModelSerializer[TradingAccount]):
    id = IdOutput()
    number = IdOutput()
    group = serializers.CharField(source="group.name")
    position_mode = serializers.ChoiceField(
        choices=PositionMode.choices,
        help_text=(
            "hedging: every deal opens a position of its own; netting: the deals in a symbol make up one position."
        ),
    )
    leverage = NumberOutput()
    balance = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()

    class Meta:
        model = TradingAccount
        fields = [
            "id", "number", "kind", "status", "currency", "leverage", "group", "position_mode", "balance", "credit",
            "margin_call", "trading_enabled", "opened_at",
        ]  # fmt: skip

    def get_balance(self, account: TradingAccount) -> str:
        return money(account.balance, account.currency)

    def get_credit(self, account: TradingAccount) -> str:
        return money(account.credit, account.currency)


class MarginRulesOutput(serializers.ModelSerializer[AccountGroup]):
    """How the account's group margins opposite positions, and when and how it closes them by itself."""

    margin_call_level = NumberOutput(help_text="In `level_unit`: percent of margin, or equity in account currency.")
    stop_out_level = NumberOutput()

    class Meta:
        model = AccountGroup
        fields = [
            "level_unit", "margin_call_level", "stop_out_level", "stop_out_sequence", "stop_out_fully_hedged",
            "hedged_margin", "negative_balance_protection", "compensation_credit",
        ]  # fmt: skip


class AccountDetailOutput(AccountOutput):
    margin_rules = MarginRulesOutput(source="group")
    valuation = serializers.SerializerMethodField(help_text="Null while a price that it needs is missing.")
    withdrawable = serializers.SerializerMethodField(help_text="What can be paid out now; null likewise.")

    class Meta(AccountOutput.Meta):
        fields = [*AccountOutput.Meta.fields, "margin_rules", "valuation", "withdrawable"]

    @extend_schema_field(DECIMAL | {"type": ["string", "null"]})
    def get_withdrawable(self, account: TradingAccount) -> str | None:
        available = self.context["withdrawable"]
        return None if available is None else money(available, account.currency)

    @extend_schema_field(ValuationOutput(allow_null=True))
    def get_valuation(self, account: TradingAccount) -> Mapping[str, Any] | None:
        valuation = self.context["valuation"]
        return None if valuation is None else ValuationOutput(valuation, context=self.context).data


class OrderOutput(GuardsOutput, serializers.ModelSerializer[Order]):
    id = IdOutput()
    parent_id = IdOutput(allow_null=True)
    volume = NumberOutput()
    price = NumberOutput(allow_null=True)
    limit_price = NumberOutput(allow_null=True)
    stop_loss = NumberOutput(allow_null=True)
    take_profit = NumberOutput(allow_null=True)
    fill_price = NumberOutput(allow_null=True)

    class Meta:
        model = Order
        fields = [
            "id", "symbol", "side", "type", "volume", "price", "limit_price", "stop_loss", "take_profit", "comment",
            "status", "armed", "placed_at", "finished_at", "fill_price", "reason", "time_in_force", "expires_at",
            "deviation_points", "oco_group", "parent_id", *GUARDS,
        ]  # fmt: skip


class PositionOutput(GuardsOutput, serializers.ModelSerializer[Position]):
    id = IdOutput()
    initial_volume = NumberOutput()
    volume = NumberOutput()
    open_price = NumberOutput()
    stop_loss = NumberOutput(allow_null=True)
    take_profit = NumberOutput(allow_null=True)
    swap = MoneyOutput()
    commission = MoneyOutput()
    profit = MoneyOutput(help_text="What closing deals have realised so far.")
    close_price = NumberOutput(allow_null=True)

    class Meta:
        model = Position
        fields = [
            "id", "symbol", "side", "initial_volume", "volume", "open_price", "opened_at", "stop_loss", "take_profit",
            "swap", "commission", "profit", "comment", "closed_at", "close_price", "close_reason",
            *GUARDS,
        ]  # fmt: skip


class DealOutput(serializers.ModelSerializer[Deal]):
    id = IdOutput()
    position_id = IdOutput()
    order_id = IdOutput(allow_null=True)
    volume = NumberOutput()
    price = NumberOutput()
    profit = MoneyOutput()
    swap = MoneyOutput()
    commission = MoneyOutput()

    class Meta:
        model = Deal
        fields = [
            "id", "position_id", "order_id", "symbol", "side", "entry", "volume", "price", "profit", "swap",
            "commission", "reason", "executed_at", "market_time", "event_seq",
        ]  # fmt: skip


class PostingOutput(serializers.Serializer[Any]):
    """One posting to the account's balance or credit."""

    id = IdOutput()
    kind = serializers.CharField(help_text="client_balance or client_credit")
    amount = MoneyOutput()
    balance_after = MoneyOutput()
    reason = serializers.CharField(source="transaction.reason")
    reference = serializers.CharField(source="transaction.reference")
    created_at = serializers.DateTimeField(source="transaction.created_at")
    event_seq = serializers.IntegerField(source="transaction.event_seq")


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with the decimal places of its currency."""
    return f"{quantize(amount, currency):f}"
