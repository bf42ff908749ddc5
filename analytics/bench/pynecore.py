"""The strategy of the benchmark in PyneCore, run by itself: `python -m analytics.bench.pynecore BARS`.

PyneCore keeps a script's state in its modules, so that a process runs one script. It prints how many trades it closed
and what the bars took.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from analytics.bench.candles import hours
from forexpro.core.bench import stopwatch

SCRIPT = Path(__file__).parent / "scripts" / "crossing.pyne"


def run(count: int) -> dict[str, float]:
    """Return the trades closed, and elapsed and processor seconds, without what it takes to load the script."""
    from pynecore.core.script_runner import ScriptRunner
    from pynecore.core.syminfo import SymInfo
    from pynecore.types.ohlcv import OHLCV

    symbol = SymInfo(
        prefix="FX",
        description="EURUSD",
        ticker="EURUSD",
        currency="USD",
        period="60",
        type="forex",
        mintick=0.00001,
        pricescale=100_000,
        pointvalue=1,
        mincontract=0.1,
        opening_hours=[],
        session_starts=[],
        session_ends=[],
        timezone="America/New_York",
    )
    bars = [OHLCV(*bar) for bar in hours(count)]
    closed = 0
    with tempfile.TemporaryDirectory() as folder:
        script = Path(shutil.copy(SCRIPT, Path(folder) / "crossing.py"))
        runner = ScriptRunner(script, iter(bars), symbol, last_bar_index=count - 1, last_bar_time=bars[-1].timestamp)
        with stopwatch() as watch:
            for _, _, trades in runner.run_iter(copy_results=False):
                closed += len(trades)
    return {"closed": closed, "seconds": watch.seconds, "processor_seconds": watch.processor_seconds}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]))))
