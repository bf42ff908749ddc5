"""Running scripts in processes of their own: what comes back, what goes in, what cannot be done in there."""

import io
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics.pine.program import Result, compile, run
from analytics.pine.runtime.symbols import Symbol
from analytics.pine.worker import contained as module
from analytics.pine.worker.limits import Limits
from analytics.pine.worker.outcomes import Failure, Question
from analytics.pine.worker.wire import Garbled, TooLarge, receive, send
from analytics.tests.pine.program.scripts import EURUSD, HALF_HOURS, bars_of, script
from analytics.tests.pine.worker.runs import CLOSES, TIGHT, contained

TRADES = "if close > open\n    strategy.entry('L', strategy.long)\nif close < open\n    strategy.close('L')"
DRAWS = """
a = line.new(bar_index, low, bar_index + 1, high)
b = line.new(bar_index, low, bar_index + 1, low)
linefill.new(a, b, color.red)
label.new(bar_index, high, str.tostring(math.random()), style = label.style_label_down)
polyline.new(array.from(chart.point.from_index(1, 2), chart.point.from_index(3, 4)))
t = table.new(position.top_left, 1, 1)
t.cell(0, 0, "x")
log.info("{0}", timenow)
alert("high")
p = plot(close, "p")
q = plot(open)
fill(p, q, color.blue)
"""


@pytest.mark.parametrize(("body", "kind"), [(DRAWS, "indicator"), (TRADES, "strategy")])
def test_a_contained_run_gives_what_a_plain_one_gives(body, kind):
    text = script(body, kind=kind)
    bars = bars_of(CLOSES)
    plain = run(compile(text), bars, symbol=EURUSD, timeframe=HALF_HOURS, now=lambda: bars[-1].time)

    outcomes = [contained(text), contained(compile(text))]

    assert [outcome.result_hash() for outcome in outcomes] == [plain.result_hash()] * 2
    assert contained(text, [*CLOSES[:-1], 3.0]).result_hash() != plain.result_hash()
    assert outcomes[0].trades == plain.trades
    assert outcomes[0].summary == plain.summary


def test_a_failure_has_a_code_a_place_and_a_hash():
    body = "if bar_index == 3\n    runtime.error('no')\nplot(close)"
    outcome = contained(script(body))

    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.message, outcome.bar_index) == ("script-failed", "no", 3)
    (told,) = outcome.diagnostics
    assert (told.line, told.column, told.end) == (4, 5, 24)
    assert outcome.result_hash() == contained(script(body)).result_hash()
    assert contained(script("plot(")).code == "syntax"


def test_inputs_that_are_wrong_are_a_failure():
    outcome = contained(script("n = input.int(2, 'N')\nplot(n)"), inputs={"M": 1})

    assert "no input" in outcome.message


def test_other_bars_are_asked_for_here():
    asked = []

    def market(symbol, timeframe):
        asked.append((symbol, timeframe.period, threading.get_ident()))
        return (Symbol(symbol), bars_of([100.0] * 50)) if symbol == "OTHER" else None

    outcome = contained(
        script("plot(request.security('OTHER', '30', close) + request.security('OTHER', '30', open))"), market=market
    )

    assert outcome.outputs.plots[0].values == [200.0] * 50
    assert asked == [("OTHER", "30", threading.get_ident())]


def test_an_error_of_the_market_goes_to_the_caller():
    def market(symbol, timeframe):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        contained(script("plot(request.security('OTHER', '30', close))"), market=market)


def test_runs_do_not_mix_in_threads():
    texts = [script(f"plot(close + {number})") for number in range(6)]
    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(contained, texts))

    assert [outcome.outputs.plots[0].values[0] for outcome in outcomes] == [CLOSES[0] + number for number in range(6)]


def test_a_large_result_is_refused():
    limits = Limits(result_size=20_000)

    outcome = contained(script("plot(close)"), [float(index % 9 + 1) for index in range(3000)], limits=limits)

    assert outcome.code == "result-size"


def test_the_clock_ends_a_run():
    outcome = contained(script("plot(close)"), limits=Limits(wall_seconds=0.01))

    assert outcome.code == "wall-time"


# What happens to a process that is not as it should be ---------------------------------------------------------------


