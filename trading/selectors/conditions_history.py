"""What changed from one version of a group's conditions to the next, and who changed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forexpro.core.models import Event
from trading.models import ConditionsVersion

# A version is kept with the first decision under it; its time is that of the change, to the clock of the database.
CLOCKS = timedelta(seconds=2)
CHANGES = ("staff.object_added", "staff.object_changed", "staff.object_deleted")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that became another; `of` is a symbol, or empty for what holds for the whole group."""

    of: str
    name: str
    before: Any
    after: Any


def previous_version(version: ConditionsVersion) -> ConditionsVersion | None:
    """Return the version of the same group that was in force before."""
    earlier = ConditionsVersion.objects.filter(group_id=version.group_id, effective_from__lt=version.effective_from)
    return earlier.order_by("-effective_from").first()


def changes_between(before: ConditionsVersion | None, after: ConditionsVersion) -> list[Change]:
    """Return every value that differs, the group's first, then by symbol; nothing for a group's first version."""
    if before is None:
        return []
    found = list(_differences("", before.document["policy"], after.document["policy"]))
    old, new = _by_symbol(before), _by_symbol(after)
    for symbol in sorted(old.keys() | new.keys()):
        if symbol not in new:
            found.append(Change(symbol, "", True, False))
        elif symbol not in old:
            found.append(Change(symbol, "", False, True))
        else:
            found += _differences(symbol, old[symbol], new[symbol])
    return found


def edits_behind(before: ConditionsVersion | None, after: ConditionsVersion, *, limit: int = 50) -> list[Event]:
    """Return what staff changed of the group and of symbols until `after` was in force, newest first."""
    events = Event.objects.filter(type__in=CHANGES, occurred_at__lte=after.effective_from + CLOCKS)
    if before is not None:
        events = events.filter(occurred_at__gt=before.effective_from + CLOCKS)
    newest = events.order_by("-occurred_at", "-id")[: 10 * limit]
    return [event for event in newest if _concerns(event, after.group_id)][:limit]


def _concerns(event: Event, group_id: int) -> bool:
    about = str(event.payload.get("object", ""))
    return about == f"trading.accountgroup:{group_id}" or about.startswith("marketdata.symbol:")


def _by_symbol(version: ConditionsVersion) -> dict[str, Mapping[str, Any]]:
    return {instrument["symbol"]: instrument for instrument in version.document["instruments"]}


def _differences(of: str, before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(of, old, new, f"{path}{name}.")
        elif old != new:
            yield Change(of, f"{path}{name}", old, new)
