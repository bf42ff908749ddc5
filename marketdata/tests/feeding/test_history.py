"""History is completed beside the prices, and a provider in trouble is asked again."""

import pytest

from marketdata.feeding import history as history_module
from marketdata.feeding.history import History
from marketdata.feeds import FeedRefused, HistoryUnavailable


class Stop(Exception):
    """Ends a run that would go on for ever."""


class NamedFeed:
    name = "scripted"


async def run(monkeypatch, *, symbols, outcomes, rounds, completed=None):
    """Return the symbols whose history was asked for; `outcomes` are what asking raises or stores, in order."""
    asked = []

    async def complete(symbol):
        completed.append(symbol)

    async def backfill(feed, some):
        asked.extend(some)
        outcome = outcomes.pop(0) if outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome or 0

    async def sleep(seconds):
        nonlocal rounds
        rounds -= 1
        if not rounds:
            raise Stop

    monkeypatch.setattr(history_module, "candles_backfill", backfill)
    history = History(NamedFeed(), symbols, on_fetched=complete, sleep=sleep)
    try:
        await history.run()
    except Stop:
        return asked, "sleeping"
    return asked, "ended"


async def test_the_symbols_people_look_at_first_come_first(monkeypatch, caplog):
    caplog.set_level("INFO")
    asked, _ = await run(monkeypatch, symbols=["ACME", "BTCUSD", "EURUSD", "GBPUSD"], outcomes=[], rounds=1)
    assert asked == ["EURUSD", "GBPUSD", "BTCUSD", "ACME"]
    assert "4 of 4 symbols" in caplog.text


async def test_history_that_cannot_be_had_now_is_asked_for_at_the_next_round(monkeypatch, caplog):
    outcomes = [None, HistoryUnavailable("no credits")]
    asked, _ = await run(monkeypatch, symbols=["EURUSD", "GBPUSD"], outcomes=outcomes, rounds=2)
    assert asked == ["EURUSD", "GBPUSD", "EURUSD", "GBPUSD"]
    assert "no credits" in caplog.text


async def test_forming_bars_are_completed_where_history_has_grown(monkeypatch):
    completed = []
    await run(monkeypatch, symbols=["EURUSD", "GBPUSD"], outcomes=[0, 12], rounds=1, completed=completed)
    assert completed == ["GBPUSD"]


async def test_a_refusal_ends_it(monkeypatch, caplog):
    asked, end = await run(monkeypatch, symbols=["EURUSD", "GBPUSD"], outcomes=[FeedRefused("the key")], rounds=2)
    assert (asked, end) == (["EURUSD"], "ended")
    assert "the key" in caplog.text


@pytest.mark.parametrize("name", ["Unavailable", "CreditsExhausted"])
def test_twelve_datas_troubles_are_of_that_kind(name):
    from marketdata.gateways.twelvedata import rest

    assert issubclass(getattr(rest, name), HistoryUnavailable)