def instead(monkeypatch, code):
    """Start something else in the place of the process that runs scripts."""
    monkeypatch.setattr(module, "_COMMAND", [sys.executable, "-c", code])


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import sys; sys.exit(3)",
        f"import os; os.kill(os.getpid(), {signal.SIGKILL})",
        f"import os; os.kill(os.getpid(), {signal.SIGSEGV})",
        "import os; os.write(1, b'nonsense, and not little of it')",
        "import os; os.write(1, b'\\xff' * 8)",
        "import os, struct; os.write(1, struct.pack('>Q', 100) + b'short')",
        "import os, struct; os.write(1, struct.pack('>Q', 5) + b'short')",
    ],
)
def test_a_process_that_ends_without_an_outcome_is_a_failure(monkeypatch, code):
    instead(monkeypatch, code)

    outcome = contained(script("plot(close)"))

    assert isinstance(outcome, Failure)
    assert outcome.code in ("stopped", "result-size")
    assert outcome.message.endswith(".")


def test_a_process_that_says_nothing_is_ended(monkeypatch):
    instead(monkeypatch, "import time; time.sleep(600)")

    assert contained(script("plot(close)"), limits=Limits(wall_seconds=0.5)).code == "wall-time"


class Bomb:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize("message", [Bomb(), [Bomb()], Failure((Bomb(),)), os.system, subprocess.Popen])
def test_nothing_but_data_is_read_from_a_process(message):
    data = pickle.dumps(message)

    with pytest.raises(Garbled):
        receive(io.BytesIO(struct.pack(">Q", len(data)) + data), most=10_000)


def test_messages_have_a_size():
    stream = io.BytesIO()
    with pytest.raises(TooLarge):
        send(stream, "a" * 100, most=50)
    send(stream, Question("a" * 100, "60"))
    stream.seek(0)
    with pytest.raises(TooLarge):
        receive(stream, most=50)


def inside(code):
    """Return what a process says that is closed as those of scripts are and then does something."""
    program = (
        "from analytics.pine.worker import child\n"
        "from analytics.pine.worker.limits import Limits\n"
        "child.confine(Limits(), seconds=30)\n"
        f"try:\n    {code}\nexcept BaseException as error:\n    print(type(error).__name__)\nelse:\n    print('done')\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=module._ROOT, env=module._ENVIRONMENT
    ).stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "__import__('socket').socket()",
        "__import__('os').system('true')",
        "__import__('os').fork()",
        "__import__('os').kill(1, 0)",
        "__import__('os').remove('/nothing')",
        "__import__('subprocess').run(['true'])",
        "open('/tmp/written', 'w')",
        "__import__('os').open('/tmp/written', 65)",
        "__import__('ctypes').CDLL(None)",
    ],
)
def test_a_confined_process_reaches_nothing(code):
    assert inside(code) == "NotAllowed"


def test_a_confined_process_still_works():
    assert inside("open('/etc/hostname').read(0)") == "done"


def test_a_process_of_a_script_inherits_nothing(monkeypatch):
    secret = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(secret, True)
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere")
    seen = (
        "import os, struct, pickle, sys\n"
        "sys.path.insert(0, os.getcwd())\n"
        "from analytics.pine.worker.outcomes import failure\n"
        "from analytics.pine.worker.wire import send\n"
        "files = sorted(int(name) for name in os.listdir('/proc/self/fd'))[:-1]\n"
        "kept = sorted(name for name in os.environ if name != 'LC_CTYPE')\n"
        "send(sys.stdout.buffer, failure('seen', f'{files} {kept}'))\n"
    )
    instead(monkeypatch, seen)
    outcome = contained(script("plot(close)"))
    os.close(secret)

    assert outcome.message == "[0, 1, 2] ['OPENBLAS_NUM_THREADS', 'PYTHONHASHSEED', 'TZ']"


def test_limits_are_those_that_were_given():
    assert contained(script("x = 0\nwhile x < 1900000\n    x += 1\nplot(x)"), limits=TIGHT).code == "run-time"
    assert isinstance(contained(script("x = 0\nwhile x < 1000\n    x += 1\nplot(x)"), limits=TIGHT), Result)
