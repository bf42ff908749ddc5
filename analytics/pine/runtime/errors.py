"""What goes wrong while a script runs."""


class PineRuntimeError(Exception):
    """A script asked for what cannot be done; the message is for its author, the code for programs."""

    code = "script-failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LimitReached(PineRuntimeError):
    """A script asked for more than a script may have."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
