"""`strategy.*` as compiled scripts use it: positional arguments, defaults filled in."""

import math
from types import SimpleNamespace

import pytest

from analytics.pine.broker.bindings import BINDINGS
from analytics.pine.broker.broker import Broker
from analytics.pine.broker.settings import StrategySettings
from analytics.pine.runtime.bindings import OfContext, PerCall, Variable
from analytics.pine.runtime.values import NA
from analytics.tests.pine.broker.desk import MINUTE, Candle, Symbol, flat

TRADE_VALUES = {
    "commission",
    "entry_bar_index",
    "entry_comment",
    "entry_id",
    "entry_price",
    "entry_time",
    "max_drawdown",
    "max_drawdown_percent",
    "max_runup",
    "max_runup_percent",
    "profit",
    "profit_percent",
    "size",
}
EXIT_VALUES = {"exit_bar_index", "exit_comment", "exit_id", "exit_price", "exit_time"}


class Script:
    """Calls bindings by name on a context with nothing but a broker."""

    def __init__(self, **declared):
        self.broker = Broker(StrategySettings(**declared), Symbol())
        self.context = SimpleNamespace(broker=self.broker)
        self.bars = 0

    def bar(self, *prices, script=lambda: None):
        self.broker.open_bar(Candle(self.bars * MINUTE, *prices))
        self.bars += 1
        script()
        self.broker.close_bar()

    def call(self, name, *arguments):
        binding = BINDINGS[f"strategy.{name}"]
        if isinstance(binding, PerCall):
            return binding.state(self.context)(*arguments)
        assert isinstance(binding, OfContext)
        return binding.function(self.context, *arguments)

    def read(self, name):
        binding = BINDINGS[f"strategy.{name}"]
        assert isinstance(binding, Variable)
        return binding.read(self.context)

    def entry(self, name, direction="long", quantity=NA, comment=None):
        self.call("entry", name, direction, quantity, NA, NA, "", "none", comment, None, False)

    def exit(self, name, from_entry, limit):
        missing = [None] * 8
        self.call("exit", name, from_entry, NA, 100, NA, limit, NA, NA, NA, NA, NA, "", *missing, False)


@pytest.fixture
def script():
    """Return a script that closed one of two units with 10 won and holds the other."""
    script = Script(initial_capital=1_000)
    script.bar(*flat(100), script=lambda: script.entry("L", quantity=2, comment="in"))
    close = BINDINGS["strategy.close"]
    assert isinstance(close, PerCall)
    place = close.state(script.context)
    script.bar(100, 112, 95, 110, script=lambda: place("L", "out", 1, 100, None, False, False))
    script.bar(*flat(110))
    return script


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position_size", 1),
        ("position_avg_price", 100),
        ("position_entry_name", "L"),
        ("initial_capital", 1_000),
        ("equity", 1_020),
        ("netprofit", 10),
        ("netprofit_percent", 1),
        ("openprofit", 10),
        ("openprofit_percent", 1),
        ("grossprofit", 10),
        ("grossprofit_percent", 1),
        ("grossloss", 0),
        ("grossloss_percent", 0),
        ("max_drawdown", 10),
        ("max_drawdown_percent", 1),
        ("max_runup", 24),
        ("max_runup_percent", 24 / 10.24),
        ("max_contracts_held_all", 2),
        ("max_contracts_held_long", 2),
        ("max_contracts_held_short", 0),
        ("wintrades", 1),
        ("losstrades", 0),
        ("eventrades", 0),
        ("avg_trade", 10),
        ("avg_trade_percent", 10),
        ("avg_winning_trade", 10),
        ("avg_winning_trade_percent", 10),
        ("closedtrades", 1),
        ("closedtrades.first_index", 0),
        ("opentrades", 1),
        ("opentrades.capital_held", 110),
        ("account_currency", "USD"),
    ],
)
def test_values_of_the_account(script, name, value):
    assert script.read(name) == pytest.approx(value)


@pytest.mark.parametrize("name", ["avg_losing_trade", "avg_losing_trade_percent", "margin_liquidation_price"])
def test_values_that_are_missing(script, name):
    assert math.isnan(script.read(name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("closedtrades.size", 1),
        ("closedtrades.entry_id", "L"),
        ("closedtrades.entry_comment", "in"),
        ("closedtrades.entry_bar_index", 1),
        ("closedtrades.entry_time", MINUTE),
        ("closedtrades.entry_price", 100),
        ("closedtrades.exit_id", "Close entry(s) order L"),
        ("closedtrades.exit_comment", "out"),
        ("closedtrades.exit_bar_index", 2),
        ("closedtrades.exit_time", 2 * MINUTE),
        ("closedtrades.exit_price", 110),
        ("closedtrades.profit", 10),
        ("closedtrades.profit_percent", 10),
        ("closedtrades.commission", 0),
        ("closedtrades.max_runup", 12),
        ("closedtrades.max_runup_percent", 12),
        ("closedtrades.max_drawdown", 5),
        ("closedtrades.max_drawdown_percent", 5),
        ("opentrades.size", 1),
        ("opentrades.entry_id", "L"),
        ("opentrades.entry_comment", "in"),
        ("opentrades.entry_bar_index", 1),
        ("opentrades.entry_time", MINUTE),
        ("opentrades.entry_price", 100),
        ("opentrades.profit", 10),
        ("opentrades.profit_percent", 10),
        ("opentrades.commission", 0),
        ("opentrades.max_runup", 12),
        ("opentrades.max_runup_percent", 12),
        ("opentrades.max_drawdown", 5),
        ("opentrades.max_drawdown_percent", 5),
    ],
)
def test_values_of_trades(script, name, value):
    assert script.call(name, 0) == pytest.approx(value)
    missing = script.call(name, 1)
    assert missing is None if isinstance(value, str) else math.isnan(missing)
    assert script.call(name, NA) is None or math.isnan(script.call(name, NA))


