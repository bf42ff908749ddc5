"""The service for editors: what is wrong in a text, what may be written, what words mean, how the text looks tidy.

All of it works on unfinished texts and never raises. Lines and characters count from 0, as in the Language Server
Protocol; answers become that protocol's JSON with `as_json()`. A text is read once for all that is asked of it.
"""

from analytics.pine.diagnostics import Severity
from analytics.pine.editor.completion import completions
from analytics.pine.editor.formatting import formatted
from analytics.pine.editor.hovers import hover_at
from analytics.pine.editor.protocol import Completion, Formatting, Hover, Problem, ProblemSeverity, SignatureHelp
from analytics.pine.editor.reading import read
from analytics.pine.editor.signatures import signature_help
from analytics.pine.editor.uncollected import uncollected

_SEVERITIES = {Severity.ERROR: ProblemSeverity.ERROR, Severity.WARNING: ProblemSeverity.WARNING}


@uncollected()
def diagnose(text: str) -> tuple[Problem, ...]:
    """Return what is wrong in a text, in its order."""
    reading = read(text)
    return tuple(
        Problem(
            reading.document.range(found.line, found.column, found.end),
            _SEVERITIES[found.severity],
            found.code,
            f"{found.message} {found.hint}".strip(),
        )
        for found in reading.diagnostics
    )


@uncollected()
def complete(text: str, line: int, character: int) -> tuple[Completion, ...]:
    """Return what may be written at a position, the likeliest first."""
    reading = read(text)
    return completions(reading, *reading.document.place(line, character))


@uncollected()
def hover(text: str, line: int, character: int) -> Hover | None:
    """Return what the word at a position means, None if there is nothing to say."""
    reading = read(text)
    return hover_at(reading, *reading.document.place(line, character))


@uncollected()
def signature(text: str, line: int, character: int) -> SignatureHelp | None:
    """Return what the call around a position takes, also while it is being written; None outside of calls."""
    reading = read(text)
    return signature_help(reading, *reading.document.place(line, character))


@uncollected()
def format(text: str) -> Formatting:
    """Return a text with even spaces and indentation; its words, comments and wrapped lines stay as they are."""
    return formatted(text)
