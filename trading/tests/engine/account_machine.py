"""One account driven at random through everything that the engine can do, and what must hold after every step."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from forexpro.core.money import ZERO, quantize
from forexpro.core.refusals import Refused
from marketdata.ticks import to_units
from trading.engine.balance import withdrawable
from trading.engine.codec import from_payload, state_hash, to_payload
from trading.engine.commands import (
    BalanceReason,
    BookDeposit,
    CancelOrder,
    ChangeBalance,
    CheckMargin,
    CloseAll,
    CloseBy,
    ClosePosition,
    ExpireOrders,
    ModifyOrder,
    ModifyPosition,
    PayReservation,
    PlaceOrder,
    ProcessTick,
    ReleaseMoney,
    ReserveMoney,
    RollOver,
)
from trading.engine.decide import decide
from trading.engine.events import (
    AccountOpened,
    CancelReason,
    CloseReason,
    ModifyReason,
    OrderCancelled,
    OrderFilled,
    OrderReleased,
    PolicyChanged,
    PositionClosed,
    PositionModified,
    PositionReduced,
)
from trading.engine.evolve import evolve, fold
from trading.engine.explanation import Explanation, market_seen
from trading.engine.limits import account_exposure
from trading.engine.margin import order_margin
from trading.engine.preview import preview
from trading.engine.state import (
    BreakEven,
    Guards,
    OrderType,
    PartialTakeProfit,
    PositionMode,
    Side,
    StopOutSequence,
    TimeInForce,
    TrailingStop,
)
from trading.engine.triggers import TriggerKind, account_triggers
from trading.engine.validation import fresh_quote, is_tradable
from trading.engine.valuation import value_account
from trading.tests.engine.bookkeeping import Books, nights_held, taken_lots
from trading.tests.engine.price_bounds import PriceBounds
from trading.tests.engine.worlds import FIRST_DEPOSIT, TRADED, MovingMarket, instruments, policies, usually

symbols = st.sampled_from(TRADED)
sides = st.sampled_from(Side)
which = st.integers(0, 5)
lots = st.one_of(st.integers(1, 30), st.integers(40, 250)).map(lambda hundredths: Decimal(hundredths) / 100)
# In hundredths of a percent from where a price belongs; now and then on the wrong side.
distance = usually(5, *range(-2, 40))
level = st.one_of(st.none(), distance)
trailing_stops = st.builds(
    TrailingStop, st.integers(8, 200), st.integers(1, 30), st.one_of(st.none(), st.integers(0, 100))
)
break_evens = st.builds(BreakEven, st.integers(20, 200), st.integers(0, 9))
partial_targets = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), min_size=1, max_size=3)
seconds = st.integers(0, 4).map(lambda count: timedelta(seconds=count))
# Fiftieths of a percent: mostly a step, now and then a gap of up to three percent.
steps = st.one_of(st.integers(-25, 25), st.integers(-25, 25), st.integers(-150, 150))
ticks = st.lists(st.tuples(symbols, steps, st.integers(0, 20), seconds), min_size=1, max_size=6)
TIMES_IN_FORCE = {
    OrderType.LIMIT: usually(TimeInForce.GTC, *TimeInForce),
    OrderType.STOP: usually(TimeInForce.GTC, TimeInForce.DAY, TimeInForce.GTD),
    OrderType.STOP_LIMIT: usually(TimeInForce.GTC, TimeInForce.DAY, TimeInForce.GTD, TimeInForce.IOC),
}
kinds_of_order = st.sampled_from(list(TIMES_IN_FORCE)).flatmap(
    lambda type: st.tuples(st.just(type), TIMES_IN_FORCE[type])
)


@st.composite
def guard_terms(draw):
    """Return a trailing stop, break-even and the distances and hundredths of a lot of partial take profits."""
    if draw(st.booleans()):
        return None, None, []
    trailing_stop, break_even = draw(st.one_of(st.none(), trailing_stops)), draw(st.one_of(st.none(), break_evens))
    return trailing_stop, break_even, draw(st.one_of(st.just([]), partial_targets))


class AccountMachine(RuleBasedStateMachine):
    """An account of one position mode and stop-out sequence.

    Rules ask the engine for something, sensible or not; every event is checked against the quotes of its moment and
    entered into books of the test's own; invariants compare these with the account.
    """

    def __init__(self, position_mode: PositionMode, sequence: StopOutSequence, seen: Counter[str]):
        super().__init__()
        self.position_mode, self.sequence, self.seen = position_mode, sequence, seen

    @initialize(data=st.data(), currency=st.sampled_from(sorted(FIRST_DEPOSIT)), known=instruments())
    def open_account(self, data, currency, known):
        self.market = MovingMarket(known)
        self.next_id = 1
        self.examined = False
        opened = AccountOpened(currency, data.draw(policies(self.position_mode, self.sequence)))
        self.books = Books(currency)
        self.state = fold(1, [opened])
        self.replayed = fold(1, [through_json(opened)])
        self.do(ChangeBalance(FIRST_DEPOSIT[currency], BalanceReason.DEPOSIT))

    # --- What happens -------------------------------------------------------------------------

    @rule(ticks=ticks)
    def prices_move(self, ticks):
        for symbol, steps, spread, after in ticks:
            self.market.move(symbol, steps, spread, after=after)
            self.process(ProcessTick(symbol))

    @rule(symbol=symbols, there=steps, back=steps, after=seconds)
    def engine_is_late(self, symbol, there, back, after):
        """Levels are tested by a tick that is old already, deals are done at the newest."""
        self.market.move(symbol, there, 10, after=after)
        missed = self.market.quotes[symbol]
        self.market.move(symbol, back, 10, after=after)
        self.process(ProcessTick(symbol, missed=missed))

    @rule(hours=st.one_of(st.integers(1, 6), st.integers(7, 80)), missed=st.booleans())
    def hours_pass(self, hours, missed):
        """The rollover, and the expiry of orders, come at once or are late."""
        self.market.pass_time(hours)
        if missed:
            return
        self.do(RollOver())
        for position in self.state.positions.values():
            due = nights_held(position, self.market.instruments[position.symbol], self.market.now)
            assert self.books.nights[position.id] == due, "every night is charged, and no other"
        assert all(entry.settles_at > self.market.now for entry in self.state.blocked_commission)
        assert self.do(RollOver()) == (), "a night is charged once"
        self.do(ExpireOrders())
        self.ensure_expired()

    @rule(symbol=symbols)
    def sweep(self, symbol):
        """Margin is checked without a tick, and a tick comes twice."""
        self.process(CheckMargin())
        self.process(ProcessTick(symbol))

    @rule(leverage=usually(None, Decimal(30), Decimal(500)), enabled=usually(True, True, False), money=st.data())
    def broker_intervenes(self, leverage, enabled, money):
        """Money moves, sometimes with more digits than the currency has; rules change."""
        policy = self.state.policy
        changed = replace(policy, leverage=leverage or policy.leverage, trading_enabled=enabled)
        if changed != policy:
            self.take(PolicyChanged(changed))
        reason = money.draw(st.sampled_from([BalanceReason.DEPOSIT, BalanceReason.WITHDRAWAL, BalanceReason.CREDIT]))
        amount = FIRST_DEPOSIT[self.state.currency] * money.draw(st.integers(1, 60)) / 60
        if reason is BalanceReason.WITHDRAWAL or (reason is BalanceReason.CREDIT and money.draw(st.booleans())):
            amount = -amount
        too_fine = money.draw(usually(0, 0, Decimal("0.0001")))
        self.do(ChangeBalance(quantize(amount, self.state.currency) + too_fine, reason))

    @rule(
        share=st.integers(1, 45), fee=usually(0, 1, 3), coming=st.booleans(), which=which, end=usually("pay", "give up")
    )
    def money_is_asked_for_and_paid(self, share, fee, coming, which, end):
        """A deposit comes with its fee; a withdrawal is asked for, sometimes too much, or one asked for before ends."""
        unit = FIRST_DEPOSIT[self.state.currency] / 60
        if coming:
            self.do(
                BookDeposit(quantize(unit * share, self.state.currency), quantize(unit * fee, self.state.currency), "")
            )
            return
        pending = {entry.id for entry in self.state.reservations}
        if not pending or share % 2:
            can = withdrawable(self.state, self.market.seen)
            amount = quantize(unit * share, self.state.currency)
            self.next_id += 1
            reserved = self.do(ReserveMoney(self.next_id, amount))
            assert bool(reserved) == (amount <= can)
            value = value_account(self.state, self.market.seen)
            assert not reserved or (value.free_margin >= 0 and self.state.balance >= self.state.set_aside)
            assert self.do(ReserveMoney(self.next_id, amount)) == () or not reserved, "money is reserved once"
            return
        id = chosen(pending, which)
        before = value_account(self.state, self.market.seen)
        if end == "pay":
            paid = self.do(PayReservation(id, quantize(unit * fee, self.state.currency), ""))
            after = value_account(self.state, self.market.seen)
            assert (after.equity, after.margin_level) == (before.equity, before.margin_level), (
                "being paid costs no level"
            )
            if not paid:
                return
        else:
            self.do(ReleaseMoney(id))
        assert self.do(ReleaseMoney(id)) == (), "what has ended does not end again"

    # --- What a person asks for ---------------------------------------------------------------

    @rule(symbol=symbols, side=sides, volume=lots, stop=level, take=level, guards=guard_terms(), seen=level)
    def deal(self, symbol, side, volume, stop, take, guards, seen):
        self.place(
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            volume=volume,
            price=None if seen is None else self.market.price(symbol, side.sign * seen),
            deviation_points=None if seen is None else 20,
            **self.protection(symbol, side, 0, stop, take, guards),
        )

    @rule(
        symbol=symbols,
        side=sides,
        kind=kinds_of_order,
        volume=lots,
        away=distance,
        limit_away=distance,
        levels=st.tuples(level, level, guard_terms()),
        deviation=usually(None, 0, 15),
        group=usually("", "one", "other"),
        parent=st.one_of(st.none(), which),
    )
    def order(self, symbol, side, kind, volume, away, limit_away, levels, deviation, group, parent):
        type, time_in_force = kind
        # Mostly on the right side of the market: limits behind it, stops ahead.
        at = -side.sign * away if type is OrderType.LIMIT else side.sign * away
        limit = at - side.sign * limit_away
        waits = not time_in_force.is_immediate
        self.place(
            symbol=symbol,
            side=side,
            type=type,
            volume=volume,
            price=self.market.price(symbol, at),
            limit_price=self.market.price(symbol, limit) if type is OrderType.STOP_LIMIT else None,
            time_in_force=time_in_force,
            expires_at=self.market.now + timedelta(hours=3) if time_in_force is TimeInForce.GTD else None,
            deviation_points=deviation if type is OrderType.STOP else None,
            oco_group=group if waits else "",
            parent_id=chosen(self.state.orders, parent) if waits else None,
            **self.protection(symbol, side, limit if type is OrderType.STOP_LIMIT else at, *levels),
        )

    @precondition(lambda self: self.state.orders)
    @rule(which=which, away=st.integers(-40, 40), levels=st.tuples(level, level, guard_terms()), gtd=st.booleans())
    def change_order(self, which, away, levels, gtd):
        order = self.state.orders[chosen(self.state.orders, which)]
        if not away:
            self.do(CancelOrder(order.id))
            return
        changes = {"limit_price" if order.armed else "price": self.market.price(order.symbol, away)}
        if gtd:
            changes["expires_at"] = self.market.now + timedelta(hours=3)
        self.do(ModifyOrder(order.id, **changes, **self.protection(order.symbol, order.side, away, *levels)))

    @precondition(lambda self: self.state.positions)
    @rule(which=which, levels=st.tuples(level, level, guard_terms()))
    def protect(self, which, levels):
        position = self.state.positions[chosen(self.state.positions, which)]
        self.do(ModifyPosition(position.id, **self.protection(position.symbol, position.side, 0, *levels)))

    @precondition(lambda self: self.state.positions)
    @rule(which=which, other=which, way=usually("part", "whole", "by", "all"), by_dealer=st.booleans())
    def close(self, which, other, way, by_dealer):
        position = self.state.positions[chosen(self.state.positions, which)]
        if way == "by":
            # Mostly one that it can be closed against, where there is one.
            opposite = [
                entry.id
                for entry in self.state.positions.values()
                if entry.symbol == position.symbol and entry.side is not position.side
            ]
            self.do(CloseBy(position.id, chosen(opposite or self.state.positions, other)))
        elif way == "all":
            self.do(CloseAll(position.symbol if by_dealer else None))
        else:
            part = quantize(position.volume * (1 + other) / 7, "USD")
            self.do(ClosePosition(position.id, part if way == "part" else None, by_dealer))

    # --- What must hold -----------------------------------------------------------------------

    @invariant()
    def books_agree(self):
        self.books.agree_with(self.state)

    @invariant()
    def events_fold_to_the_account(self):
        assert self.replayed == self.state
        assert state_hash(self.replayed) == state_hash(self.state)

    @invariant()
    def value_adds_up(self):
        state, value = self.state, value_account(self.state, self.market.seen)
        profits = sum((entry.profit for entry in value.positions.values()), ZERO)
        swaps = sum((position.swap for position in state.positions.values()), ZERO)
        assert value.equity == state.balance + state.credit + profits + swaps - state.blocked - state.reserved
        assert value.free_margin == value.equity - value.margin
        assert value.margin >= 0
        assert state.credit >= 0
        if self.examined:
            self.examined = False
            self.ensure_liquidated(value)

    @invariant()
    def limits_are_kept(self):
        state, policy = self.state, self.state.policy
        assert all(order.waits for order in state.orders.values())
        assert all(order.parent_id is None or order.parent_id in state.orders for order in state.orders.values())
        assert policy.orders_max is None or len(state.orders) <= policy.orders_max
        assert policy.positions_max is None or len(state.positions) <= policy.positions_max
        assert policy.exposure_max is None or account_exposure(state, self.market.seen) <= policy.exposure_max
        for (symbol, _), taken in taken_lots(state).items():
            limit = self.market.instruments[symbol].volume_limit
            assert limit is None or taken <= limit
        if policy.position_mode is PositionMode.NETTING:
            held = [position.symbol for position in state.positions.values()]
            assert len(held) == len(set(held)), "one position in a symbol"
        for position in state.positions.values():
            assert position.volume >= Decimal("0.01")
            assert not position.volume % Decimal("0.01")

    @invariant()
    def guards_are_ready(self):
        """Guards know where they act next; after a tick all that it reached, and did not set itself, have acted."""
        for position in self.state.positions.values():
            guards = position.guards or Guards()
            for guard in (guards.trailing_stop, guards.break_even):
                assert guard is None or guard.moves_at is not None
            prices = [target.price for target in guards.partial_take_profits]
            assert prices == sorted(prices, reverse=position.side is Side.SELL), "the nearest comes first"

    def ensure_guards_have_acted(self, symbol):
        if not is_tradable(self.market.instruments[symbol], self.market.now):
            return
        quote = self.market.quotes[symbol]
        for trigger in account_triggers(self.state, symbol):
            if trigger.kind in (TriggerKind.TRAILING_STOP, TriggerKind.BREAK_EVEN):
                position = self.state.positions[trigger.id]
                if (position.guards_since or position.opened_at) < quote.received_at:
                    assert trigger.depth(to_units(quote.bid), to_units(quote.ask)) < 0

    def ensure_liquidated(self, value):
        """Fail where a margin check left something to do: an account at its stop-out level, a debt, a wrong call."""
        state, policy = self.state, self.state.policy
        if value.is_stopped_out(policy):
            assert not any(map(self.can_close, state.positions.values())), "nobody who can be closed stays stopped out"
            reserving = (order_margin(order, state, self.market.seen) for order in state.orders.values())
            assert not any(reserving), "orders that reserve margin go first"
        if state.positions or state.orders:
            assert state.margin_call == value.is_called(policy)
        if not state.positions and policy.negative_balance_protection:
            assert state.balance + state.credit >= state.blocked, "no debt is left"

    def can_close(self, position):
        try:
            return fresh_quote(self.market.seen, position.symbol, self.state.policy)
        except Refused:
            return None

    # --- How ----------------------------------------------------------------------------------

    def protection(self, symbol, side, at, stop, take, guards):
        """Return stop loss, take profit and guards of a deal at `at` by the names that commands have for them."""
        trailing, break_even, targets = guards
        price = self.market.price
        return {
            "stop_loss": None if stop is None else price(symbol, at - side.sign * stop),
            "take_profit": None if take is None else price(symbol, at + side.sign * take),
            "trailing_stop": trailing,
            "break_even": break_even,
            "partial_take_profits": tuple(
                PartialTakeProfit(price(symbol, at + side.sign * away), Decimal(hundredths) / 100)
                for away, hundredths in targets
            ),
        }

    def place(self, **terms):
        """Place an order; a market order must come out exactly as its preview said."""
        command = PlaceOrder(self.next_id, **terms)
        self.next_id += 1
        try:
            foreseen = preview(self.state, command, self.market.seen)
        except Refused:
            assert self.do(command) == (), "what cannot be previewed cannot be placed"
            return
        events = self.do(command)
        assert bool(events) == (foreseen.refusal is None)
        if events and command.type is OrderType.MARKET:
            value = value_account(self.state, self.market.seen)
            filled = next(event for event in events if isinstance(event, OrderFilled))
            deals = [event for event in events if isinstance(event, OrderFilled | PositionClosed | PositionReduced)]
            assert foreseen.price == filled.price
            assert foreseen.commission == sum((deal.commission for deal in deals), ZERO)
            assert (foreseen.margin_after, foreseen.equity_after) == (value.margin, value.equity)
            assert (foreseen.free_margin_after, foreseen.margin_level_after) == (value.free_margin, value.margin_level)

    def process(self, command):
        """Let the engine work through a tick or a margin check, after which nothing may be left to do."""
        self.do(command)
        self.examined = True
        if isinstance(command, ProcessTick):
            self.ensure_expired()
            if command.missed is None:
                self.ensure_guards_have_acted(command.symbol)

    def ensure_expired(self):
        now = self.market.now
        assert all(order.expires_at is None or order.expires_at > now for order in self.state.orders.values())

    def do(self, command):
        """Decide, check what was decided, and let it happen; return the events."""
        before, market = self.state, self.market.seen
        events, refusal = (), None
        try:
            events = tuple(decide(before, command, market))
        except Refused as refused:
            refusal = refused.code
            self.seen[f"refused {refusal}"] += 1
        explanation = Explanation(before, command, market_seen(before, command, market), events, refusal)
        document = json.loads(json.dumps(explanation.to_document()))
        difference = Explanation.from_document(document).first_difference()
        assert difference is None, f"the document gives another verdict: {difference}"
        bounds = PriceBounds(command, before, market)
        for event in events:
            bounds.check(self.state, event)
            self.check_stop_out(event, market)
            self.check_what_acts_by_itself(event)
            self.take(event)
        self.ensure_groups_ended(before, events)
        return events

    def take(self, event):
        self.seen[event.type] += 1
        if isinstance(event, OrderCancelled | PositionClosed | PositionReduced):
            self.seen[f"{event.type} {event.reason}"] += 1
        self.books.enter(event)
        self.state = evolve(self.state, event)
        self.replayed = evolve(self.replayed, through_json(event))

    def ensure_groups_ended(self, before, events):
        """Fail where an order still works although another of its group was filled; what waited for that one may."""
        released = {event.order_id for event in events if isinstance(event, OrderReleased)}
        for event in events:
            if isinstance(event, OrderFilled) and event.order_id in before.orders:
                group = before.orders[event.order_id].oco_group
                others = {id for id, order in before.orders.items() if group and order.oco_group == group}
                assert not (others - released) & self.state.orders.keys(), "a fill ends its group"

    def check_what_acts_by_itself(self, event):
        """Fail where an order fills that may not, or a stop loss is moved against its position."""
        match event:
            case OrderFilled():
                order = self.state.orders[event.order_id]
                assert not order.waits_for_parent, "what waits for another order does not fill"
                assert order.expires_at is None or order.expires_at > self.market.now, "nothing fills after its expiry"
            case OrderCancelled(reason=CancelReason.EXPIRED):
                assert self.state.orders[event.order_id].expires_at <= self.market.now
            case PositionModified(reason=ModifyReason.TRAILING_STOP | ModifyReason.BREAK_EVEN):
                position = self.state.positions[event.position_id]
                if position.stop_loss is not None:
                    gain = position.side.sign * (event.stop_loss - position.stop_loss)
                    least = 0
                    if event.reason is ModifyReason.TRAILING_STOP:
                        step = position.guards.trailing_stop.step_points
                        least = step * self.market.instruments[position.symbol].point
                    assert gain >= least, "a stop loss only ever moves with the profit, by its step"

    def check_stop_out(self, event, market):
        """Fail where the sequences mt5 and gradual close something before what is due first."""
        if not isinstance(event, PositionClosed | PositionReduced) or event.reason is not CloseReason.STOP_OUT:
            return
        state = self.state
        values = value_account(state, market).positions
        closable = {position.id for position in state.positions.values() if self.can_close(position)}
        assert event.position_id in closable, "what is closed has a market"
        if state.policy.stop_out_sequence is StopOutSequence.MT5:
            assert values[event.position_id].profit == min(values[id].profit for id in closable), "the worst goes first"
        if state.policy.stop_out_sequence is StopOutSequence.GRADUAL:
            assert not state.orders, "orders go before positions"


def chosen(ids, index):
    """Return one of the ids; None where there are none, or none is wanted."""
    return None if index is None or not ids else sorted(ids)[index % len(ids)]


def through_json(event):
    """Return an event as it comes back from the event log."""
    return from_payload(event.type, json.loads(json.dumps(to_payload(event))))
