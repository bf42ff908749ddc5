"""What goes wrong while a script runs."""


class PineRuntimeError(Exception):
    """A script asked for what cannot be done; the message is for its author, the code for programs."""

    code = "script-failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BarRefused(PineRuntimeError):
    """A bar came that is over; the script goes on with the next."""

    code = "bar-past"

    def __init__(self, time: int, last: int) -> None:
        super().__init__(
            f"A bar that opened at {time} ms came when that of {last} ms was known. "
            "Bars come in the order of time, and one that has closed does not change any more."
        )


class LimitReached(PineRuntimeError):
    """A script asked for more than a script may have."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
