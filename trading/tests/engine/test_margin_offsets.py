"""How positions and orders of a symbol offset each other; the ids are those of the conformance collection."""

from decimal import Decimal

import pytest

from forexpro.core.refusals import Refused
from trading.engine.commands import PlaceOrder, ProcessTick
from trading.engine.events import OrderRejected
from trading.engine.margin import entry_margin, margin_required, order_margin
from trading.engine.margin_terms import MarginRate, MarginRates
from trading.engine.market import MarginMode
from trading.engine.state import HedgedMargin, OrderType, PositionMode, Side
from trading.tests.engine.builders import account, contract, forex, market, of_type, order, position, quote, run

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT, STOP, STOP_LIMIT = OrderType
BASIC = {"hedged_margin": HedgedMargin.BASIC}
LARGER_LEG = {"hedged_margin": HedgedMargin.LARGER_LEG}
NETTING = {"position_mode": PositionMode.NETTING}
ALL_RESERVE = MarginRates(**{f"{side}_{kind}": Decimal(1) for side in Side for kind in ("limit", "stop", "stop_limit")})

# A pair in the account's own currency: a lot's margin is 1,000 at 1:100, whatever the price.
PAIR = forex("USDCHF", margin_rates=ALL_RESERVE)
AT = market(quote("USDCHF", "0.9"), instruments=[PAIR])


def hold(id, side, volume):
    return position(id, "USDCHF", side, volume, "0.9")


def work(id, side, type, volume):
    return order(id, "USDCHF", side, type, volume, "0.9", **({"limit_price": "0.9"} if type is STOP_LIMIT else {}))


def margin(positions=(), orders=(), *, at=AT, **policy):
    return margin_required(account(positions=positions, orders=orders, **policy), at)


# --- Hedging accounts --------------------------------------------------------------------------
def pair_of_lots(hedged, *, policy=BASIC):
    at = market(quote("USDCHF", "0.9"), instruments=[forex("USDCHF", hedged_margin=hedged and Decimal(hedged))])
    return margin([hold(1, BUY, "1"), hold(2, SELL, "1")], at=at, **policy)


def test_h01_covered_lots_are_charged_by_the_hedged_size():
    assert pair_of_lots("100000") == Decimal("1000.00"), "as for one lot"
    assert pair_of_lots("0") == 0
    assert pair_of_lots(None) == Decimal("1000.00"), "without a size of its own a covered lot is a lot"


def test_h06_a_hedged_size_of_metatrader_4_is_doubled_on_migration():
    of_mt4 = Decimal(50_000) * 2 / 100  # charged on each of the two lots there, on the covered volume here
    assert pair_of_lots("100000") == of_mt4 != pair_of_lots("50000")


def test_the_larger_leg_takes_no_notice_of_the_hedged_size():
    assert pair_of_lots("0", policy=LARGER_LEG) == Decimal("1000.00")


def test_basic_averages_all_prices_for_covered_lots_and_those_of_the_larger_leg_for_the_others():
    """MT5's own example, each part rounded: 2 covered lots at 1.11947, rate 3, and one at 1.11943, rate 4; 1:500."""
    rates = MarginRates(buy=MarginRate(Decimal(2)), sell=MarginRate(Decimal(4)))
    eurusd = forex("EURUSD", hedged_margin=Decimal(100_000), margin_rates=rates)
    at = market(quote("EURUSD", "1.1"), instruments=[eurusd])
    sides = [(SELL, "1.11943"), (BUY, "1.11953"), (SELL, "1.11943"), (BUY, "1.11953"), (SELL, "1.11943")]
    positions = [
        position(id, "EURUSD", side, "1", price, margin_conversion=price) for id, (side, price) in enumerate(sides)
    ]
    assert margin(positions, at=at, leverage=500, **BASIC) == Decimal("1343.36") + Decimal("895.54")
    assert margin(positions[:4], at=at, leverage=500, **BASIC) == Decimal("1343.38"), "all four at 1.11948"
    assert margin(positions, at=at, leverage=500, **LARGER_LEG) == Decimal("2686.63"), "3 lots at 1.11943, rate 4"


