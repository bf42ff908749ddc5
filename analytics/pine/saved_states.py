"""The state of a running script as bytes: kept on a disk, it goes on in another process as if nothing had been.

The bytes are one line of JSON that says whose state it is, and what is packed behind it. They are read with a list of
the only classes they may hold.
"""

import hashlib
import io
import json
import pickle
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from analytics.pine.fingerprint import fingerprint
from analytics.pine.generator.support import UNSET, EnumValue, Keeping, Unset
from analytics.pine.inputs import input_values
from analytics.pine.program import Program, Stream
from analytics.pine.requested import Asking, ChartFeed, Feed, Market
from analytics.pine.runtime.context import Context, milliseconds_now
from analytics.pine.runtime.plots import Plot

FORMAT = 4
LARGEST = 256 * 1024 * 1024
"""How many bytes a state may have, unpacked."""
_GIVEN = frozenset(
    {"symbol", "timeframe", "declaration", "inputs", "main_timeframe", "broker", "outputs", "now", "rates"}
)
"""What a context is made with and does not take from a state."""
_OWN = ("analytics.pine.runtime.", "analytics.pine.broker.", "analytics.pine.generator.support")
_OTHERS = {
    "builtins": {"set", "frozenset", "range", "slice", "complex", "bytearray"},
    "collections": {"deque", "OrderedDict", "Counter"},
    "decimal": {"Decimal"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "zoneinfo": {"ZoneInfo"},
    "random": {"Random"},
}


class StateRefused(Exception):
    """A state that cannot be saved or loaded: a stable code, and a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def save_state(running: Stream, inputs: Mapping[str, Any] | None = None) -> bytes:
    """Return the state of a script whose last bar has closed; `inputs` are those it was started with."""
    if running.is_forming:
        raise StateRefused("bar-forming", "The newest bar is still forming. Save the state when it has closed.")
    context, keep = running.context, running.instance.keep
    contexts = [context, *(feed.context for feed in _feeds(keep))]
    content = {
        "instances": [_instance(context, keep), *(_feed(feed) for feed in _feeds(keep))],
        "outputs": context.outputs,
        "broker": None if running.broker is None else running.broker.save(),
    }
    made_with = (context.symbol, context.timeframe, _requests(keep))
    try:
        packed = zlib.compress(_dumped((made_with, content), contexts, running), 1)
    except (pickle.PicklingError, RecursionError) as error:
        raise StateRefused(
            "state-too-deep", "The script holds objects in each other too deeply to be saved."
        ) from error
    header = {**_names(running.program, inputs), "digest": hashlib.sha256(packed).hexdigest()}
    return json.dumps(header, sort_keys=True).encode() + b"\n" + packed


def load_state(
    data: bytes,
    program: Program,
    *,
    inputs: Mapping[str, Any] | None = None,
    now: Callable[[], int] = milliseconds_now,
    market: Market | None = None,
) -> Stream:
    """Return a script that goes on from a state; StateRefused if it is that of another script, inputs or version."""
    packed = _checked(data, program, inputs)
    raw = zlib.decompressobj().decompress(packed, LARGEST)
    reader = _Reader(io.BytesIO(raw), program)
    try:
        symbol, timeframe, requests = reader.load()
        running = Stream(program, [], symbol=symbol, timeframe=timeframe, inputs=inputs, now=now, market=market)
        keep = running.instance.keep
        _make_feeds(running.context, keep, requests)
        feeds = list(_feeds(keep))
        reader.contexts = [running.context, *(feed.context for feed in feeds)]
        content = reader.load()
        for place, state in enumerate(content["instances"]):
            _fill(state, reader.contexts[place], feeds[place - 1].keep if place else keep)
            if place:
                _fill_feed(state["feed"], feeds[place - 1])
        _fill_outputs(running.context, content["outputs"])
        if running.broker is not None:
            running.broker.restore(content["broker"])
    except (pickle.UnpicklingError, EOFError, LookupError, AttributeError, TypeError, ValueError) as error:
        raise StateRefused("state-damaged", "The saved state is damaged. Start the script anew.") from error
    return running


# Whose state it is ---------------------------------------------------------------------------------------------------


def _names(program: Program, inputs: Mapping[str, Any] | None) -> dict[str, Any]:
    values = input_values(program.inputs, inputs or {}, program.enums)
    return {
        "format": FORMAT,
        "script": hashlib.sha256(program.source.encode()).hexdigest(),
        "compiled": hashlib.sha256(program.python.encode()).hexdigest(),
        "inputs": fingerprint(list(values)),
    }


def _checked(data: bytes, program: Program, inputs: Mapping[str, Any] | None) -> bytes:
    line, _, packed = data.partition(b"\n")
    try:
        header = json.loads(line)
        found = {name: header[name] for name in ("format", "script", "compiled", "inputs", "digest")}
    except (ValueError, LookupError, TypeError) as error:
        raise StateRefused("state-damaged", "These bytes are no saved state. Start the script anew.") from error
    wanted = _names(program, inputs)
    for name, code, sentence in (
        ("format", "state-version", "The state was saved by another version of the platform. Start the script anew."),
        ("script", "state-script", "The state is that of another script. Start this one anew."),
        ("compiled", "state-version", "The state was saved by another version of the platform. Start the script anew."),
        ("inputs", "state-inputs", "The state was saved with other inputs. Start the script anew, or give it those."),
    ):
        if found[name] != wanted[name]:
            raise StateRefused(code, sentence)
    if hashlib.sha256(packed).hexdigest() != found["digest"]:
        raise StateRefused("state-damaged", "The saved state is damaged. Start the script anew.")
    return packed


# Taking apart --------------------------------------------------------------------------------------------------------


def _feeds(keep: Keeping) -> Iterator[Feed]:
    """Return everything that other bars were asked of, always in the same order."""
    for part in keep.parts:
        if isinstance(part, Asking):
            for feed in part.feeds.values():
                if feed is not None:
                    yield feed
                    yield from _feeds(feed.keep)


def _requests(keep: Keeping) -> list[dict[Any, Any]]:
    """Return what each place that asks has asked for."""
    return [
        {
            key: feed
            and (
                feed.smoothed if isinstance(feed, ChartFeed) else None,
                feed.context.symbol,
                feed.context.timeframe,
                _requests(feed.keep),
            )
            for key, feed in part.feeds.items()
        }
        for part in keep.parts
        if isinstance(part, Asking)
    ]


def _slots(value: Any) -> dict[str, Any]:
    names = (name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ()))
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _instance(context: Context, keep: Keeping) -> dict[str, Any]:
    return {
        "context": {name: value for name, value in _slots(context).items() if name not in _GIVEN},
        "parts": [None if isinstance(part, Asking) else _slots(part) for part in keep.parts],
        "lists": keep.lists,
        "cells": keep.values(),
        "lasting": [read() for read, _ in keep.lasting],
        "asked": keep.asked,
    }


def _feed(feed: Feed) -> dict[str, Any]:
    own = {"starts": feed.starts, "ends": feed.ends, "values": feed.values, "before": feed.before}
    if isinstance(feed, ChartFeed):
        own |= {"firsts": feed.firsts, "grouped": feed.grouped, "following": feed.following}
        if feed.smoothed:
            own |= {"whole": feed.whole, "opening": feed.opening}
    return {**_instance(feed.context, feed.keep), "feed": own}


class _Writer(pickle.Pickler):
    """Writes what a script has made; what the script is made of is only named."""

    def __init__(self, stream: io.BytesIO, contexts: list[Context], running: Stream) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self._names: dict[int, tuple[str, Any]] = {id(context): ("context", n) for n, context in enumerate(contexts)}
        for number, context in enumerate(contexts):
            if context.broker is not None:
                self._names[id(context.broker)] = ("broker", number)
        for name, value in running.program.names.items():
            if name.startswith("T_"):
                self._names[id(value)] = ("type", name)

    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, EnumValue):
            return "enum", f"{value.enum}.{value.name}"
        if isinstance(value, Unset):
            return "unset", None
        return self._names.get(id(value))


def _dumped(parts: tuple[Any, ...], contexts: list[Context], running: Stream) -> bytes:
    stream = io.BytesIO()
    writer = _Writer(stream, contexts, running)
    for part in parts:
        writer.dump(part)
    return stream.getvalue()


# Putting together ----------------------------------------------------------------------------------------------------


class _Reader(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, program: Program) -> None:
        super().__init__(stream)
        self._program = program
        self.contexts: list[Context] = []

    def persistent_load(self, pid: Any) -> Any:
        kind, name = pid
        match kind:
            case "context":
                return self.contexts[name]
            case "broker":
                return self.contexts[name].broker
            case "type":
                return self._program.names[name]
            case "enum":
                return self._program.enums[name]
        return UNSET

    def find_class(self, module: str, name: str) -> Any:
        own = module.startswith(_OWN)
        if "." in name or not (own or name in _OTHERS.get(module, ())):
            raise pickle.UnpicklingError(f"{module}.{name}")
        found = super().find_class(module, name)
        if own and not (isinstance(found, type) and found.__module__ == module):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found


def _make_feeds(context: Context, keep: Keeping, requests: list[dict[Any, Any]]) -> None:
    places = [part for part in keep.parts if isinstance(part, Asking)]
    for place, asked in zip(places, requests, strict=True):
        for key, made in asked.items():
            if made is None:
                place.feeds[key] = None
                continue
            smoothed, symbol, timeframe, inner = made
            if smoothed is None:
                feed = Feed(context, keep, symbol, timeframe, [])
            else:
                feed = ChartFeed(context, keep, timeframe, smoothed=smoothed)
            place.begin(feed)
            place.feeds[key] = feed
            _make_feeds(feed.context, feed.keep, inner)


def _fill(state: dict[str, Any], context: Context, keep: Keeping) -> None:
    bars = state["context"].pop("bars")
    context.bars[:] = bars
    for name, value in state["context"].items():
        setattr(context, name, value)
    for part, slots in zip(keep.parts, state["parts"], strict=True):
        if slots is not None:
            _refill(part, slots)
    for values, held in zip(keep.lists, state["lists"], strict=True):
        values[:] = held
    for (_, write), cell in zip(keep.cells, state["cells"], strict=True):
        write(cell)
    for (_, write), cell in zip(keep.lasting, state["lasting"], strict=True):
        write(cell)
    keep.asked[:] = state["asked"]


def _refill(part: Any, slots: dict[str, Any]) -> None:
    for name, value in slots.items():
        held = getattr(part, name, None)
        if isinstance(held, Plot) and isinstance(value, Plot):
            _refill_plot(held, value)
        else:
            setattr(part, name, value)


def _refill_plot(plot: Plot, saved: Plot) -> None:
    """Give a plot what it had shown; its lists stay the same objects, for what fills them may hold them."""
    for name, value in _slots(saved).items():
        setattr(plot, name, _same_list(getattr(plot, name, None), value))


def _same_list(held: Any, value: Any) -> Any:
    if type(held) is not type(value) or not isinstance(held, (list, array)):
        return value
    if len(held) == len(value) and any(isinstance(one, (list, array)) for one in held):
        value = [_same_list(one, other) for one, other in zip(held, value, strict=True)]
    held[:] = value
    return held


def _fill_feed(own: dict[str, Any], feed: Feed) -> None:
    for name, value in own.items():
        setattr(feed, name, value)


def _fill_outputs(context: Context, saved: Any) -> None:
    outputs = context.outputs
    for number, plot in saved.plots.items():
        held = outputs.plots.get(number)
        if held is None:
            outputs.plots[number] = plot
        elif held is not plot:
            _refill_plot(held, plot)
    for plot in outputs.plots.values():
        for name, value in plot.options.items():
            if isinstance(value, Plot):  # a filling is between plots of this script, not of the one that was saved
                plot.options[name] = outputs.plots[value.number]
    for name, value in _slots(saved).items():
        if name != "plots":
            setattr(outputs, name, value)
