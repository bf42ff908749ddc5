"""Events, states, commands and markets as JSON-ready values and back.

Decimals are strings without exponents, moments ISO 8601, time zones their names.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import orjson

from trading.engine.commands import Command, Unchanged
from trading.engine.events import EngineEvent
from trading.engine.state import AccountState, BlockedCommission, Guards, Reservation

Codec = Callable[[Any], Any]
Value = TypeVar("Value")

EVENT_TYPES: dict[str, type[EngineEvent]] = {event.type: event for event in get_args(EngineEvent)}
COMMAND_TYPES: dict[str, type[Command]] = {command.__name__: command for command in get_args(Command)}


def to_payload(event: EngineEvent) -> dict[str, Any]:
    """Return the event's fields; its type goes beside them."""
    payload: dict[str, Any] = to_json(event)
    return payload


def from_payload(type: str, payload: Mapping[str, Any]) -> EngineEvent:
    """Return the event that `to_payload` described; raises KeyError for an unknown type."""
    kind: Any = EVENT_TYPES[type]
    event: EngineEvent = _reader(kind)(payload)
    return event


def command_payload(command: Command) -> dict[str, Any]:
    """Return the name of a command under `command` and what it asks for; what it leaves unchanged is left out."""
    kind: Any = type(command)
    asked = {name: getattr(command, name) for name in _field_names(kind)}
    changes: dict[str, Any] = to_json(
        {name: value for name, value in asked.items() if not isinstance(value, Unchanged)}
    )
    return {"command": kind.__name__} | changes


def command_from_payload(payload: Mapping[str, Any]) -> Command:
    """Return the command that `command_payload` described; raises KeyError for an unknown one."""
    kind: Any = COMMAND_TYPES[payload["command"]]
    command: Command = _reader(kind)(payload)
    return command


def from_json(cls: type[Value], payload: Any) -> Value:
    """Return the value of type `cls` that `to_json` described."""
    kind: Any = cls
    value: Value = _reader(kind)(payload)
    return value


def state_payload(state: AccountState) -> dict[str, Any]:
    """Return an account's state; orders and positions are lists in order of their ids."""
    return _state_json(state, _plain_text)


def state_from_payload(payload: Mapping[str, Any]) -> AccountState:
    """Return the state that `state_payload` described."""
    state: AccountState = _reader(AccountState)(payload)
    return state


def guards_to_json(guards: Guards | None) -> str | None:
    """Return guards as the text of a JSON column."""
    return None if guards is None else json.dumps(to_json(guards))


def guards_from_json(value: Mapping[str, Any] | None) -> Guards | None:
    """Return the guards that a JSON column holds."""
    return None if value is None else _reader(Guards)(value)


def blocked_json(entries: tuple[BlockedCommission, ...]) -> str:
    """Return blocked commission as the JSON text that the account's row keeps."""
    return json.dumps(to_json(entries)) if entries else "[]"


def blocked_from_json(text: str) -> tuple[BlockedCommission, ...]:
    """Return the entries that `blocked_json` described."""
    return _reader(tuple[BlockedCommission, ...])(json.loads(text)) if text != "[]" else ()


def reservations_json(entries: tuple[Reservation, ...]) -> str:
    """Return reservations as the JSON text that the account's row keeps."""
    return json.dumps(to_json(entries)) if entries else "[]"


def reservations_from_json(text: str) -> tuple[Reservation, ...]:
    """Return the entries that `reservations_json` described."""
    return _reader(tuple[Reservation, ...])(json.loads(text)) if text != "[]" else ()


def state_hash(state: AccountState) -> str:
    """Return hex SHA-256 of the state; equal numbers hash equally, however many trailing zeros they carry."""
    canonical = json.dumps(_state_json(state, _normal_text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _state_json(state: AccountState, number_text: Callable[[Decimal], str]) -> dict[str, Any]:
    payload: dict[str, Any] = to_json(state, number_text)
    for name in ("orders", "positions"):
        payload[name] = sorted(payload[name].values(), key=lambda entry: entry["id"])
    return payload


def _plain_text(number: Decimal) -> str:
    return f"{number:f}"


def _normal_text(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"


def to_json(value: Any, number_text: Callable[[Decimal], str] = _plain_text) -> Any:
    """Return a value of the engine's types as JSON has it; keys that are numbers become text."""

    def default(other: Any) -> Any:
        if isinstance(other, Decimal):
            return number_text(other)
        if isinstance(other, ZoneInfo):
            return other.key
        if isinstance(other, frozenset):
            return sorted(other)
        if isinstance(other, Mapping):
            return dict(other)
        raise TypeError(f"{type(other).__name__} is not of the engine")

    # Dataclasses, enumerations and moments are orjson's own; twice through it is ten times as fast as walking here.
    return orjson.loads(orjson.dumps(value, default=default, option=orjson.OPT_NON_STR_KEYS))


@cache
def _field_names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


@cache
def _reader(annotation: Any) -> Codec:
    """Return what turns the JSON form back into a value of the annotated type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument not in (NoneType, Unchanged))
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if origin is not None and issubclass(origin, Mapping):
        if arguments[0] is not int:
            return dict
        read = _reader(arguments[1])
        return lambda entries: {entry.id: entry for entry in map(read, entries)}
    if origin in (tuple, frozenset):
        if arguments[-1] is not Ellipsis and origin is tuple:
            readers = tuple(map(_reader, arguments))
            return lambda entries: tuple(read(entry) for read, entry in zip(readers, entries, strict=True))
        read = _reader(arguments[0])
        return lambda entries: origin(map(read, entries))
    if annotation in (date, datetime, time):
        return annotation.fromisoformat  # type: ignore[no-any-return]  # the annotation of a field is anything
    if annotation in (Decimal, ZoneInfo):
        return annotation  # type: ignore[no-any-return]  # likewise
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    if is_dataclass(annotation):
        return _dataclass_reader(annotation)
    return lambda value: value


def _dataclass_reader(cls: Any) -> Codec:
    hints = get_type_hints(cls)
    readers = {name: _reader(hints[name]) for name in _field_names(cls)}
    # A field that an older event lacks takes its default.
    return lambda payload: cls(**{name: read(payload[name]) for name, read in readers.items() if name in payload})
