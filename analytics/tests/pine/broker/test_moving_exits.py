"""Exits whose prices a script moves bar by bar end as if each had been ordered anew."""

import pytest

from analytics.pine.broker import order_bindings
from analytics.pine.program import compile, run, stream
from analytics.pine.saved_states import load_state, save_state
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS
from analytics.tests.pine.runtime.bars import walk

BARS = walk(900, 12)
HEAD = '//@version=6\nstrategy("t", initial_capital = 10000, {options})\nup = ta.crossover(close, ta.ema(close, 5))\n'
BODIES = {
    "trailing": "if up\n    strategy.entry('a', strategy.long)\n"
    "strategy.exit('x', 'a', stop = ta.lowest(low, 4) - 0.0002)",
    "bracket": "if up\n    strategy.entry('a', strategy.short)\n"
    "strategy.exit('x', 'a', limit = low - 0.0003, stop = bar_index % 5 == 0 ? na : high + 0.0004)",
    "two places": "if up\n    strategy.entry('a', strategy.long)\nlevel = ta.lowest(low, 4)\n"
    "strategy.exit('x', 'a', qty_percent = 50, stop = level)\nstrategy.exit('y', 'a', stop = level - 0.0003)",
    "several lots": "if up\n    strategy.entry('a', strategy.long)\nstrategy.exit('x', 'a', stop = low - 0.0005)\n"
    "if bar_index % 11 == 0\n    strategy.close('a', qty_percent = 30)",
    "a distance": "if up\n    strategy.entry('a', strategy.long)\nstrategy.exit('x', 'a', profit = 60, stop = low - 0.0005)",
    "cancelled": "if up\n    strategy.entry('a', strategy.long)\nstrategy.exit('x', 'a', stop = low - 0.0003)\n"
    "if bar_index % 4 == 0\n    strategy.cancel('x')",
    "other words": "if up\n    strategy.entry('a', strategy.long)\n"
    "strategy.exit('x', 'a', stop = low - 0.0002, comment = str.tostring(bar_index % 3))",
}  # fmt: skip
OPTIONS = ["default_qty_value = 2", "pyramiding = 3", "process_orders_on_close = true", "calc_on_order_fills = true"]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("body", BODIES)
def test_moving_an_exit_is_as_ordering_it_anew(body, options, monkeypatch):
    program = compile(HEAD.format(options=options) + BODIES[body])
    moved = outcome(program)
    monkeypatch.setattr(order_bindings, "key_of_movable", lambda *given: None)

    assert outcome(program) == moved
    assert len(moved[0]) > 20


def outcome(program):
    result = run(program, BARS, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: 0)
    return result.trades, result.summary


def test_exits_are_moved_at_all(monkeypatch):
    moves = []
    move = order_bindings.move_exit
    monkeypatch.setattr(order_bindings, "move_exit", lambda *given: moves.append(given) or move(*given))
    outcome(compile(HEAD.format(options="pyramiding = 1") + BODIES["trailing"]))

    assert len(moves) > 50


def test_exits_of_a_saved_state_are_moved_too():
    program = compile(HEAD.format(options="pyramiding = 1") + BODIES["trailing"])
    running = stream(program, BARS[:600], symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: 0)
    for bar in BARS[600:]:
        running = load_state(save_state(running), program, now=lambda: 0)
        running.update(bar._replace(close=bar.low), confirmed=False)
        running.update(bar, confirmed=True)

    assert (running.result().trades, running.result().summary) == outcome(program)
