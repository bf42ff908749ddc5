"""What apps add to back-office pages of the apps below them: sections and buttons of a page, filters and searches.

A page is named by its model (`accounts.user`). An app adds what is its own when it is ready; the page below knows
nothing of it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of an object's page, drawn by `template` with itself as `panel`.

    `link` leads to the whole list of which it shows the newest; `is_empty` lets the page say so in one line.
    """

    title: Any
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class ReadyFilter:
    """A filter of a list that is offered by name; `query` is that of its address."""

    title: Any
    query: str


BuildPanel = Callable[[HttpRequest, Any], Panel | None]
# From the list's rows and what was typed to the rows meant, or None where the typed text is not of this kind.
Search = Callable[[QuerySet[Any], str], QuerySet[Any] | None]
# From an object to the names of event streams.
Streams = Callable[[Any], list[str]]

# A function of the admin, the request and what unfold hands to a button, made one by unfold's `action`.
Button = Callable[..., Any]
# Whether a button is for this object at all.
Offered = Callable[[Any], bool]

_panels: dict[str, dict[str, tuple[int, str, BuildPanel]]] = defaultdict(dict)
_filters: dict[str, list[Any]] = defaultdict(list)
_searches: dict[str, list[Search]] = defaultdict(list)
_ready_filters: dict[str, list[tuple[ReadyFilter, str]]] = defaultdict(list)
_streams: dict[str, list[Streams]] = defaultdict(list)
_buttons: dict[str, dict[str, tuple[Button, Offered]]] = defaultdict(dict)


def add_panel(page: str, build: BuildPanel, *, permission: str, place: int) -> None:
    """Add a section to the page of an object, for staff with `permission`; sections are in order of their `place`."""
    _panels[page][f"{build.__module__}.{build.__qualname__}"] = (place, permission, build)


def panels_of(page: str, request: HttpRequest, instance: Any) -> list[Panel]:
    """Return the sections of an object's page that this member of staff may see, in order."""
    allowed = [
        (place, build) for place, permission, build in _panels[page].values() if request.user.has_perm(permission)
    ]
    built = [build(request, instance) for _place, build in sorted(allowed, key=lambda entry: entry[0])]
    return [panel for panel in built if panel is not None]


def add_buttons(page: str, *buttons: Button, offered: Offered) -> None:
    """Add buttons to the page of an object for which `offered` is true; permissions are named as the admin's own."""
    for button in buttons:
        _buttons[page][button.__name__] = (button, offered)


def buttons_of(page: str) -> Mapping[str, tuple[Button, Offered]]:
    """Return the buttons that were added to an object's page by their names, each with whom it is for."""
    return _buttons[page]


def add_list_filters(page: str, *filters: Any) -> None:
    """Add what `list_filter` takes to the list of a model, named as `accounts.user`."""
    _filters[page] += [added for added in filters if added not in _filters[page]]


def list_filters_of(page: str) -> tuple[Any, ...]:
    """Return the filters that were added to a list."""
    return tuple(_filters[page])


def add_search(page: str, search: Search) -> None:
    """Add a way to find rows of a list; the first that knows the typed text answers."""
    if search not in _searches[page]:
        _searches[page].append(search)


def searched(page: str, rows: QuerySet[Any], text: str) -> QuerySet[Any] | None:
    """Return what an added search finds; None where none knows this kind of text."""
    for search in _searches[page]:
        found = search(rows, text)
        if found is not None:
            return found
    return None


def add_ready_filters(page: str, *filters: ReadyFilter, permission: str) -> None:
    """Offer filters of a list by name, to staff with `permission`."""
    _ready_filters[page] += [
        (added, permission) for added in filters if (added, permission) not in _ready_filters[page]
    ]


def ready_filters_of(page: str, user: Any) -> list[ReadyFilter]:
    """Return the filters of a list that this member of staff is offered."""
    return [offered for offered, permission in _ready_filters[page] if user.has_perm(permission)]


def add_streams(page: str, streams: Streams) -> None:
    """Let the page of an object follow more event streams: those whose events its added sections show."""
    if streams not in _streams[page]:
        _streams[page].append(streams)


def streams_of(page: str, instance: Any) -> list[str]:
    """Return the event streams that were added to an object's page."""
    return [name for streams in _streams[page] for name in streams(instance)]