def test_basic_charges_pending_orders_on_top_and_the_larger_leg_charges_one_side():
    positions = [hold(1, BUY, "2"), hold(2, SELL, "1")]
    orders = [work(3, BUY, LIMIT, "1"), work(4, SELL, STOP, "1")]
    assert margin(positions, orders, **BASIC) == Decimal("1000") + Decimal("1000") + Decimal("2000")
    assert margin(positions, orders, **LARGER_LEG) == Decimal("3000"), "2 long and 1 to buy, against 1 and 1"


FIXED = contract(
    "BR",
    10,
    MarginMode.FUTURES,
    initial_margin=Decimal(1000),
    maintenance_margin=Decimal(500),
    hedged_margin=Decimal(500),
    tick_size=Decimal(1),
    tick_value=Decimal(1),
)


@pytest.mark.parametrize("policy", [BASIC, LARGER_LEG], ids=["basic", "larger leg"])
def test_m23_fixed_margin_of_an_order_on_its_way_and_after_it_filled(policy):
    at = market(quote("BR", "80"), instruments=[FIXED])
    held = position(1, "BR", BUY, "1", "80")
    assert margin([held], at=at, **policy) == Decimal("500"), "held lots need the maintenance margin"
    on_its_way = order(2, "BR", SELL, MARKET, "2", "80")
    assert margin([held], [on_its_way], at=at, **policy) == Decimal("2000"), "500 held, 500 covered, 1,000 new"
    assert margin([held, position(2, "BR", SELL, "2", "80")], at=at, **policy) == Decimal("1000")


@pytest.mark.parametrize("policy", [BASIC, LARGER_LEG], ids=["basic", "larger leg"])
def test_m23_an_order_is_accepted_by_what_it_needs_on_its_way(policy):
    at = market(quote("BR", "80"), instruments=[FIXED])
    placing = PlaceOrder(2, "BR", SELL, MARKET, Decimal(2))
    held = position(1, "BR", BUY, "1", "80")
    with pytest.raises(Refused, match="insufficient_margin") as refusal:
        run(account("1999.99", positions=[held], **policy), placing, at)
    assert refusal.value.details["margin_needed"] == "1500.00"
    state, _ = run(account("2000.00", positions=[held], **policy), placing, at)
    assert margin_required(state, at) == Decimal("1000")


def test_a_triggered_order_is_rejected_by_what_it_needs_on_its_way():
    at = market(quote("BR", "80"), instruments=[FIXED])
    resting = order(2, "BR", BUY, LIMIT, "1", "81")
    _, events = run(account("999.99", orders=[resting]), ProcessTick("BR"), at)
    assert [event.code for event in of_type(events, OrderRejected)] == ["insufficient_margin"]
    state, _ = run(account("1000.00", orders=[resting]), ProcessTick("BR"), at)
    assert margin_required(state, at) == Decimal("500")


def test_fixed_margin_without_a_maintenance_amount_keeps_the_initial_one():
    fixed = contract("OIL", 100, MarginMode.FIXED, initial_margin=Decimal(700))
    at = market(quote("OIL", "80"), instruments=[fixed])
    assert margin([position(1, "OIL", BUY, "3", "80")], at=at) == Decimal("2100")


def in_flight(side, volume, **policy):
    """Return the margin of a short of 0.02 lots at 1:300 while an order is on its way."""
    usdjpy = forex("USDJPY", hedged_margin=Decimal(0))
    at = market(quote("USDJPY", "110.80", "110.81"), instruments=[usdjpy])
    state = account(positions=[position(1, "USDJPY", SELL, "0.02", "110.80")], leverage=300, **policy)
    arriving = order(2, "USDJPY", side, LIMIT, volume, "110.80")
    return entry_margin(state, arriving, Decimal("110.80"), at)


@pytest.mark.parametrize("policy", [BASIC, NETTING], ids=["hedging", "netting"])
def test_m06_an_opposite_order_on_its_way_does_not_lower_the_margin(policy):
    assert in_flight(BUY, "0.03", **policy) == Decimal("6.67")


