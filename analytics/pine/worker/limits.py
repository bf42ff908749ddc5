"""How much one run of a script may take."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of the processor for compiling and for running, seconds on the clock for both, and sizes.

    `memory` is of the whole process, of which about 40 MB are the interpreter and the compiler; with matrices a
    library for them comes on top.
    """

    compile_seconds: int = 20
    run_seconds: int = 40
    wall_seconds: float = 90.0
    memory: int = 1024 * MEGABYTE
    result_size: int = 64 * MEGABYTE
    requests: int = 64
