"""What `manage.py bench` measures: each figure beside a floor that is taken in the same run.

An app's `bench` module holds its benchmarks, generator functions marked with `@benchmark`; they are found there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure in `unit`, and its floor: what the least program doing the same job reaches, named by `floor_name`."""

    name: str
    value: float
    unit: str
    floor: float
    floor_name: str

    @property
    def ratio(self) -> float:
        """The figure as a part of its floor."""
        return self.value / self.floor


Benchmark = Callable[[], Iterator[Measurement]]
benchmarks: dict[str, Benchmark] = {}


def benchmark(function: Benchmark) -> Benchmark:
    """Let `manage.py bench` run `function`, under its name."""
    benchmarks[function.__name__] = function
    return function


class Stopwatch:
    """Elapsed wall time and processor time, in seconds."""

    seconds = 0.0
    processor_seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure what the context takes."""
    watch = Stopwatch()
    started, processor_started = time.perf_counter(), time.process_time()
    yield watch
    watch.seconds = time.perf_counter() - started
    watch.processor_seconds = time.process_time() - processor_started
