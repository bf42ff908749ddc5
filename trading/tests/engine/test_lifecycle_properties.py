"""What must hold of orders and positions that act by themselves: random terms, random prices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.ticks import to_units
from trading.engine.codec import from_payload, state_hash, to_payload
from trading.engine.commands import ExpireOrders, ModifyPosition, PlaceOrder
from trading.engine.events import (
    CancelReason,
    ModifyReason,
    OrderCancelled,
    OrderFilled,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PositionModified,
    PositionReduced,
)
from trading.engine.evolve import evolve
from trading.engine.state import (
    BreakEven,
    OrderType,
    PartialTakeProfit,
    PositionMode,
    Side,
    TimeInForce,
    TrailingStop,
    TriggerSide,
)
from trading.engine.triggers import TriggerKind, account_triggers
from trading.tests.engine.test_properties import INSTRUMENTS, World, sides, symbols

points = st.integers(1, 400)
guards = st.fixed_dictionaries(
    {},
    optional={
        "trailing_stop": st.builds(
            TrailingStop, points, step_points=st.integers(1, 50), activation_points=st.none() | st.integers(0, 400)
        ),
        "break_even": st.builds(BreakEven, points, offset_points=st.integers(0, 20)),
        "partial_take_profits": st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=5),
    },
)
terms = st.fixed_dictionaries(
    {"time_in_force": st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, *TimeInForce])},
    optional={
        "seconds": st.integers(1, 30),
        "deviation_points": st.integers(0, 60),
        "oco_group": st.sampled_from("ab"),
        "parent": st.integers(0, 5),
    },
)
kinds = st.sampled_from([OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT, OrderType.STOP])
# Orders come in pairs, so that there are groups and something to attach to.
ordering = st.tuples(symbols, sides, kinds, st.integers(1, 40), terms, guards)
moves = st.tuples(symbols, st.integers(-90, 90), st.integers(0, 20))
actions = st.one_of(
    st.tuples(st.just("ticks"), st.lists(moves, min_size=1, max_size=4)),
    st.tuples(st.just("orders"), st.lists(ordering, min_size=1, max_size=3)),
    st.tuples(st.just("ticks"), st.lists(moves, min_size=1, max_size=4)),
    st.tuples(st.just("guard"), st.tuples(st.integers(0, 9), guards)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.integers(1, 10)),
)


class LivelyWorld(World):
    """The world of the other invariants, in which orders and positions have terms of their own."""

    def check(self, event):
        state = self.state
        match event:
            case OrderFilled():
                order = state.orders[event.order_id]
                assert not order.waits_for_parent, "what waits for another order does not fill"
                assert order.expires_at is None or order.expires_at > self.now, "nothing fills after its expiry"
                if order.deviation_points is not None:
                    worse = event.side.sign * (event.price - order.price)
                    assert worse <= order.deviation_points * INSTRUMENTS[order.symbol].point
            case OrderReleased():
                assert state.orders[event.order_id].parent_id is not None
            case OrderCancelled(reason=CancelReason.EXPIRED):
                assert state.orders[event.order_id].expires_at <= self.now
            case PositionModified(reason=ModifyReason.TRAILING_STOP | ModifyReason.BREAK_EVEN):
                position = state.positions[event.position_id]
                if position.stop_loss is not None:
                    gain = position.side.sign * (event.stop_loss - position.stop_loss)
                    least = 0
                    if event.reason is ModifyReason.TRAILING_STOP:
                        least = position.guards.trailing_stop.step_points * INSTRUMENTS[position.symbol].point
                    assert gain >= least, "a stop loss only ever moves with the profit, by its step"
            case PositionReduced():
                assert event.remaining_volume > 0

    def act(self, action, argument):
        if action == "orders":
            for order in argument:
                self.do(self.command(*order))
        elif action == "ticks":
            for move in argument:
                self.now += timedelta(milliseconds=1)
                super().act("tick", move)
                assert_nothing_left_to_move(self, move[0])
        elif action == "guard" and self.state.positions:
            index, fields = argument
            position = self.state.positions[sorted(self.state.positions)[index % len(self.state.positions)]]
            self.do(ModifyPosition(position.id, **self.prices(position.symbol, position.side, 0, fields)))
        elif action == "wait":
            self.now += timedelta(seconds=argument)
            self.do(ExpireOrders())
        elif action == "cancel":
            super().act(action, argument)

    def command(self, symbol, side, type, hundredths, terms, fields):
        pending = type is not OrderType.MARKET
        ahead = side.sign if type in (OrderType.STOP, OrderType.STOP_LIMIT) else -side.sign
        at = ahead * (hundredths % 20) if pending else 0
        terms = dict(terms)
        if terms["time_in_force"] is TimeInForce.GTD:
            terms["expires_at"] = self.now + timedelta(seconds=terms.get("seconds", 1))
        terms.pop("seconds", None)
        if type not in (OrderType.STOP, OrderType.MARKET):
            terms.pop("deviation_points", None)
        if not pending or terms["time_in_force"].is_immediate:
            terms.pop("oco_group", None)
            terms.pop("parent", None)
        parent = terms.pop("parent", None)
        if parent is not None and self.state.orders:
            terms["parent_id"] = sorted(self.state.orders)[parent % len(self.state.orders)]
        self.next_id += 1
        return PlaceOrder(
            self.next_id,
            symbol,
            side,
            type,
            Decimal(hundredths) / 100,
            price=self.price(symbol, at) if pending else None,
            limit_price=self.price(symbol, at) if type is OrderType.STOP_LIMIT else None,
            **terms,
            **self.prices(symbol, side, at, fields),
        )

    def prices(self, symbol, side, at, fields):
        """Return guards with the prices of partial take profits beyond a level `at`."""
        targets = tuple(
            PartialTakeProfit(self.price(symbol, at + side.sign * distance), Decimal(volume) / 100)
            for distance, volume in fields.get("partial_take_profits", ())
        )
        return fields | {"partial_take_profits": targets}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(TriggerSide),
    st.sampled_from(PositionMode),
    st.booleans(),
    st.lists(actions, min_size=30, max_size=60),
)
def test_invariants_of_what_acts_by_itself(trigger_side, position_mode, marketable, script):
    world = LivelyWorld("USD", improvement=True)
    world.state = replace(
        world.state,
        policy=replace(
            world.state.policy,
            trigger_side=trigger_side,
            position_mode=position_mode,
            marketable_stops_accepted=marketable,
        ),
    )
    start = world.state
    world.events = []
    for action, argument in script:
        world.act(action, argument)
        assert_orders(world)
        assert_guards(world)
    replayed = reduce(evolve, (from_payload(event.type, to_payload(event)) for event in world.events), start)
    assert replayed == world.state
    assert state_hash(replayed) == state_hash(world.state)
    assert_groups(world)


def assert_orders(world):
    orders = world.state.orders
    for order in orders.values():
        assert order.waits, "what fills at once or not at all does not stay"
        assert order.parent_id is None or order.parent_id in orders, "what waits has something to wait for"


def assert_guards(world):
    for position in world.state.positions.values():
        if position.guards is None:
            continue
        trailing, break_even = position.guards.trailing_stop, position.guards.break_even
        for level in (trailing, break_even):
            assert level is None or level.moves_at is not None
        prices = [target.price for target in position.guards.partial_take_profits]
        assert prices == sorted(prices, reverse=position.side is Side.SELL), "the nearest comes first"


def assert_nothing_left_to_move(world, symbol):
    """After a tick every trailing stop and break-even that it reached has moved; what it set itself waits."""
    quote = world.market.quotes[symbol]
    for trigger in account_triggers(world.state, symbol):
        if trigger.kind in (TriggerKind.TRAILING_STOP, TriggerKind.BREAK_EVEN):
            position = world.state.positions[trigger.id]
            if (position.guards_since or position.opened_at) < world.now:
                assert trigger.depth(to_units(quote.bid), to_units(quote.ask)) < 0


def assert_groups(world):
    """A fill leaves nothing of the group that its order stood in, but what it released itself."""
    groups: dict[int, str] = {}
    standing: set[int] = set()
    for event in world.events:
        match event:
            case OrderPlaced(order=order):
                groups[order.id] = order.oco_group
                standing.add(order.id)
            case OrderFilled(order_id=id):
                standing -= {other for other in standing if groups[id] and groups[other] == groups[id]} | {id}
            case OrderReleased(order_id=id):
                standing.add(id)
            case OrderCancelled(order_id=id) | OrderRejected(order_id=id):
                standing.discard(id)
    assert standing == world.state.orders.keys()
