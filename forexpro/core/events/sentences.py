"""Events as sentences: every app says in its own words what its events mean, and all lists of events read alike.

An app that can say why an event happened says where, too.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Payload = Mapping[str, Any]
Describe = Callable[[Payload], str]
# From a stream's own id, an event's number and its type to the address of a page for staff, None where there is none.
Explain = Callable[[str, int, str], str | None]

_sentences: dict[str, Describe] = {}
_explanations: dict[str, Explain] = {}


class Described(Protocol):
    """What a sentence is made from."""

    @property
    def type(self) -> str: ...

    @property
    def payload(self) -> Payload: ...


def add_sentences(sentences: Mapping[str, Describe]) -> None:
    """Take the sentences of an app's event types; each returns what happened from an event's payload."""
    _sentences.update(sentences)


def sentence(event: Described) -> str:
    """Return what happened as one sentence; a type that no app has words for is named."""
    describe = _sentences.get(event.type)
    return event.type if describe is None else describe(event.payload)


def sentence_or_type(event: Described, *, length: int = 160) -> str:
    """Return what happened, shortened; the type where the event was written by a version that had other words."""
    try:
        text = sentence(event)
    except (KeyError, ArithmeticError):
        text = event.type
    return text if len(text) <= length else f"{text[: length - 1]}…"


def add_explanations(kind: str, explain: Explain) -> None:
    """Take an app's explanations of the events in streams of a kind, such as `account`."""
    _explanations[kind] = explain


def explanation_address(stream: str, seq: int, type: str) -> str | None:
    """Return the address of the page that tells staff why an event happened; None where nobody can."""
    kind, _, id = stream.partition(":")
    explain = _explanations.get(kind)
    return None if explain is None else explain(id, seq, type)


def described_types() -> frozenset[str]:
    """Return the event types that have a sentence."""
    return frozenset(_sentences)
