"""What every deal may have been done at, judged by the quotes of its moment."""

from dataclasses import dataclass
from decimal import Decimal

from trading.engine.commands import CloseBy, Command, ProcessTick
from trading.engine.events import (
    CloseReason,
    EngineEvent,
    ModifyReason,
    OrderFilled,
    PositionClosed,
    PositionModified,
    PositionReduced,
)
from trading.engine.market import Instrument, Market, SlippageMode
from trading.engine.state import AccountState, GapPolicy, OrderType, Policy, Side
from trading.engine.valuation import closing_price, opening_price


@dataclass
class PriceBounds:
    """Checks the deals of one decision, event by event, each against the account just before it."""

    command: Command
    before: AccountState
    market: Market
    last_fill: OrderFilled | None = None
    partial_target: Decimal | None = None

    def check(self, state: AccountState, event: EngineEvent) -> None:
        """Fail where `event`, which happened to `state`, is a deal at a price that it may not have."""
        match event:
            case OrderFilled():
                self._check_fill(state, event)
                self.last_fill = event
            case PositionClosed() | PositionReduced():
                self._check_closing(state, event)
            case PositionModified(reason=ModifyReason.PARTIAL_TAKE_PROFIT):
                guards = state.positions[event.position_id].guards
                assert guards is not None
                self.partial_target = guards.partial_take_profits[0].price

    def _check_fill(self, state: AccountState, event: OrderFilled) -> None:
        order = state.orders[event.order_id]
        instrument = self.market.instrument(event.symbol)
        quote = self.market.quote(event.symbol)
        self._check_open(instrument)
        self._check_age(order.levels_since or order.placed_at)
        assert (event.side, event.volume) == (order.side, order.volume)
        if order.is_limit:
            self._check_limit(event.price, order.working_price, event.side)
        elif order.type is OrderType.STOP:
            self._check_stop(instrument, event.price, order.price, event.side, state.policy)
        else:
            assert order.type is OrderType.MARKET
            check_market(instrument, event.side, event.price, opening_price(event.side, quote))
        if order.deviation_points is not None:
            worse = event.side.sign * (event.price - order.price)
            assert worse <= order.deviation_points * instrument.point, "no fill beyond the deviation"

    def _check_closing(self, state: AccountState, event: PositionClosed | PositionReduced) -> None:
        position = state.positions[event.position_id]
        instrument = self.market.instrument(event.symbol)
        self._check_open(instrument)
        deal = event.side.opposite
        match event.reason:
            case CloseReason.STOP_LOSS:
                assert position.stop_loss is not None
                self._check_age(position.stop_loss_since or position.opened_at)
                self._check_stop(instrument, event.price, position.stop_loss, deal, state.policy)
            case CloseReason.TAKE_PROFIT:
                partial, self.partial_target = self.partial_target, None
                target = position.take_profit if partial is None else partial
                assert target is not None
                assert isinstance(event, PositionClosed) or partial is not None, "only a partial target takes a part"
                if partial is None:
                    self._check_age(position.take_profit_since or position.opened_at)
                self._check_limit(event.price, target, deal)
            case CloseReason.CLOSE_BY:
                assert isinstance(self.command, CloseBy)
                assert event.price == self.before.positions[self.command.opposite_position_id].open_price
            case CloseReason.ORDER:
                assert self.last_fill is not None
                assert (event.order_id, event.price) == (self.last_fill.order_id, self.last_fill.price)
            case _:
                quote = self.market.quote(event.symbol)
                check_market(instrument, deal, event.price, closing_price(event.side, quote))

    def _check_open(self, instrument: Instrument) -> None:
        assert instrument.hours.is_open(self.market.now), "no deal while the market is closed"

    def _check_age(self, since: object) -> None:
        if isinstance(self.command, ProcessTick):
            quote = self.command.missed or self.market.quote(self.command.symbol)
            assert since <= quote.received_at, "a level reacts only to ticks received after it was set"

    def _check_limit(self, price: Decimal, limit: Decimal, deal: Side) -> None:
        assert deal.sign * (price - limit) <= 0, "a limit is never worse than its price"
        assert self.before.policy.limit_price_improvement or price == limit

    def _check_stop(self, instrument: Instrument, price: Decimal, level: Decimal, deal: Side, policy: Policy) -> None:
        market_price = opening_price(deal, self.market.quote(instrument.symbol))
        gap = abs(market_price - level)
        if policy.gap_policy is GapPolicy.GAP_LEVEL and gap <= instrument.gap_level_points * instrument.point:
            assert price == level
        else:
            check_market(instrument, deal, price, market_price)


def check_market(instrument: Instrument, deal: Side, price: Decimal, quoted: Decimal) -> None:
    """Fail where a market execution is not at the quote, worsened by no more than the slippage."""
    slippage = instrument.slippage
    least, most = {
        SlippageMode.NONE: (0, 0),
        SlippageMode.FIXED: (slippage.maximum_points, slippage.maximum_points),
        SlippageMode.RANDOM: (slippage.minimum_points, slippage.maximum_points),
    }[slippage.mode]
    points = deal.sign * (price - quoted) / instrument.point
    assert least <= points <= most, "a market execution is at the quote and its slippage"
