"""What must hold whatever happens: random accounts, random commands, random prices."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forexpro.core.refusals import Refused
from trading.engine.codec import from_payload, state_hash, to_payload
from trading.engine.commands import (
    BalanceReason,
    CancelOrder,
    ChangeBalance,
    CheckMargin,
    CloseAll,
    ClosePosition,
    ModifyOrder,
    ModifyPosition,
    PlaceOrder,
    ProcessTick,
    RollOver,
)
from trading.engine.decide import decide
from trading.engine.events import (
    AccountOpened,
    BalanceUpdated,
    CloseReason,
    OrderFilled,
    PositionClosed,
    PositionOpened,
    PositionReduced,
    SwapCharged,
)
from trading.engine.evolve import evolve, fold
from trading.engine.margin_terms import MarginRates
from trading.engine.market import MarginMode, Market, Quote
from trading.engine.preview import preview
from trading.engine.state import AccountState, OrderType, Policy, Side
from trading.engine.terms import (
    CommissionSettlement,
    CommissionTerms,
    CommissionTier,
    CommissionUnit,
    SwapMode,
    SwapTerms,
)
from trading.engine.valuation import closing_price, opening_price, value_account
from trading.tests.engine.builders import NOW, contract, forex

INSTRUMENTS = {
    entry.symbol: entry
    for entry in (
        forex(
            "EURUSD",
            margin_rates=MarginRates(buy_limit=Decimal("0.5"), sell_stop=Decimal("0.5")),
            swap=SwapTerms(mode=SwapMode.POINTS, long=Decimal("-8.42"), short=Decimal("2.30")),
            commission=CommissionTerms((CommissionTier(Decimal("3.5"), minimum=Decimal(1)),)),
        ),
        forex("USDJPY"),
        forex(
            "EURGBP",
            swap=SwapTerms(mode=SwapMode.MONEY_BASE, long=Decimal("-7.5"), short=Decimal("1.1")),
            commission=CommissionTerms(
                (CommissionTier(Decimal("0.004")),),
                unit=CommissionUnit.PERCENT,
                settlement=CommissionSettlement.DAILY,
            ),
        ),
        forex("GBPUSD"),
        contract("XAUUSD", 100, swap=SwapTerms(mode=SwapMode.PERCENT, long=Decimal(-5), short=Decimal(1))),
        contract("US30", 1, MarginMode.CFD, leverage_cap=Decimal(20)),
    )
}
START = {
    "EURUSD": 110_000,
    "USDJPY": 150_000,
    "EURGBP": 86_000,
    "GBPUSD": 128_000,
    "XAUUSD": 200_000,
    "US30": 3_900_000,
}
# Few, so that prices meet what was placed.
TRADED = ["EURUSD", "EURGBP", "XAUUSD"]

symbols = st.sampled_from(TRADED)
sides = st.sampled_from(Side)
moves = st.tuples(symbols, st.integers(-90, 90), st.integers(0, 20))
distances = st.tuples(*[st.integers(-2, 40)] * 4)
reasons = st.sampled_from(["deposit", "withdrawal", "credit"])
ticking = st.tuples(st.just("tick"), moves)
placing = st.tuples(
    st.just("place"), st.tuples(symbols, sides, st.sampled_from(OrderType), st.integers(1, 200), distances)
)
actions = st.one_of(
    ticking,
    ticking,
    ticking,
    ticking,
    placing,
    placing,
    placing,
    st.tuples(st.just("close"), st.tuples(st.integers(0, 9), st.integers(0, 3))),
    st.tuples(st.just("close_all"), symbols),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("modify_position"), st.tuples(st.integers(0, 9), st.integers(-60, 60), st.integers(-60, 60))),
    st.tuples(st.just("modify_order"), st.tuples(st.integers(0, 9), st.integers(-60, 60))),
    st.tuples(st.just("balance"), st.tuples(reasons, st.integers(1, 5_000))),
    st.tuples(st.just("check"), st.none()),
    st.tuples(st.just("roll_over"), st.integers(0, 3)),
)


class World:
    """One account and its market, driven by generated actions; checks every event against the quotes of its moment."""

    def __init__(self, currency: str, improvement: bool):
        self.levels = dict(START)
        self.spreads = dict.fromkeys(START, 10)
        policy = Policy(leverage=Decimal(100), limit_price_improvement=improvement)
        self.events = [AccountOpened(currency, policy)]
        self.state = fold(1, self.events)
        self.next_id = 1
        self.now = NOW
        self.do(ChangeBalance(Decimal(3_000), BalanceReason.DEPOSIT))

    def price(self, symbol, points):
        """Return a price some tenths of a per mille away from the market."""
        instrument = INSTRUMENTS[symbol]
        return (self.levels[symbol] + points * self.levels[symbol] // 10_000) * instrument.point

    @property
    def market(self):
        quotes = {}
        for symbol, level in self.levels.items():
            point = INSTRUMENTS[symbol].point
            quotes[symbol] = Quote(
                symbol, level * point, (level + self.spreads[symbol]) * point, self.now, self.now, "1-0"
            )
        return Market(self.now, INSTRUMENTS, quotes)

    def do(self, command):
        try:
            events = decide(self.state, command, self.market)
        except Refused:
            return []
        for event in events:
            self.check(event)
            self.state = evolve(self.state, event)
            self.events.append(event)
        return events

    def check(self, event):
        state = self.state
        match event:
            case BalanceUpdated(amount=amount):
                moved = event.balance + event.credit - state.balance - state.credit
                assert moved == amount, "a ledger entry moves exactly its amount"
            case OrderFilled():
                order = state.orders[event.order_id]
                quote = self.market.quotes[event.symbol]
                assert event.volume == order.volume
                if order.is_limit:
                    assert event.side.sign * (event.price - order.working_price) <= 0, "a limit is never worse"
                else:
                    assert event.price == opening_price(event.side, quote), "a stop or market fills at the market"
            case PositionClosed(reason=CloseReason.TAKE_PROFIT):
                target = state.positions[event.position_id].take_profit
                assert event.side.sign * (event.price - target) >= 0, "a take profit is never worse"
            case PositionClosed() | PositionReduced():
                assert event.price == closing_price(event.side, self.market.quotes[event.symbol])

    def act(self, action, argument):
        state = self.state
        if action == "tick":
            symbol, move, spread = argument
            self.levels[symbol] = max(1000, self.levels[symbol] + move * self.levels[symbol] // 5000)
            self.spreads[symbol] = spread
            self.do(ProcessTick(symbol))
        elif action == "place":
            symbol, side, type, hundredths, (price, limit, stop, take) = argument
            pending = type is not OrderType.MARKET
            # Mostly on the right side of the market: limits and stop losses behind it, stops and targets ahead.
            ahead = side.sign if type in (OrderType.STOP, OrderType.STOP_LIMIT) else -side.sign
            at = ahead * price if pending else 0
            limit_at = at - side.sign * limit
            fills_at = limit_at if type is OrderType.STOP_LIMIT else at
            command = PlaceOrder(
                self.next_id,
                symbol,
                side,
                type,
                Decimal(hundredths) / 100,
                price=self.price(symbol, at) if pending else None,
                limit_price=self.price(symbol, limit_at) if type is OrderType.STOP_LIMIT else None,
                stop_loss=self.price(symbol, fills_at - side.sign * stop) if stop % 2 else None,
                take_profit=self.price(symbol, fills_at + side.sign * take) if take % 2 else None,
            )
            self.next_id += 1
            self.place(command)
        elif action == "close" and state.positions:
            index, parts = argument
            position = state.positions[sorted(state.positions)[index % len(state.positions)]]
            self.do(ClosePosition(position.id, position.volume * parts / 4 if parts else None))
        elif action == "close_all":
            self.do(CloseAll(argument))
        elif action == "cancel" and state.orders:
            self.do(CancelOrder(sorted(state.orders)[argument % len(state.orders)]))
        elif action == "modify_position" and state.positions:
            index, stop, take = argument
            position = state.positions[sorted(state.positions)[index % len(state.positions)]]
            self.do(
                ModifyPosition(
                    position.id, self.price(position.symbol, stop), self.price(position.symbol, take) if take else None
                )
            )
        elif action == "modify_order" and state.orders:
            index, price = argument
            order = state.orders[sorted(state.orders)[index % len(state.orders)]]
            self.do(ModifyOrder(order.id, price=self.price(order.symbol, price)))
        elif action == "balance":
            reason, amount = argument
            signed = -amount if reason == "withdrawal" else amount
            self.do(
                ChangeBalance(
                    Decimal(signed) / 10 if self.state.currency != "JPY" else Decimal(signed), BalanceReason(reason)
                )
            )
        elif action == "check":
            self.do(CheckMargin())
        elif action == "roll_over":
            self.now += timedelta(days=argument)
            self.do(RollOver())
            assert self.do(RollOver()) == [], "a night is charged once"

    def place(self, command):
        """Place an order; a market order must come out exactly as its preview said."""
        foreseen = preview(self.state, command, self.market)
        events = self.do(command)
        assert bool(events) == (foreseen.refusal is None)
        if events and command.type is OrderType.MARKET:
            value = value_account(self.state, self.market)
            (filled,) = (event for event in events if isinstance(event, OrderFilled))
            assert (foreseen.price, foreseen.commission) == (filled.price, filled.commission)
            assert (foreseen.margin_after, foreseen.equity_after) == (value.margin, value.equity)
            assert (foreseen.free_margin_after, foreseen.margin_level_after) == (value.free_margin, value.margin_level)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["USD", "EUR", "JPY"]), st.booleans(), st.lists(actions, min_size=30, max_size=60))
def test_invariants_of_an_account(currency, improvement, script):
    world = World(currency, improvement)
    for action, argument in script:
        world.act(action, argument)
        state = world.state
        value = value_account(state, world.market)
        profits = sum((entry.profit for entry in value.positions.values()), Decimal(0))
        swaps = sum((position.swap for position in state.positions.values()), Decimal(0))
        assert value.equity == state.balance + state.credit + profits + swaps - state.blocked
        assert value.free_margin == value.equity - value.margin
        if action in ("tick", "check"):
            assert not value.at_or_below(state.policy.stop_out_level), "nobody stays at the stop-out level"
            assert state.margin_call == value.at_or_below(state.policy.margin_call_level)
            assert state.positions or state.balance + state.credit >= state.blocked, "no debt is left"
    assert_consistent(world)


def assert_consistent(world: World) -> None:
    events, state = world.events, world.state
    entries = [event for event in events if isinstance(event, BalanceUpdated)]
    by_credit = {
        flag: sum((e.amount for e in entries if (e.reason is BalanceReason.CREDIT) is flag), Decimal(0))
        for flag in (True, False)
    }
    assert (state.balance, state.credit) == (by_credit[False], by_credit[True]), "balances are the sum of their entries"

    opened = {event.position.id: event.position.volume for event in events if isinstance(event, PositionOpened)}
    for event in events:
        if isinstance(event, PositionClosed | PositionReduced):
            opened[event.position_id] -= event.volume
    remaining = {id: volume for id, volume in opened.items() if volume}
    assert remaining == {id: position.volume for id, position in state.positions.items()}, "no position without deals"
    closings = [event for event in events if isinstance(event, PositionClosed | PositionReduced)]
    by_reason = {reason: [entry.amount for entry in entries if entry.reason is reason] for reason in BalanceReason}
    assert by_reason[BalanceReason.TRADE] == [event.profit for event in closings]
    accrued = sum((event.amount for event in events if isinstance(event, SwapCharged)), Decimal(0))
    held = sum((position.swap for position in state.positions.values()), Decimal(0))
    assert sum(by_reason[BalanceReason.SWAP]) == sum(event.swap for event in closings) == accrued - held
    charged = sum(
        event.commission for event in events if isinstance(event, OrderFilled | PositionClosed | PositionReduced)
    )
    assert sum(by_reason[BalanceReason.COMMISSION]) == charged + state.blocked, "what is not booked is set aside"

    replayed: AccountState = fold(1, [from_payload(event.type, to_payload(event)) for event in events])
    assert replayed == state
    assert state_hash(replayed) == state_hash(state)
