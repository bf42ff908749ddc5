"""The events that endpoints can name, and what each says.

An app describes the events it promises to other systems; every other type in the event log can be named as well and
says what the log says.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forexpro.core.events.reader import RecordedEvent
from forexpro.core.events.sentences import described_types
from forexpro.core.http.wire import as_answered

logger = logging.getLogger(__name__)

EVERYTHING = "*"
VERSIONS = (1,)
TEST_TYPE = "webhook.test"
# Of an event as the log has it: what explains a decision at length, and is for whoever asks why.
_LEFT_OUT = frozenset({"evidence", "decided_on"})

Data = Mapping[str, Any]
# What a message says of each of several events; None where it has nothing to tell.
Build = Callable[[Sequence[RecordedEvent]], Sequence[Data | None]]


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event that is promised to other systems: the types of the log that it comes from, its schema, an example.

    `schema` is a JSON schema of `data`, `example` an instance of it.
    """

    name: str
    summary: str
    sources: tuple[str, ...]
    build: Build
    schema: Data
    example: Data


_named: dict[str, NamedEvent] = {}
_by_source: dict[str, list[NamedEvent]] = {}


def add_named_events(events: Sequence[NamedEvent]) -> None:
    """Take the events that an app promises."""
    _named.update({event.name: event for event in events})
    _by_source.clear()
    for event in _named.values():
        for source in event.sources:
            _by_source.setdefault(source, []).append(event)


def named_events() -> list[NamedEvent]:
    """Return the promised events in order of their names."""
    return [_named[name] for name in sorted(_named)]


def is_known(event_type: str) -> bool:
    """Tell whether an endpoint can be told of events of this type."""
    return event_type == EVERYTHING or event_type in _named or event_type in described_types()


def messages_of(events: Sequence[RecordedEvent], *, wanted: Callable[[str], bool]) -> list[tuple[int, str, Data]]:
    """Return what is told of `events` under names that are `wanted`: the event's id, the name, the data.

    They are in the order of the events.
    """
    by_name: dict[str, list[RecordedEvent]] = {}
    for event in events:
        for name in _names(event.type):
            if wanted(name):
                by_name.setdefault(name, []).append(event)
    place = {event.position.id: number for number, event in enumerate(events)}
    found = []
    for name, told in by_name.items():
        for event, data in zip(told, _built(name, told), strict=True):
            if data is not None:
                found.append((event.position.id, name, as_answered(data)))
    return sorted(found, key=lambda message: (place[message[0]], message[1]))


def _built(name: str, events: Sequence[RecordedEvent]) -> Sequence[Data | None]:
    """Return what is told of each event; one that cannot be told of must not hold up all others for ever."""
    build = _named[name].build if name in _named else _as_recorded
    try:
        return build(events)
    except Exception:  # builders are the apps', and may fail at anything
        if len(events) == 1:
            logger.exception("webhook %s cannot be made of event %s; replay it later", name, events[0].position.id)
            return [None]
        return [data for event in events for data in _built(name, [event])]


def _names(event_type: str) -> list[str]:
    named = [event.name for event in _by_source.get(event_type, ())]
    return named if event_type in _named else [*named, event_type]


def _as_recorded(events: Sequence[RecordedEvent]) -> Sequence[Data]:
    return [
        {
            "stream": event.stream,
            "number": event.seq,
            "actor": event.actor,
            "payload": {name: value for name, value in event.payload.items() if name not in _LEFT_OUT},
        }
        for event in events
    ]
