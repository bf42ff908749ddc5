"""What goes wrong while a script runs."""


class PineRuntimeError(Exception):
    """A script asked for what cannot be done; the message is for its author."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
