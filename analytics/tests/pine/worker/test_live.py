"""Scripts that run along with the market in processes of their own."""

import dataclasses

from analytics.pine.program import Result, compile, stream
from analytics.pine.worker.live import ContainedStream
from analytics.pine.worker.outcomes import Failure, Told
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, script
from analytics.tests.pine.worker.runs import CLOSES, TIGHT

COUNTING = script(
    "varip n = 0\nvar sum = 0.0\nn += 1\nsum += close\nif close > close[1]\n    alert('up ' + str.tostring(close))\n"
    "plot(n)\nplot(sum)\nplot(request.security(syminfo.tickerid, '120', ta.sma(close, 2)))"
)
BARS = bars_of(CLOSES)


def opened(text, bars, *, state=None, limits=TIGHT):
    return ContainedStream(text, bars, symbol=EURUSD, timeframe=HALF_HOURS, state=state, limits=limits)


def test_a_script_runs_along_and_goes_on_in_another_process():
    here = stream(compile(COUNTING), BARS[:30], symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: 0)
    with opened(COUNTING, BARS[:30]) as live:
        assert isinstance(live.opened, Told)
        assert [alert.message for alert in live.opened.alerts][-1] == "up 16"
        for bar in BARS[30:40]:
            live.update(bar._replace(close=bar.high), confirmed=False)
            here.update(bar._replace(close=bar.high), confirmed=False)
            told = live.update(bar, confirmed=True)
            here.update(bar, confirmed=True)
        assert isinstance(told, Told)
        state = live.save()
    assert isinstance(state, bytes)

    with opened(COUNTING, [], state=state) as again:
        for bar in BARS[40:]:
            again.update(bar, confirmed=True)
            here.update(bar, confirmed=True)
        result = again.result()

    assert isinstance(result, Result)
    assert result.result_hash() == here.result().result_hash()


def test_a_bar_that_forms_cannot_be_saved_and_the_script_stays():
    with opened(COUNTING, BARS[:5]) as live:
        live.update(BARS[5], confirmed=False)
        refused = live.save()
        told = live.update(BARS[5], confirmed=True)

    assert isinstance(refused, Failure)
    assert refused.code == "bar-forming"
    assert isinstance(told, Told)


def test_a_bar_that_is_over_is_refused_and_the_script_stays():
    with opened(COUNTING, BARS[:5]) as live:
        refused = live.update(BARS[3], confirmed=True)
        told = live.update(BARS[5], confirmed=True)

    assert isinstance(refused, Failure)
    assert refused.code == "bar-past"
    assert isinstance(told, Told)


def test_a_command_that_takes_too_long_ends_the_script():
    text = script("if bar_index > 2\n    for i = 0 to 1900000\n        label.new(0, i)\nplot(close)")
    with opened(text, BARS[:2]) as live:
        assert isinstance(live.opened, Told)
        live.update(BARS[2], confirmed=True)
        late = live.update(BARS[3], confirmed=True)
        after = live.result()

    assert isinstance(late, Failure)
    assert late.code == "run-time"
    assert after == late


def test_what_belongs_to_another_script_is_refused():
    with opened(COUNTING, BARS[:5]) as live:
        state = live.save()
    other = opened(script("plot(close)"), [], state=state)

    assert isinstance(other.opened, Failure)
    assert other.opened.code == "state-script"


def test_the_wall_clock_ends_a_script_that_does_not_answer():
    limits = dataclasses.replace(TIGHT, wall_seconds=0.01)
    live = opened(COUNTING, BARS, limits=limits)

    assert isinstance(live.opened, Failure)
    assert live.opened.code == "wall-time"
