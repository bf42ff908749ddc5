"""Events as sentences: every app says in its own words what its events mean, and all lists of events read alike."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Payload = Mapping[str, Any]
Describe = Callable[[Payload], str]

_sentences: dict[str, Describe] = {}


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


def described_types() -> frozenset[str]:
    """Return the event types that have a sentence."""
    return frozenset(_sentences)
