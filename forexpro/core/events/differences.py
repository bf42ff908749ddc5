"""What an event changed, as values before and after, whichever way its payload says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One value before and after; `of` is the object it belongs to, empty for the one that the event is about."""

    of: str
    name: str
    before: Any
    after: Any


def before_and_after(payload: Mapping[str, Any]) -> list[Difference]:
    """Return what changed, in the order of the payload.

    Changes are `{"changes": {name: {"before", "after"}}}`, the same in each of `inlines`, or `before` and `after` of
    the whole.
    """
    found = list(_changes("", payload.get("changes")))
    for inline in payload.get("inlines") or []:
        name = next((inline[kind] for kind in ("added", "changed", "deleted") if kind in inline), "")
        found += _changes(name, inline.get("changes"))
        if "deleted" in inline:
            found.append(Difference(name, "", inline.get("name", name), None))
    if "before" in payload or "after" in payload:
        found += _whole(payload.get("before"), payload.get("after"))
    return found


def _changes(of: str, changes: Any) -> Iterator[Difference]:
    if isinstance(changes, Mapping):
        for name, change in changes.items():
            if isinstance(change, Mapping):
                yield Difference(of, name, _shown(change.get("before")), _shown(change.get("after")))


def _whole(before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = before or {}, after or {}
        for name in dict.fromkeys([*old, *new]):
            yield Difference("", name, _shown(old.get(name)), _shown(new.get(name)))
    else:
        yield Difference("", "", _shown(before), _shown(after))


def _shown(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