def test_every_value_of_trades_is_bound():
    for name in TRADE_VALUES:
        assert f"strategy.closedtrades.{name}" in BINDINGS
        assert f"strategy.opentrades.{name}" in BINDINGS
    for name in EXIT_VALUES:
        assert f"strategy.closedtrades.{name}" in BINDINGS
        assert f"strategy.opentrades.{name}" not in BINDINGS


def test_an_exit_of_all_of_an_entry():
    script = Script()
    script.bar(*flat(100), script=lambda: script.entry("L"))
    script.bar(*flat(100), script=lambda: script.exit("X", "L", 105))
    script.bar(100, 106, 99, 100)

    assert script.read("position_size") == 0
    assert script.call("closedtrades.exit_price", 0) == 105


def test_each_place_of_the_script_has_a_close_of_its_own():
    script = Script()
    close_all = BINDINGS["strategy.close_all"].state(script.context)
    first, second = (BINDINGS["strategy.close"].state(script.context) for _ in range(2))
    script.bar(*flat(100), script=lambda: script.entry("L", quantity=5))

    def close():
        first("L", None, 1, 100, None, False, False)
        second("L", None, 1, 100, None, False, False)
        second("L", None, 2, 100, None, False, False)

    script.bar(*flat(100), script=close)
    script.bar(*flat(100))
    assert script.read("position_size") == 2

    restored = BINDINGS["strategy.close_all"].state(script.context)
    restored.restore(close_all.save())
    assert restored.save() == close_all.save()
    script.bar(*flat(100), script=lambda: restored(None, None, True, False))
    assert script.read("position_size") == 0


def test_orders_are_cancelled_by_name_and_all_at_once():
    script = Script(pyramiding=5)

    def cancel():
        for name in ("A", "B", "C"):
            script.call("order", name, "long", 1, NA, 120, "", "none", None, None, False)
        script.call("cancel", "A")
        assert list(script.broker.book.entries) == ["B", "C"]
        script.call("cancel_all")
        assert not script.broker.book

    script.bar(*flat(100), script=cancel)


def test_rules_of_risk_are_set():
    script = Script()
    script.call("risk.allow_entry_in", "short")
    script.call("risk.max_position_size", 3)
    script.call("risk.max_drawdown", 10, "percent_of_equity", None)
    script.call("risk.max_intraday_loss", 500, "cash", None)
    script.call("risk.max_intraday_filled_orders", 4, None)
    script.call("risk.max_cons_loss_days", 2, None)
    risk = script.broker.risk

    assert (risk.direction, risk.max_position) == ("short", 3)
    assert (risk.max_drawdown, risk.max_intraday_loss) == ((10, "percent_of_equity"), (500, "cash"))
    assert (risk.max_orders, risk.max_loss_days) == (4, 2)


def test_default_quantity_at_a_price():
    script = Script(default_qty_type="cash", default_qty_value=1_000)

    assert script.call("default_entry_qty", 90) == 11
    assert script.call("default_entry_qty", NA) == 0


def test_currencies_are_converted_both_ways():
    script = Script(currency="EUR")
    script.broker.conversion = lambda time: 0.5
    script.bar(*flat(100))

    assert script.call("convert_to_account", 10) == 5
    assert script.call("convert_to_symbol", 5) == 10
    assert script.read("account_currency") == "EUR"


def test_constants_are_the_words_of_the_settings():
    defaults = StrategySettings()

    assert BINDINGS["strategy.fixed"].read(None) == defaults.default_qty_type
    assert BINDINGS["strategy.commission.percent"].read(None) == defaults.commission_type
    assert BINDINGS["strategy.direction.long"].read(None) == BINDINGS["strategy.long"].read(None)


def test_settings_from_a_declaration():
    declared = {"title": "T", "pyramiding": 2, "margin_long": None, "margin_short": 50.0, "currency": "EUR"}

    sixth, fifth = StrategySettings.declared(6, declared), StrategySettings.declared(5, declared)

    assert (sixth.pyramiding, sixth.currency, sixth.margin_long, sixth.margin_short) == (2, "EUR", 100, 50)
    assert (fifth.version, fifth.margin_long, fifth.margin_short) == (5, 0, 50)
