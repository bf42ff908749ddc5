"""States on a disk: whose they are, and that nothing but a state is read."""

import json
import pickle

import pytest

from analytics.pine.program import compile, stream
from analytics.pine.saved_states import FORMAT, StateRefused, load_state, save_state
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, script

BARS = bars_of([float(10 + index % 7 - index % 3) for index in range(60)])
HOLDS = script(
    "enum E\n    a\n    b\n"
    "type P\n    array<float> held\n    varip int ticks = 0\n    E kind = E.a\n    P next\n"
    "length = input.int(3, 'Length')\n"
    "var P p = P.new(array.new<float>())\nvar shared = p.held\nvarip int updates = 0\nupdates += 1\n"
    "if bar_index % 5 == 0\n    p := P.new(p.held, p.ticks, E.b, p)\n    label.new(bar_index, high, str.tostring(p.kind))\n"
    "shared.push(ta.sma(close, length))\np.ticks += 1\n"
    "var map<string, P> m = map.new<string, P>()\nm.put('p', p)\n"
    "f(x) =>\n    var n = 0\n    n += x > x[1] ? 1 : 0\n    n\n"
    "plot(p.held.size())\nplot(m.get('p').ticks + updates)\nplot(f(close))\nplot(p.kind == E.b ? 1 : 0)\n"
    "plot(request.security(syminfo.tickerid, '60', f(high)))\nplot(line.all.size() + label.all.size())"
)


def running(text=HOLDS, bars=BARS[:30], **more):
    return stream(compile(text), bars, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: 0, **more)


def test_what_objects_share_they_share_after_loading():
    first = running()
    second = load_state(save_state(first), compile(HOLDS), now=lambda: 0)
    for bar in BARS[30:]:
        for live in (first, second):
            live.update(bar._replace(close=bar.high), confirmed=False)
            live.update(bar, confirmed=True)

    assert second.result().result_hash() == first.result().result_hash()


def test_a_state_can_be_loaded_twice():
    first = running()
    state = save_state(first)
    one, two = (load_state(state, compile(HOLDS), now=lambda: 0) for _ in range(2))
    for bar in BARS[30:]:
        one.update(bar, confirmed=True)

    assert two.result().result_hash() == first.result().result_hash()
    assert one.result().result_hash() != two.result().result_hash()


def changed(state, **header):
    line, _, packed = state.partition(b"\n")
    return json.dumps({**json.loads(line), **header}).encode() + b"\n" + packed


def test_a_state_says_whose_it_is():
    state = save_state(running(inputs={"Length": 4}), {"Length": 4})
    program = compile(HOLDS)
    for data, inputs, code in (
        (state, None, "state-inputs"),
        (changed(state, format=FORMAT + 1), {"Length": 4}, "state-version"),
        (changed(state, compiled="x"), {"Length": 4}, "state-version"),
        (state[:-3], {"Length": 4}, "state-damaged"),
        (b"no state", {"Length": 4}, "state-damaged"),
    ):
        with pytest.raises(StateRefused) as refused:
            load_state(data, program, inputs=inputs)
        assert refused.value.code == code
        assert refused.value.message.endswith(".")
    with pytest.raises(StateRefused) as refused:
        load_state(state, compile(script("plot(close)")))
    assert refused.value.code == "state-script"


def test_a_bar_that_forms_is_not_saved():
    live = running()
    live.update(BARS[30], confirmed=False)
    with pytest.raises(StateRefused) as refused:
        save_state(live)

    assert refused.value.code == "bar-forming"


class Runs:
    def __reduce__(self):
        return print, ("ran",)


def test_a_state_holds_nothing_that_could_be_called(capsys):
    import hashlib
    import zlib

    packed = zlib.compress(pickle.dumps(Runs()))
    harmful = changed(save_state(running()), digest=hashlib.sha256(packed).hexdigest()).partition(b"\n")[0]

    with pytest.raises(StateRefused) as refused:
        load_state(harmful + b"\n" + packed, compile(HOLDS))
    assert refused.value.code == "state-damaged"
    assert capsys.readouterr().out == ""