def test_m06_after_the_fill_what_is_not_covered_is_charged():
    usdjpy = forex("USDJPY", hedged_margin=Decimal(0))
    at = market(quote("USDJPY", "110.80", "110.81"), instruments=[usdjpy])
    hedged = [position(1, "USDJPY", SELL, "0.02", "110.80"), position(2, "USDJPY", BUY, "0.03", "110.81")]
    assert margin(hedged, at=at, leverage=300, **BASIC) == Decimal("3.33")
    assert margin([position(2, "USDJPY", BUY, "0.01", "110.81")], at=at, leverage=300, **NETTING) == Decimal("3.33")


@pytest.mark.parametrize("policy", [BASIC, LARGER_LEG, NETTING], ids=["basic", "larger leg", "netting"])
def test_m07_an_order_on_its_way_in_the_same_direction_raises_the_margin_at_once(policy):
    assert in_flight(SELL, "0.03", **policy) == Decimal("16.67")


# --- Netting accounts --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("positions", "orders", "expected"),
    [
        pytest.param([(BUY, "1")], [(BUY, LIMIT, "0.5")], "1500", id="the same direction adds"),
        pytest.param([(BUY, "1")], [(SELL, LIMIT, "1")], "1000", id="opposite and no larger adds nothing"),
        pytest.param([(BUY, "1")], [(SELL, STOP, "1")], "1000", id="an opposite stop no larger adds nothing"),
        pytest.param([(BUY, "1")], [(SELL, STOP_LIMIT, "0.3")], "1000", id="an opposite stop-limit neither"),
        pytest.param([(BUY, "1")], [(SELL, LIMIT, "3")], "3000", id="larger and opposite: the larger of both"),
        pytest.param([(BUY, "1")], [(SELL, STOP, "3")], "3000", id="a larger opposite stop too"),
        pytest.param([], [(BUY, LIMIT, "2"), (SELL, LIMIT, "3")], "3000", id="opposite limits: the larger side"),
        pytest.param([], [(BUY, STOP, "2"), (SELL, STOP, "3")], "5000", id="stops add up"),
        pytest.param([], [(BUY, LIMIT, "2"), (SELL, STOP_LIMIT, "1")], "3000", id="a stop-limit on top of a limit"),
        pytest.param(
            [(SELL, "2")], [(SELL, STOP, "1"), (BUY, LIMIT, "2")], "3000", id="a stop that adds, a limit back"
        ),
    ],
)
def test_netting_with_orders(positions, orders, expected):
    held = [hold(id, side, volume) for id, (side, volume) in enumerate(positions, 1)]
    working = [work(id, side, type, volume) for id, (side, type, volume) in enumerate(orders, 11)]
    assert margin(held, working, **NETTING) == Decimal(expected)


@pytest.mark.parametrize(
    ("side", "volume", "expected"),
    [(BUY, "1", "3000"), (SELL, "1", "2000"), (SELL, "2", "2000"), (SELL, "5", "3000")],
    ids=["adds", "reduces", "closes", "reverses: three lots are left"],
)
def test_netting_counts_an_order_on_its_way_as_filled_where_that_is_more(side, volume, expected):
    assert margin([hold(1, BUY, "2")], [work(2, side, MARKET, volume)], **NETTING) == Decimal(expected)


# --- Rates -------------------------------------------------------------------------------------
def test_margin_rates_by_side_and_for_what_is_on_its_way():
    rates = MarginRates(
        buy=MarginRate(Decimal("1.15"), Decimal("0.5")), sell=MarginRate(Decimal(2)), sell_limit=Decimal("0.25")
    )
    at = market(quote("EURUSD", "1.2788", "1.2790"), instruments=[forex("EURUSD", margin_rates=rates)])
    state = account(leverage=100)
    buying = order(1, "EURUSD", BUY, MARKET, "1", "1.2790")
    assert entry_margin(state, buying, Decimal("1.2790"), at) == Decimal("1470.85"), "1,279 × 1.15 (MT5's example)"
    long = position(1, "EURUSD", BUY, "1", "1.2790", margin_conversion="1.2790")
    assert margin([long], at=at) == Decimal("639.50")
    short = position(2, "EURUSD", SELL, "1", "1.2788", margin_conversion="1.2788")
    assert margin([short], at=at) == Decimal("2557.60"), "no maintenance rate: the initial one"
    selling = order(3, "EURUSD", SELL, LIMIT, "1", "1.3000")
    assert order_margin(selling, state, at) == Decimal("325"), "1,300 × 0.25"
    assert margin([], [order(4, "EURUSD", BUY, LIMIT, "1", "1.2000")], at=at) == 0


