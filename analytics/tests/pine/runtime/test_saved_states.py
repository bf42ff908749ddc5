"""Whatever keeps state goes on from a saved state as if nothing had happened in between."""

import pickle
from typing import Any

import pytest

from analytics.pine.runtime.bindings import PerCall, Variable
from analytics.pine.runtime.builtins import BUILTINS
from analytics.pine.runtime.context import Context
from analytics.pine.runtime.repeated import Repeated
from analytics.pine.runtime.technical import windows
from analytics.pine.runtime.values import NA
from analytics.tests.pine.runtime.bars import Calls, context_of, same, walk

PLOTTED = {
    "plot": 16, "plotshape": 15, "plotchar": 15, "plotarrow": 13, "plotbar": 12, "plotcandle": 14, "bgcolor": 7,
    "barcolor": 6, "hline": 7, "fill": 8,
}  # fmt: skip


def arguments(name: str, context: Context) -> tuple[Any, ...]:
    """Arguments for a bar, whose lengths change now and then."""
    close, length = context.close, 3 + context.bar_index // 13 % 3
    if name in PLOTTED:
        return (close,) * PLOTTED[name]
    up = context.bars[max(context.bar_index - 1, 0)].close < close
    own: dict[str, tuple[Any, ...]] = {
        "alert": (f"{context.bar_index}", "once_per_bar"),
        "alertcondition": (up, "up", "rose"),
        "fixnan": (close if up else NA,),
        "math.random": (0, 1, 7),
        "ta.alma": (close, length, 0.85, 6.0, False),
        "ta.atr": (length,),
        "ta.barssince": (up,),
        "ta.bb": (close, length, 2.0),
        "ta.bbw": (close, length, 2.0),
        "ta.correlation": (close, context.volume, length),
        "ta.cross": (close, 1.1),
        "ta.crossover": (close, 1.1),
        "ta.crossunder": (close, 1.1),
        "ta.cum": (close,),
        "ta.dmi": (5, 4),
        "ta.kc": (close, length, 1.5, True),
        "ta.kcw": (close, length, 1.5, True),
        "ta.linreg": (close, length, 1),
        "ta.macd": (close, 3, 5, 2),
        "ta.max": (close,),
        "ta.min": (close,),
        "ta.percentile_linear_interpolation": (close, length, 40.0),
        "ta.percentile_nearest_rank": (close, length, 40.0),
        "ta.pivot_point_levels": ("Classic", context.bar_index % 9 == 0, False),
        "ta.pivothigh": (close, 2, 2),
        "ta.pivotlow": (close, 2, 2),
        "ta.sar": (0.02, 0.02, 0.2),
        "ta.stoch": (close, context.high, context.low, length),
        "ta.supertrend": (1.5, 5),
        "ta.swma": (close,),
        "ta.tr()": (True,),
        "ta.tsi": (close, 2, 4),
        "ta.valuewhen": (up, close, 1),
        "ta.vwap()": (close, context.bar_index % 9 == 0, 1.0),
        "ta.wpr": (length,),
        "timeframe.change": ("240",),
    }
    return own.get(name, (close, length))


def shown(value: Any) -> Any:
    return value.values if hasattr(value, "values") else value


@pytest.mark.parametrize("name", [name for name, binding in BUILTINS.items() if isinstance(binding, PerCall)])
def test_a_place_goes_on_from_what_it_saved(name: str) -> None:
    context = context_of(walk(90))
    place: Any = Calls(context)[name]
    before: Any = None
    for index in range(60):
        if index == 40:
            before = pickle.loads(pickle.dumps(place.save()))
        context.begin(index)
        place(*arguments(name, context))
    straight = []
    for index in range(60, 90):
        context.begin(index)
        straight.append(shown(place(*arguments(name, context))))
    other: Any = Calls(context)[name]
    other.restore(before)
    again = []
    for index in range(40, 90):
        context.begin(index)
        again.append(shown(other(*arguments(name, context))))
    if name in PLOTTED:
        straight, again = [values[-20:] for values in straight], [values[-20:] for values in again]
    for one, two in zip(straight, again[20:], strict=True):
        assert same(one, two, within=1e-12)


@pytest.mark.parametrize("name", [name for name, binding in BUILTINS.items() if isinstance(binding, PerCall)])
def test_what_was_saved_does_not_change_with_the_place(name: str) -> None:
    context = context_of(walk(40))
    place: Any = Calls(context)[name]
    context.begin(0)
    place(*arguments(name, context))
    saved = place.save()
    copied = pickle.dumps(saved)
    for index in range(1, 40):
        context.begin(index)
        place(*arguments(name, context))
    assert pickle.dumps(saved) == copied


LOOPED = [
    name
    for name, binding in BUILTINS.items()
    if isinstance(binding, PerCall) and name not in PLOTTED and name not in ("alert", "alertcondition", "math.random")
]


@pytest.mark.parametrize("name", LOOPED)
def test_in_a_loop_a_place_is_as_if_its_last_call_were_the_only_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "KEPT", 20)  # so that histories are cut off, too
    context = context_of(walk(150))
    looped, plain = Repeated(context, Calls(context)[name]), Calls(context)[name]
    for index in range(150):
        context.begin(index)
        other = (index * 7) % (index + 1)
        for bar in (other, 0, index):
            context.begin(bar)
            given = arguments(name, context)
            context.begin(index)
            result = looped(*given)
        assert same(result, plain(*given), within=1e-12)


RUNNING = ["ta.accdist", "ta.obv", "ta.pvt", "ta.nvi", "ta.pvi", "ta.wad", "ta.vwap"]


@pytest.mark.parametrize("name", RUNNING)
def test_a_running_variable_forgets_a_bar_that_is_computed_again(name: str) -> None:
    bars = walk(30)
    context, straight = context_of(bars), context_of(bars)
    assert isinstance(BUILTINS[name], Variable)
    read, wanted = Calls(context)[name], Calls(straight)[name]
    for index in range(30):
        saved = context.save()
        last = bars[index]
        context.bars = [*bars[:index], last._replace(close=last.close + 0.01, high=last.high + 0.01, volume=5.0)]
        context.begin(index, realtime=True, confirmed=False)
        read()
        context.restore(saved)
        context.bars = bars
        context.begin(index)
        straight.begin(index)
        assert same(read(), wanted())


def test_a_call_in_a_loop_too() -> None:
    context = context_of(walk(30))
    place = Repeated(context, Calls(context)["ta.ema"])
    saved: Any = None
    first: list[Any] = []
    second: list[Any] = []
    for turn in (first, second):
        for index in range(0 if turn is first else 15, 30):
            if index == 15 and turn is first:
                saved = place.save()
            context.begin(index)
            for factor in (1, 2):
                value = place(context.close * factor, 3)
            turn.append(value)
        place.restore(saved)
    assert all(same(one, two) for one, two in zip(first[15:], second, strict=True))
