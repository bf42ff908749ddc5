"""The trading engine: pure functions over dataclasses and exact decimals. No Django, no clock, no I/O.

`decide(state, command, market)` answers the events that a command causes, or refuses; `evolve(state, event)` answers
the state after one event. Live trading, previews, replays, tests and backtests all run these two.
"""
