"""Scripts that run on fills, bars made of shorter ones, bars computed again."""

import pickle

from analytics.pine.broker.broker import Broker
from analytics.pine.broker.orders import Kind
from analytics.pine.broker.path import path_of
from analytics.pine.broker.rounding import Grid
from analytics.pine.broker.settings import StrategySettings
from analytics.tests.pine.broker.desk import MINUTE, Candle, Symbol, flat


def test_a_script_that_trades_on_every_fill_gets_open_open_and_both_extremes():
    broker = Broker(StrategySettings(calc_on_order_fills=True), Symbol())

    def script():
        if broker.account.position:
            broker.close(None)
        else:
            broker.place(Kind.ENTRY, "E", "long", 1)

    broker.open_bar(Candle(0, *flat(100)))
    script()
    broker.close_bar()
    broker.open_bar(Candle(MINUTE, 100, 110, 96, 105))
    runs = 0
    while broker.is_paused:
        script()
        runs += 1
        broker.resume()
    script()
    broker.close_bar()

    # The low is nearer to the open; the order of the last run waits for the next bar.
    assert [fill.price for fill in broker.fills] == [100, 100, 96, 110]
    assert runs == 3
    assert broker.book


def test_a_script_run_on_a_fill_cannot_trade_on_prices_before_it():
    broker = Broker(StrategySettings(calc_on_order_fills=True), Symbol())
    broker.open_bar(Candle(0, *flat(100)))
    broker.place(Kind.ENTRY, "E", "long", 1, stop=105)
    broker.close_bar()

    # 100, 96, 110, 104: the entry fills on the way up, its stop of 98 lies behind.
    broker.open_bar(Candle(MINUTE, 100, 110, 96, 104))
    assert broker.is_paused
    assert broker.account.open_profit == 5
    broker.exit("X", "E", stop=98)
    broker.resume()
    broker.close_bar()

    assert [fill.order_id for fill in broker.fills] == ["E"]


def test_bars_of_a_shorter_timeframe_decide_the_order():
    bar = Candle(MINUTE, 100, 110, 90, 100)
    up_first = [Candle(MINUTE, 100, 110, 99, 105), Candle(MINUTE, 105, 106, 90, 100)]
    down_first = [Candle(MINUTE, 100, 101, 90, 95), Candle(MINUTE, 95, 110, 94, 100)]

    def filled(lower, magnifier=True):
        broker = Broker(StrategySettings(use_bar_magnifier=magnifier), Symbol())
        broker.open_bar(Candle(0, *flat(100)))
        broker.place(Kind.ENTRY, "E", "long", 1)
        broker.exit("X", "E", limit=108, stop=92)
        broker.close_bar()
        broker.open_bar(bar, lower)
        broker.close_bar()
        return [fill.price for fill in broker.fills]

    assert filled(up_first) == [100, 108]
    assert filled(down_first) == [100, 92]
    assert filled(up_first, magnifier=False) == filled(()) == [100, 92]


def test_a_forming_bar_is_computed_again_from_the_bar_before():
    broker = Broker(StrategySettings(), Symbol())
    broker.open_bar(Candle(0, *flat(100)))
    broker.place(Kind.ENTRY, "E", "long", 1, stop=103)
    broker.close_bar()
    saved = pickle.dumps(broker.save())

    prices = []
    for high in (101, 104, 102):
        broker.restore(pickle.loads(saved))
        broker.open_bar(Candle(MINUTE, 100, high, 99, high))
        broker.close_bar()
        prices.append([fill.price for fill in broker.fills])

    assert prices == [[], [103], []]
    assert broker.bar_index == 1


def test_which_extreme_is_nearer_is_told_by_prices_as_floats():
    """0.52 above and below: 93.42 - 92.9 is a little less than 92.9 - 92.38, so that the high comes first."""
    grid = Grid(0.01)

    assert path_of(grid, 9290, 9342, 9238, 9247) == (9290, 9342, 9238, 9247)
    assert path_of(Grid(1.0), 100, 102, 98, 101) == (100, 98, 102, 101)