def test_an_armed_stop_limit_reserves_as_the_limit_that_it_has_become():
    rates = MarginRates(buy_limit=Decimal("0.5"), buy_stop_limit=Decimal(1))
    at = market(quote("USDCHF", "0.9"), instruments=[forex("USDCHF", margin_rates=rates)])
    resting = order(1, "USDCHF", BUY, STOP_LIMIT, "1", "0.91", limit_price="0.905")
    armed = order(1, "USDCHF", BUY, STOP_LIMIT, "1", "0.91", limit_price="0.905", armed=True)
    assert margin([], [resting], at=at) == Decimal("1000.00")
    assert margin([], [armed], at=at) == Decimal("500.00")


def test_an_order_that_waits_for_another_ones_fill_reserves_nothing():
    attached = order(2, "USDCHF", SELL, LIMIT, "1", "0.95", parent_id=1)
    assert margin([], [work(1, BUY, LIMIT, "1"), attached]) == Decimal("1000.00")


# --- Exchange futures --------------------------------------------------------------------------
def exchange_future():
    return contract(
        "SI",
        1,
        MarginMode.EXCHANGE_FUTURES,
        initial_margin=Decimal("7665.41"),
        maintenance_margin=Decimal("7739.59"),
        settlement_price=Decimal(73638),
        tick_size=Decimal(1),
        tick_value=Decimal(1),
    )


@pytest.mark.parametrize(
    ("type", "limit_price", "expected"),
    [
        pytest.param(LIMIT, None, "7727.41", id="a limit at its price"),
        pytest.param(STOP_LIMIT, "73600", "7627.41", id="a stop-limit at its limit"),
    ],
)
def test_orders_of_an_exchange_future_count_at_the_price_they_may_fill_at(type, limit_price, expected):
    """MT5, FORTS futures: 7,665.41 and the distance of the price from the settlement at 73,638."""
    at = market(quote("SI", "73640"), instruments=[exchange_future()])
    buying = order(1, "SI", BUY, type, "1", "73700", limit_price=limit_price)
    assert margin([], [buying], at=at, **NETTING) == Decimal(expected)
    assert order_margin(buying, account(), at) == Decimal(expected)


def test_m24_the_larger_side_of_an_exchange_future():
    at = market(quote("SI", "73640"), instruments=[exchange_future()])
    held = position(1, "SI", BUY, "3", "73640")
    buying, selling = (order(2, "SI", BUY, LIMIT, "2", "73000"), order(3, "SI", SELL, LIMIT, "10", "74500"))
    assert margin([held], [buying], at=at, **NETTING) == Decimal("37057.05")
    assert margin([held], [buying, selling], at=at, **NETTING) == Decimal("45563.13")
    assert margin([held], [selling], at=at, **NETTING) == Decimal("45563.13")
    assert margin([held], at=at, **NETTING) == Decimal("23002.23"), "an own position is no collateral for itself"


def test_l11_the_position_sets_free_what_an_opposite_order_needs():
    """1,000 units at 1 with a leverage of 2: 500 are free for the same side, and 1,500 for the opposite one."""
    unit = contract("UNIT", 1, volume_min=Decimal(1), volume_max=Decimal(10_000), volume_step=Decimal(1))
    at = market(quote("UNIT", "1"), instruments=[unit])
    state = account("1000", positions=[position(1, "UNIT", BUY, "1000", "1")], leverage=2, **NETTING)
    assert margin_required(state, at) == Decimal("500")

    def place(side, lots):
        return run(state, PlaceOrder(2, "UNIT", side, MARKET, Decimal(lots)), at)

    assert place(BUY, 1000)
    with pytest.raises(Refused, match="insufficient_margin"):
        place(BUY, 1001)
    assert place(SELL, 3000), "1,500 of margin by itself: 500 of the position, then 1,000 of a short"
    with pytest.raises(Refused, match="insufficient_margin"):
        place(SELL, 3001)
